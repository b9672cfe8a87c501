/* SPDX-License-Identifier: MIT */
/*
 * The words of the command line, as tables: verbs, options, exit codes. Dispatch, --help and the
 * check against the man page are made from them; so are the completions for shells.
 */
#pragma once

#include "cli/views/render.h"

#include <rgc/error.h>
#include <rgc/text.h>

typedef enum OptionId {
    OPTION_CONFIG,
    OPTION_STATE,
    OPTION_HOST,
    OPTION_SOCKET,
    OPTION_COLOR,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_JSON,
    OPTION_ALL,
    OPTION_DEEP,
    OPTION_CONFIG_ONLY,
    OPTION_APP,
    OPTION_DRY_RUN,
    OPTION_HERE,
    OPTION_END_TRIAL,
    OPTION_COUNT,
    OPTION_DEPLOYED,
    OPTION_REASON,
    OPTION_NO_WAIT,
    OPTION_TIMEOUT,
    OPTION_TRIGGER,
    OPTION_TRIAL,
    OPTION_PRESSING,
    OPTION_MAX_,
} OptionId;

#define OPTION_BIT(id) (1U << (id))

typedef struct OptionSpec {
    const char *name;  /* "config" for --config; NULL: only the letter */
    char letter;       /* 'n' for -n; 0: only the name */
    const char *value; /* what it takes, such as "FILE"; NULL: nothing */
    const char *help;
    bool is_global; /* it goes with every verb */
} OptionSpec;

extern const OptionSpec option_specs[OPTION_MAX_];
/* OPTION_BITs of those that go with every verb. */
unsigned int options_global(void);
/* "--config FILE" or "-n N". Caller frees. */
char *option_usage(OptionId id);

struct Session;
typedef int VerbMain(struct Session *session); /* returns an ExitCode */

/* What has to be in order before a verb begins. */
typedef enum VerbNeeds {
    NEEDS_ENGINE,  /* the configuration, and an engine's socket that --host or DOCKER_HOST may name */
    NEEDS_CONFIG,  /* where the agent's socket is */
    NEEDS_NOTHING, /* check, which tells of a bad configuration among its results; and what only reads its own files */
} VerbNeeds;

typedef struct Verb {
    const char *name;
    VerbMain *main;
    VerbNeeds needs;
    unsigned int options;       /* OPTION_BITs besides the global ones */
    const char *operand;        /* NULL: takes none; else exactly one, or with "[WORD]" at most one */
    const char *summary;        /* one line in the list of commands; NULL: not listed, the agent's own business */
    const char *help;           /* a paragraph in its own help */
    unsigned int quiet_options; /* OPTION_BITs that it takes from the agent and --help does not show */
} Verb;

typedef struct VerbList {
    const Verb *items;
    size_t count;
} VerbList;

typedef struct Arguments {
    const Verb *verb;                        /* NULL only with --help or --version */
    const char *operand;                     /* NULL where the verb takes none */
    unsigned int given;                      /* OPTION_BITs */
    const char *config, *state, *host, *app; /* NULL = not given */
    ColorMode color;
    size_t count;
    const char *socket, *reason, *trigger; /* NULL = not given */
    Strings deployed;                      /* owned */
    int64_t timeout_usec, trial_usec;      /* 0 = not given, or no trial */
} Arguments;

bool arguments_have(const Arguments *arguments, OptionId id);
/* Borrows from argv. -EINVAL with a sentence and a hint. */
int arguments_parse(const VerbList *verbs, int argc, char **argv, Arguments *ret, Error *err);
void arguments_clear(Arguments *arguments);

/* What a newcomer types who knows other programs: the command of rgc that does it, or NULL. */
const char *known_elsewhere(const char *word);
