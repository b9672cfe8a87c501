/* SPDX-License-Identifier: MIT */
/*
 * A child of the agent: this program again, with other arguments. It writes one JSON object for each line to a pipe
 * (rgc/progress_lines.h). Whatever else it does, such as crash, hang, write garbage or end without a word, the agent
 * learns how it ended, and continues. tests/unit/agent/agent_child.c plays such children.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>
#include <rgc/text.h>

#include <jansson.h>
#include <systemd/sd-event.h>

/* The most bytes of a line; a longer one counts as garbage. */
#define CHILD_LINE_MAX ((size_t)16 * 1024)

typedef struct Child Child;

/* How a child ended. Valid only during the call of ChildEnded. */
typedef struct ChildEnd {
    json_t *summary;      /* borrowed; NULL = it ended without one */
    int exit_code;        /* rgc(1), EXIT STATUS; -1 = a signal ended it */
    int signal;           /* the signal that ended it; 0 = none */
    bool was_silent;      /* the agent ended it because it said nothing for too long */
    size_t garbage_lines; /* lines that are no JSON object with a "type", or too long */
    char text[160];       /* the end in words, such as "it was killed (SIGKILL), perhaps for lack of memory" */
} ChildEnd;

/* Called from the event loop for each sound line; `type` is its "type". The child must not be freed from within. */
typedef void ChildLine(const json_t *line, const char *type, void *userdata);
/* Called once from the event loop, when the child has ended and all lines are read. It may be freed from within. */
typedef void ChildEnded(const ChildEnd *end, void *userdata);

typedef struct ChildSpec {
    char *const *arguments; /* ends with NULL; the first is the name of the program */
    int64_t silence_usec;   /* the child is ended after so long without a line; 0 = it may be silent */
    int64_t kill_usec;      /* from SIGTERM to SIGKILL */
    ChildLine *on_line;
    ChildEnded *on_end;
    void *userdata;
} ChildSpec;

/* Starts a child. SIGCHLD must be blocked, as sd-event needs it. Copies what it needs of `spec`. */
int child_spawn(sd_event *loop, const ChildSpec *spec, Child **ret, Error *err);
/* Sends SIGTERM, and SIGKILL if the child is still there after `grace_usec`. A further call may shorten that time. */
void child_terminate(Child *child, int64_t grace_usec);
/* Kills the child if it is still there, and calls neither on_line() nor on_end(). */
void child_free(Child *child);
DEFINE_CLEANUP(Child, child_free)
