/* SPDX-License-Identifier: MIT */
/*
 * What rgc concludes from the commands of a RUN while it looks at one after the other. run_traits.c tells how; this
 * header is what its two files share.
 */
#pragma once

#include "created_by.h"

#include <string.h>

typedef struct Scan {
    const Strings *words;       /* the words of the present command */
    const char *program, *verb; /* its first word, and the first one behind it that is no option; "" = none */
    uint64_t traits;            /* what all commands so far do */
    uint64_t cleaned;           /* traits that do not count, because a command has undone them */
    size_t n_others;            /* commands that do more than remove files or change owners */
    bool has_purged;            /* a command has removed packages or whole directories */
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

/* Is the present command one of a package manager? If so, this notes what it does. */
bool scan_packages(Scan *scan);
