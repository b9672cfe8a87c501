/* SPDX-License-Identifier: MIT */
/*
 * A child of the agent: this program again, with other words. It writes one JSON object a line to a pipe; whatever else
 * it does (crash, hang, garbage, an end without a word), the agent learns how it ended, and goes on.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>
#include <rgc/text.h>

#include <jansson.h>
#include <systemd/sd-event.h>

/* A longer line is none of ours. */
#define CHILD_LINE_MAX ((size_t)16 * 1024)

typedef struct Child Child;

typedef struct ChildEnd {
    json_t *summary;      /* NULL: it ended without one. Borrowed */
    int exit_code;        /* -1: it was ended by a signal */
    int signal;           /* 0, or which */
    bool was_silent;      /* it was ended for not saying anything */
    size_t garbage_lines; /* not JSON objects with a "type", or too long */
    char text[160];       /* in words: "it was killed (SIGKILL), perhaps for lack of memory" */
} ChildEnd;

/* For each sound line, from the event loop; `type` is its "type". The child may not be freed from within. */
typedef void ChildLine(const json_t *line, const char *type, void *userdata);
/* Once, from the event loop, when it is gone and all its lines were seen; the child may be freed from within. */
typedef void ChildEnded(const ChildEnd *end, void *userdata);

typedef struct ChildSpec {
    char *const *arguments; /* NULL-terminated, the first is the program's name */
    int64_t silence_usec;   /* no line for this long ends it; 0 = it may be silent */
    int64_t kill_usec;      /* from SIGTERM to SIGKILL */
    ChildLine *on_line;
    ChildEnded *on_end;
    void *userdata;
} ChildSpec;

/* SIGCHLD must be blocked. Copies what it needs of `spec`. */
int child_spawn(sd_event *loop, const ChildSpec *spec, Child **ret, Error *err);
/* SIGTERM, and SIGKILL when it is still there after `grace_usec`. Again with a shorter one: that one counts. */
void child_terminate(Child *child, int64_t grace_usec);
/* Kills it, if it is still there, and calls nobody. */
void child_free(Child *child);
DEFINE_CLEANUP(Child, child_free)
