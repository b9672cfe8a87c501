/* SPDX-License-Identifier: MIT */
/*
 * Plan: what should happen, and why, for every image and container, those that are kept included. plan_decide makes it
 * from facts, memory, policy and a time, and is pure. All views and the pass itself read the same plan:
 *
 *     Plan plan;
 *     plan_decide(&snapshot, &ledger, policy, now, &(DecideOptions){.suspension = suspension}, &plan);
 *     for (size_t i = 0; i < plan.n_images; i++)
 *         if (plan.images[i].judgement.verdict == VERDICT_REMOVE)
 *             …; // plan.images[i].image->id, plan.images[i].judgement.detail
 *     plan_clear(&plan);
 *
 * A plan borrows from its snapshot, which must outlive it, and owns everything else. Sizes are bytes; times are
 * microseconds since the epoch, 0 = unknown.
 */
#pragma once

#include <rgc/ledger.h>
#include <rgc/policy.h>
#include <rgc/snapshot.h>

typedef enum Verdict {
    VERDICT_KEEP,
    VERDICT_WAIT, /* it may be removed later, not before eligible_at */
    VERDICT_REMOVE,
    VERDICT_MAX_,
} Verdict;

/* The rows of reasons.def, in order of precedence. Nothing else may depend on their order. */
typedef enum Reason {
#define REASON(id, ...) REASON_##id,
#include <rgc/reasons.def>
    REASON_MAX_,
} Reason;

/* The names under which rgc sums up the disk use of images that belong to no app. */
typedef enum ImageGroup {
    GROUP_OTHER,
    GROUP_UNMANAGED,
    GROUP_DANGLING,
    GROUP_MAX_,
} ImageGroup;

/* What everybody may know of a row of reasons.def. Its functions are for src/decide alone. */
typedef struct ReasonSpec {
    const char *name;
    Verdict verdict; /* VERDICT_REMOVE becomes VERDICT_WAIT until its time has come */
    bool is_release; /* the row is only for an image as a release of an app */
    ImageGroup group;
    const char *explained, *remedy; /* what it means for an image, and what could change it, for people */
} ReasonSpec;

const ReasonSpec *reason_spec(Reason reason);
const char *verdict_to_string(Verdict verdict); /* "keep", "wait", "remove" */
const char *reason_to_string(Reason reason);    /* "moving-tag" … */

/* The details of unmanaged images that no key ends. */
#define DETAIL_ONLY_COPY                                                                                               \
    "no container here has ever used it; somebody may have made it here, and it may exist nowhere else"
#define DETAIL_BESIDE_RELEASES "no container here has ever used it, but an app has run from its repository"
/* The detail of an image that only `dangling = keep` keeps; views that advise that key compare with it. */
#define DETAIL_KEPT_DANGLING "no tag; kept ([retention] dangling = keep)"

typedef struct Judgement {
    Verdict verdict;
    Reason reason;
    Time eligible_at; /* when it may be removed; 0 = unknown, or at once */
    char *detail;     /* one phrase for people; never NULL after plan_decide */
} Judgement;

/* Replaces the judgement. Takes `detail`. */
void judgement_set(Judgement *judgement, Verdict verdict, Reason reason, Time eligible_at, char *detail);
/* Replaces *ret by a copy. */
void judgement_copy(Judgement *ret, const Judgement *from);

/* One image's standing in one app. */
typedef struct Membership {
    size_t app;    /* index into Plan.apps */
    char *version; /* NULL = unknown */
    Judgement judgement;
} Membership;

typedef struct PlannedImage {
    const Image *image;
    Membership *apps;
    size_t n_apps;
    Judgement judgement;    /* the image's: any keep or wait among the memberships wins */
    Time arrived, last_run; /* 0 = unknown */
    int64_t frees_bytes;    /* its part of estimate_bytes; 0 unless it is removed */
} PlannedImage;

#define NO_APP ((size_t)-1)

typedef struct PlannedContainer {
    const Container *container;
    size_t app; /* index into Plan.apps, or NO_APP */
    Judgement judgement;
} PlannedContainer;

