/* SPDX-License-Identifier: MIT */
/*
 * The sieve: it reduces a JSON text, while it arrives, to the members that rgc knows by name.
 *
 * An engine's answer has no bound. Whoever builds an image chooses its labels, and labels of several megabytes occur;
 * each of the image's containers repeats them, and so does each of their events. Any limit on the size of a row would
 * therefore make rows unreadable that are in perfect order, and rgc would keep their images for ever. But what rgc
 * reads of a row is small and bounded: some hundred names (src/engine/decode/members.c), whose true values are IDs,
 * references, numbers, and steps of a Dockerfile.
 *
 * So the sieve walks through the text byte by byte with a small state machine. It copies members with a known name, and
 * skips the value of every other member, whatever its size and depth, without keeping any of it. The walk needs no
 * whole text: the state is kept from piece to piece, so a piece may end anywhere.
 *
 * What must never happen:
 *  - Text that is not JSON must not come out as JSON: what cannot be read must become an error. The sieve checks the
 *    structure that it keeps as strictly as a parser does. Strings and numbers it copies as they are, for the parser to
 *    judge, and of a value that it skips it looks for the end alone.
 *  - A value must not be shortened to something that could be true. A known string longer than SIEVE_STRING_MAX is
 *    replaced by "…", which is not an ID, a reference or a number, so its decoder notices.
 *  - A name must not be taken for another one: it counts byte by byte, escapes and NULs included. An engine does not
 *    escape the names that rgc reads, so an escaped one is unknown.
 *
 * tests/unit/engine/engine_sieve.c tests each of these; tests/fuzz/fuzz_sieve.c compares the result with the tree that
 * jansson makes of the same text; tests/architecture/members.py compares the names with those that the decoders ask
 * for; tests/fault/odd_rows.py runs passes on hosts with labels of 3 MB.
 */
#pragma once

#include <rgc/buffer.h>
#include <rgc/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

#define SIEVE_CUT "…"                        /* replaces a known string that is too long */
#define SIEVE_STRING_MAX ((size_t)32 * 1024) /* the longest true strings are steps of a Dockerfile, in a history */

/* Zeroed, with `known` and `kept_max` set, it is ready for the first text. */
typedef struct Sieve {
    const Members *known;
    size_t kept_max; /* bytes of the result; more makes sieve_finish fail */

    /* private */
    Buffer kept;
    bool is_broken, is_too_large;
    int state, depth;
    uint64_t objects, filled; /* one bit for each depth: is it an object (else an array), and has it a kept member? */
    size_t string_at;         /* where in `kept` the string begins that is being read */
    int skipped_depth;        /* depth within a value that is being skipped */
    bool is_escaped;
    char key[64];
    size_t key_length;
} Sieve;

/* Takes the next part of the text. */
void sieve_feed(Sieve *sieve, const char *data, size_t size);
/* To be called after the last part. `ret` is what was kept, borrowed until the next text begins. -EPROTO if the text
 * was not JSON, or if its known members come to more than `kept_max`; `ret` is then the beginning of what was kept. */
int sieve_finish(Sieve *sieve, const char **ret, size_t *ret_length, Error *err);
/* Forgets the text, and keeps the memory for the next one. */
void sieve_reset(Sieve *sieve);
void sieve_clear(Sieve *sieve);
