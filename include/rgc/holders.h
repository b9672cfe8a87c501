/* SPDX-License-Identifier: MIT */
/*
 * Who holds the disk: what the engine's images and caches take, by app, and what is left over. Pure; from
 * what a plan knows, so it is as exact as the engine was.
 */
#pragma once

#include <rgc/plan.h>

typedef struct Holder {
    char *name; /* an app ("blog", "blog/staging"), "shared layers", "unmanaged", "dangling", "other images",
                   "build cache", "builder NAME", "unaccounted" */
    int64_t bytes;
} Holder;

typedef struct Holders {
    Holder *items; /* largest first, "unaccounted" last */
    size_t count;
    char *note; /* NULL, or what the sums cannot tell */
} Holders;

/*
 * An image counts once, for its first app. What images of several holders share stands under "shared layers".
 * "unaccounted" (volumes, logs, what containers wrote, everything else) is what the file systems of the plan hold
 * beyond that; left out where no file system is known.
 */
void holders_compute(const Plan *plan, Holders *ret);
void holders_clear(Holders *holders);
