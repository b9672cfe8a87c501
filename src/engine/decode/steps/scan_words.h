/* SPDX-License-Identifier: MIT */
/* What is being concluded of the commands of a RUN. */
#pragma once

#include "created_by.h"

#include <string.h>

typedef struct Scan {
    const Strings *words; /* of the command */
    const char *program, *verb;
    uint64_t traits;  /* of all commands so far */
    uint64_t cleaned; /* TRAITs of what has been removed again */
    size_t n_others;  /* commands that are neither of those */
    bool has_purged;
} Scan;

static inline bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

#define ONE_OF(word, ...) is_one_of(word, (const char *const[]){__VA_ARGS__, NULL})

static inline bool scan_has(const Scan *scan, const char *word)
{
    return strings_contain(scan->words, word);
}

static inline bool scan_mentions(const Scan *scan, const char *part)
{
    for (size_t i = 0; i < scan->words->count; i++)
        if (strstr(scan->words->items[i], part))
            return true;
    return false;
}

/* Is it a command of a package manager? Then what it does has been noted. */
bool scan_packages(Scan *scan);
