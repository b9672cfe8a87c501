/* SPDX-License-Identifier: MIT */
/* Where the texts of a JSON that arrives in pieces end, and which names are known. For stream.c and sieve.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Names that are known. */
typedef struct Members {
    const char *const *names; /* sorted by byte */
    size_t count;
} Members;

bool members_contain(const Members *members, const char *name, size_t length);

static inline bool scan_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* How many of these bytes belong to the string, with its closing quote; `is_escaped` goes on from piece to piece. */
size_t scan_string(const char *data, size_t size, bool *is_escaped, bool *ret_ends);
/* The same of a number or a word, without what ends it. */
size_t scan_scalar(const char *data, size_t size, bool *ret_ends);
