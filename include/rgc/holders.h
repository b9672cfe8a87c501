/* SPDX-License-Identifier: MIT */
/*
 * What holds the disk: images by app, caches, and what a survey has found beside them, as lines that add up to what the
 * file systems say is used. It is pure, and as exact as the engine and the survey were. `rgc status` shows it:
 *
 *     Holders holders;
 *     holders_compute(plan, survey, &holders);
 *     for (size_t i = 0; i < holders.count; i++)
 *         …; // holders.items[i].name, .bytes, .command
 *     holders_clear(&holders);
 *
 * All sizes are bytes on the disk.
 */
#pragma once

#include <rgc/plan.h>
#include <rgc/survey.h>

typedef enum HolderKind {
    HOLDER_APP,
    HOLDER_SHARED,
    HOLDER_UNMANAGED,
    HOLDER_DANGLING,
    HOLDER_OTHER_IMAGES,
    HOLDER_BUILD_CACHE,
    HOLDER_BUILDER,
    HOLDER_VOLUMES,
    HOLDER_ANONYMOUS,
    HOLDER_LOGS,
    HOLDER_WRITABLE,
    HOLDER_JOURNAL,
    HOLDER_HIDDEN,
    HOLDER_LEFTOVERS,
    HOLDER_REST,
    HOLDER_KIND_MAX_,
} HolderKind;

const char *holder_kind_to_string(HolderKind kind); /* "app", "shared-layers" … */

typedef struct Holder {
    HolderKind kind;
    char *name;            /* "blog", "blog/staging", "shared layers" … */
    const PlannedApp *app; /* borrowed from the plan; NULL */
    int64_t bytes;         /* -1 = unknown; `note` then says what measures it */
    size_t count;          /* volumes, containers or images; 0 = not counted */
    size_t n_unmeasured;   /* how many of these have no known size */
    Time measured_at;      /* when the oldest of its sizes was measured; 0 = now */
    char *command;         /* what makes it smaller; NULL = nothing does by itself */
    char *note;            /* NULL */
} Holder;

typedef struct Holders {
    Holder *items; /* the largest first, then those of unknown size, and HOLDER_REST last */
    size_t count;
    int64_t total_bytes; /* what the file systems say is used; -1 = no file system is known */
    char *note;          /* a sentence about how exact the images are; NULL = they are exact */
} Holders;

/*
 * Fills all of *ret. An image counts once, for its first app. What images of several holders share counts under "shared
 * layers". HOLDER_REST is what is on the file systems beyond the other lines; it is left out if no file system is
 * known, or nothing is left. `survey` may be one that was not made. *ret borrows from the plan.
 */
void holders_compute(const Plan *plan, const Survey *survey, Holders *ret);
void holders_clear(Holders *holders);
/* How many bytes these images (one flag for each image of the plan) do not share with the others, whatever build cache
 * has. -1 = unknown, because it is not known of all images which layers they share. */
int64_t holders_alone_bytes(const Plan *plan, const Survey *survey, const bool *chosen);
/* What the file systems with the engine's storage say is used; -1 = no file system is known. */
int64_t holders_used_bytes(const Snapshot *snapshot);
/* The line's part of all that is used, 0 to 100 with two decimals; 0 if either is unknown. */
double holder_percent(const Holders *holders, const Holder *holder);
