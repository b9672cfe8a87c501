/* SPDX-License-Identifier: MIT */
/*
 * One line of seen.jsonl: something that the engine's events told, and that may be gone when a pass looks. Of a
 * container no more than what tells its image and its app: no command, no environment, no other labels.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/snapshot.h>

typedef struct Seen {
    char *what; /* "arrival", "use" or "pass"; others are of a newer rgc */
    Time at;
    char *action;     /* in the engine's word */
    char *image;      /* its ID; NULL = not known */
    char *reference;  /* NULL = not told */
    bool is_transfer; /* of an arrival */
    bool is_ending;   /* of a use: somebody ended the container from outside */
    char *container, *name;
    bool has_exit_code;
    int exit_code;
    Labels labels;
} Seen;

void seen_clear(Seen *seen);
bool seen_is_arrival(const Seen *seen);
bool seen_is_use(const Seen *seen);
/* What was seen until `at` is in the ledger of the pass that looked then, and only there. */
bool seen_is_pass(const Seen *seen);
/* With its newline. NULL: too long to be true. Caller frees. */
char *seen_to_line(const Seen *seen);
int seen_from_line(const char *line, size_t length, Seen *ret, Error *err);
