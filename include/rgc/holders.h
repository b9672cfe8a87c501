/* SPDX-License-Identifier: MIT */
/*
 * What holds the disk: images by app, caches, and what a survey has found beside them, as lines that add up to what the
 * file systems say is used. Pure; as exact as the engine and the survey were.
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
    int64_t bytes;         /* -1 = not known: `note` says what tells it */
    size_t count;          /* of volumes, containers, images; 0 = not counted */
    size_t n_unmeasured;   /* of these */
    Time measured_at;      /* when the oldest of its sizes was measured; 0 = now */
    char *command;         /* what makes it smaller; NULL = nothing does by itself */
    char *note;            /* NULL */
} Holder;

typedef struct Holders {
    Holder *items; /* largest first, then those of which the size is not known, then what is left: HOLDER_REST */
    size_t count;
    int64_t total_bytes; /* what the file systems say is used; -1 = no file system is known */
    char *note;          /* NULL, or what the sums cannot tell */
} Holders;

/*
 * An image counts once, for its first app. What images of several holders share stands under "shared layers".
 * HOLDER_REST is what the file systems hold beyond the other lines; left out where no file system is known.
 * `survey` may be one that was not made.
 */
void holders_compute(const Plan *plan, const Survey *survey, Holders *ret);
void holders_clear(Holders *holders);
/* What removing just these images (one flag an image of the plan) would free, whoever else holds something. -1 = not
 * known, as it is not known of all images which layers they share. */
int64_t holders_alone_bytes(const Plan *plan, const Survey *survey, const bool *chosen);
/* What the file systems with the engine's storage say is used; -1 = none is known. */
int64_t holders_used_bytes(const Snapshot *snapshot);
/* Of all that is used, 100 at most, with two decimals; 0 where it is not known. */
double holder_percent(const Holders *holders, const Holder *holder);
