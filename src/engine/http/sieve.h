/* SPDX-License-Identifier: MIT */
/*
 * Lets through of a JSON text, while it arrives, only the members whose names are known; the values of all others are
 * passed over, whatever their size: an image's labels have no limit, and what rgc reads of them has. A text among the
 * known ones that is longer than any true one becomes "…", which is no ID, no reference and no number.
 *
 * What comes out is for a parser to judge: the sieve only sees to it that no JSON comes out of what was none.
 */
#pragma once

#include <rgc/buffer.h>
#include <rgc/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

/* Of a known member. The longest are steps of a Dockerfile, in an image's history. */
#define SIEVE_CUT "…" /* what stands for a longer one */
#define SIEVE_STRING_MAX ((size_t)32 * 1024)

typedef struct Sieve {
    const Members *known;
    size_t kept_max;

    /* private */
    Buffer kept;
    bool is_broken, is_too_large;
    int state, depth;
    uint64_t objects, filled; /* of each depth a bit: is it an object (else an array)? has it a kept member? */
    size_t string_at;         /* where in `kept` the string begins that is being read */
    int skipped_depth;        /* within what is passed over */
    bool is_escaped;
    char key[64];
    size_t key_length;
} Sieve;

/* Any part of the text. */
void sieve_feed(Sieve *sieve, const char *data, size_t size);
/* After the last part: what was kept, borrowed until the next text begins. -EPROTO: it was no JSON, or more than
 * `kept_max` of known members; then `ret` is how it begins. */
int sieve_finish(Sieve *sieve, const char **ret, size_t *ret_length, Error *err);
/* For the next text. */
void sieve_reset(Sieve *sieve);
void sieve_clear(Sieve *sieve);
