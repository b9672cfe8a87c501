/* SPDX-License-Identifier: MIT */
/*
 * Helpers for JSON that arrives in pieces: where a string or a number ends, and whether a member's name is a known one.
 * stream.c and sieve.c share them. They recognise ends and validate nothing.
 *
 * Source: RFC 8259 (JSON).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A set of names, such as those of the members that a decoder reads. */
typedef struct Members {
    const char *const *names; /* sorted by byte */
    size_t count;
} Members;

/* Whether the name, which need not end with a NUL, is one of them. A NUL inside it counts as any other byte. */
bool members_contain(const Members *members, const char *name, size_t length);

static inline bool scan_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Returns how many of these bytes belong to a string whose opening quote came before; the closing quote counts as one
 * of them. `is_escaped` carries a backslash at the end of one piece over to the next. */
size_t scan_string(const char *data, size_t size, bool *is_escaped, bool *ret_ends);
/* Returns how many of these bytes belong to a number or a word. The byte that ends it is not counted. */
size_t scan_scalar(const char *data, size_t size, bool *ret_ends);