typedef struct NotReady {
    char *version;
    char *why;
} NotReady;

typedef struct PlannedApp {
    AppKind kind;
    char *name;
    char *destination;     /* NULL = none */
    char *folder;          /* of a Compose project; NULL = unknown */
    int keep_previous;     /* 0 if the app has been idle for idle_apps */
    Strings current;       /* IDs of its current images, the primary one first */
    char *current_version; /* a short ID if there is no version; NULL = nothing is current */
    bool is_running;
    Time last_run;
    /* "rollback READY/WANTED". Wanted is what keep_previous asks for, but no more than there ever were to keep. */
    int rollback_wanted, rollback_ready;
    Strings rollback_versions; /* the ready ones, in the order of their ranks; a short ID if there is no version */
    NotReady *not_ready;
    size_t n_not_ready;
    int64_t size_bytes;   /* the sum of its images' sizes; shared layers count with each of them */
    int64_t remove_bytes; /* the same for its images that are removed */
    bool is_idle;
    bool is_gone;      /* neither an image nor a container of it is here */
    bool ended_unseen; /* it may be the past of an app that is here, but nobody saw its containers end */
    bool is_left_out;  /* no image of it is here, or --app named another app */
} PlannedApp;

/* Why a pass is suspended: it removes nothing, although the plan lists removals. If the clock cannot be trusted, they
 * have the verdict `wait`; during the trial they remain removals, so that people see what rgc would do. */
typedef enum Suspension {
    SUSPENSION_NONE,
    SUSPENSION_CLOCK,
    SUSPENSION_TRIAL,
} Suspension;

const char *suspension_to_string(Suspension suspension); /* "clock", "trial"; NULL for none */

/* Begins the trial in the first pass that finds no ledger, and ends it if `ends` is set. The trial lasts for trial_usec
 * microseconds. Returns whether passes were on trial and this call has ended that. Changes ledger->trial_until. */
bool trial_update(Ledger *ledger, int64_t trial_usec, bool ends, Time now);
/* Why this pass removes nothing; SUSPENSION_NONE = it may remove. Needs trial_update. */
Suspension suspension_decide(const Ledger *ledger, ClockVerdict clock, Time now);

typedef struct PlannedCache {
    bool is_known;
    int64_t total_bytes;
    int64_t evict_bytes;      /* what the prune evicts, at least */
    int64_t evict_most_bytes; /* at most: the engine decides by more than it reports */
    size_t evict_records;
    int64_t max_unused_usec; /* the window of this pass; 0 (under pressure) = everything that is unused */
    int64_t max_size_bytes;  /* the cap of this pass; -1 = none */
    bool is_left_out;        /* --app: this pass does not touch build cache */
    bool is_blind;           /* nobody knows what is in it; the pass prunes it by age nevertheless */
} PlannedCache;

typedef struct PlannedBuilder {
    const Builder *builder;
    PlannedCache cache;  /* known only for a running builder */
    int64_t cache_bytes; /* what is in a running builder, or the size of its volume; -1 = unknown */
    bool prune;          /* the pass prunes its cache */
    bool removes;        /* its stopped container, which has a verdict of its own, or its lone volume is removed */
    char *reason;        /* one phrase for people */
    bool needs_orphans;  /* [build_cache] orphans would remove it one day, but is not set */
} PlannedBuilder;

typedef struct Pressure {
    bool is_high;     /* a file system is above `high` */
    bool is_acting;   /* it has been so for long enough, or is critical, so this pass goes further (pressure.c) */
    const char *path; /* the file system; borrowed from the snapshot */
    double used_percent;
    char *explanation; /* a sentence on what the pass does, or why that does not help; NULL */
} Pressure;

/* A section or pattern of the configuration, and how much it finds on this host. */
typedef struct PatternMatch {
    char *where; /* "[app shop]" or "[protect] image = postgres:*" */
    size_t n_apps, n_images;
    char *nearest; /* if it finds nothing, the app whose name is most like it; NULL */
} PatternMatch;

