/* SPDX-License-Identifier: MIT */
/*
 * The words of the command line, as tables: verbs and options. Dispatch, --help, the completions for shells and the
 * test against the man page (tests/unit/cli/cli_manual.c) are made from them, so that none can know more than another.
 *
 *     cleanup_with(arguments_clear) Arguments arguments = {0};
 *     if (arguments_parse(&(VerbList){verbs, n_verbs}, argc, argv, &arguments, &err) < 0)
 *         return fail_with_usage(&err);
 *     if (arguments_have(&arguments, OPTION_JSON))
 *         ...
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
    const char *name;  /* "config" for --config; NULL if it has only a letter */
    char letter;       /* 'n' for -n; 0 if it has only a name */
    const char *value; /* what it takes, such as "FILE"; NULL if it takes nothing */
    const char *help;
    bool is_global; /* every verb has it */
} OptionSpec;

extern const OptionSpec option_specs[OPTION_MAX_];
/* Returns the OPTION_BITs of the options that every verb has. */
unsigned int options_global(void);
/* Returns "--config FILE" or "-n N". Caller frees. */
char *option_usage(OptionId id);

struct Session;
typedef int VerbMain(struct Session *session); /* returns an ExitCode */

/* What cli_main.c has to prepare before a verb begins. A verb asks for no more than it needs: a wrong DOCKER_HOST must
 * not keep anybody from reading the history. */
typedef enum VerbNeeds {
    NEEDS_ENGINE,  /* the configuration, and an engine's socket that --host or DOCKER_HOST may name */
    NEEDS_CONFIG,  /* the configuration, which says where the agent's socket is */
    NEEDS_NOTHING, /* nothing: check tells of a bad configuration as a result, and history reads only its own files */
} VerbNeeds;

typedef struct Verb {
    const char *name;
    VerbMain *main;
    VerbNeeds needs;
    unsigned int options;       /* OPTION_BITs besides the global ones */
    const char *operand;        /* NULL if it takes none; "[WORD]" means at most one, "WORD" exactly one */
    const char *summary;        /* one line in the list of commands; NULL if people need not know of the verb */
    const char *help;           /* a paragraph in its own help */
    unsigned int quiet_options; /* OPTION_BITs that only the agent gives, and that --help does not show */
} Verb;

typedef struct VerbList {
    const Verb *items;
    size_t count;
} VerbList;

typedef struct Arguments {
    const Verb *verb;                        /* NULL only with --help or --version */
    const char *operand;                     /* NULL if none was given */
    unsigned int given;                      /* OPTION_BITs */
    const char *config, *state, *host, *app; /* NULL = not given */
    ColorMode color;
    size_t count;
    const char *socket, *reason, *trigger; /* NULL = not given */
    Strings deployed;                      /* owned */
    int64_t timeout_usec, trial_usec;      /* 0 = not given; --trial may also give 0, for no trial */
} Arguments;

bool arguments_have(const Arguments *arguments, OptionId id);
/* Reads the command line. The result borrows from argv and from `verbs`. Returns -EINVAL, with a sentence and a hint,
 * if the line is wrong. */
int arguments_parse(const VerbList *verbs, int argc, char **argv, Arguments *ret, Error *err);
void arguments_clear(Arguments *arguments);

/* Returns the command of rgc that does what a command of another program does ("prune": "collect"), or NULL. */
const char *known_elsewhere(const char *word);