typedef struct Plan {
    const Snapshot *snapshot;
    Time now;
    PlannedApp *apps; /* sorted by name, destination */
    size_t n_apps;
    PlannedImage *images; /* in the order of the snapshot (by ID) */
    size_t n_images;
    PlannedContainer *containers;
    size_t n_containers;
    PlannedCache cache;
    PlannedBuilder *builders;
    size_t n_builders;
    Pressure pressure;
    PatternMatch *patterns; /* in the order of the file: sections, images, apps */
    size_t n_patterns;
    Suspension suspension;
    int64_t estimate_bytes;      /* what images, build cache and builders free, at least */
    int64_t estimate_most_bytes; /* at most; -1 = unknown: containers are removed, or something of unknown size */
    bool estimate_is_exact;      /* the two are equal, or nearly so */
    Time next_at;                /* earliest eligible_at; 0 = none */
} Plan;

typedef struct DecideOptions {
    const Strings *deployed; /* SERVICE[/DESTINATION] whose own hooks ask, so their deploys have ended; NULL = none */
    const char *app;         /* --app: everything else is left out; NULL = all apps */
    Suspension suspension;
} DecideOptions;

/* Does the decision depend on how much images would free? Then the caller should ask for their layers before. */
bool plan_weighs_sizes(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                       const DecideOptions *options);
/* Fills all of *ret. The ledger must have learned the snapshot. */
void plan_decide(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                 const DecideOptions *options, Plan *ret);
void planned_image_clear(PlannedImage *image);
void plan_clear(Plan *plan);

/* The app of the plan whose name, or name/destination, is most like `word`; NULL = none is like it. Caller frees. */
char *plan_nearest_app(const Plan *plan, const char *word);
/* Does the pass have anything to remove, build cache and builders included? */
bool plan_removes_anything(const Plan *plan);
/* Is there another app of this name and destination (in another folder)? */
bool plan_has_namesake(const Plan *plan, const PlannedApp *app);
/* NULL = there is no such image in the plan. Borrowed. */
const PlannedImage *plan_image(const Plan *plan, const char *id);
/* The image's standing in this app; NULL = it is no release of it. `image` may be NULL. Borrowed. */
const Membership *planned_membership(const PlannedImage *image, size_t app);
/* To how many bytes a prune must cut the cache; -1 = it needs no cap, because the cache is not known to be larger. */
int64_t planned_cache_cap(const PlannedCache *cache);
/* The builder that this container is; NULL = it is none. Borrowed. */
const PlannedBuilder *plan_builder(const Plan *plan, const char *container_id);

typedef struct Estimate {
    int64_t bytes, image_bytes; /* what is freed at least, by everything and by the images alone */
    int64_t most_bytes;         /* by everything, at most; valid if it is bounded */
    bool is_bounded, is_exact;
} Estimate;

/* What the plan would free if it removed just these images, one flag for each of its images. */
Estimate plan_estimate_if(const Plan *plan, const bool *goes);
/* The flags of the images that the plan removes. Caller frees. */
bool *plan_leaving_images(const Plan *plan);
/* Sets frees_bytes of each image, the three estimates, what of the build cache is evicted once these images are gone,
 * and next_at. plan_decide calls it; the caller does again when layers have become known. */
void plan_estimate(Plan *plan);

typedef struct CacheQuestion {
    const BuildCache *cache;
    const bool *is_unshared; /* flags of records that no image shares any more then; NULL = as the engine says */
    Time now;
    int64_t max_unused_usec; /* DURATION_OFF = not by age */
    int64_t max_size_bytes;  /* -1 = not by size */
} CacheQuestion;

/* What a prune with these settings would evict from this cache (src/facts/estimate_cache.c). Sets the figures of *ret.
 * The pass also uses it to see whether a prune has taken effect. */
void plan_estimate_cache(const CacheQuestion *question, PlannedCache *ret);

/* How many bytes at least were freed if, of the images that the plan removes, just these (IDs) have been deleted. */
int64_t plan_bytes_of(const Plan *plan, const Strings *deleted);
