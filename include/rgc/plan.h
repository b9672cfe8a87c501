/* SPDX-License-Identifier: MIT */
/*
 * Plan: what should happen, and why, for every image and container, kept ones too. Made by
 * plan_decide from facts, memory, policy and a time; pure. It borrows from its Snapshot, which must outlive it.
 */
#pragma once

#include <rgc/ledger.h>
#include <rgc/policy.h>
#include <rgc/snapshot.h>

typedef enum Verdict {
    VERDICT_KEEP,
    VERDICT_WAIT, /* would go, or may go, but not before eligible_at */
    VERDICT_REMOVE,
    VERDICT_MAX_,
} Verdict;

/* In order of precedence: the rows of reasons.def. Nothing else may depend on their order. */
typedef enum Reason {
#define REASON(id, ...) REASON_##id,
#include <rgc/reasons.def>
    REASON_MAX_,
} Reason;

/* Under what name the disk use of images is summed up that are no app's. */
typedef enum ImageGroup {
    GROUP_OTHER,
    GROUP_UNMANAGED,
    GROUP_DANGLING,
    GROUP_MAX_,
} ImageGroup;

/* What everybody may know of a row of the policy; its functions are decide's. */
typedef struct ReasonSpec {
    const char *name;
    Verdict verdict; /* VERDICT_REMOVE: it may also wait for its time */
    bool is_release; /* only of an image as a release of an app */
    ImageGroup group;
    const char *explained, *remedy; /* of an image, for people */
} ReasonSpec;

const ReasonSpec *reason_spec(Reason reason);
const char *verdict_to_string(Verdict verdict); /* "keep", "wait", "remove" */
const char *reason_to_string(Reason reason);    /* "moving-tag" … */

/* The detail of an image that only `dangling = keep` keeps, for whom that key would be an advice. */
#define DETAIL_KEPT_DANGLING "no tag; kept ([retention] dangling = keep)"

typedef struct Judgement {
    Verdict verdict;
    Reason reason;
    Time eligible_at; /* 0 = no time is known */
    char *detail;     /* one phrase for people, never NULL after plan_decide */
} Judgement;

/* Takes `detail`. */
void judgement_set(Judgement *judgement, Verdict verdict, Reason reason, Time eligible_at, char *detail);
void judgement_copy(Judgement *ret, const Judgement *from);

/* One image's standing in one (app, destination). */
typedef struct Membership {
    size_t app;    /* index into Plan.apps */
    char *version; /* NULL: none is known */
    Judgement judgement;
} Membership;

typedef struct PlannedImage {
    const Image *image;
    Membership *apps;
    size_t n_apps;
    Judgement judgement;    /* of the image: any keep or wait among the memberships wins */
    Time arrived, last_run; /* 0 = unknown */
    int64_t frees_bytes;    /* its share of Plan.estimate; 0 unless it goes */
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
    char *destination; /* NULL = none */
    char *folder;      /* of a Compose project, where it is known; NULL */
    int keep_previous;
    Strings current;       /* image IDs, the one whose container was made last first */
    char *current_version; /* NULL = unknown */
    bool is_running;
    Time last_run;
    /* "rollback READY/WANTED": wanted = what keep_previous asks for, at most as many as there ever were to keep */
    int rollback_wanted, rollback_ready;
    Strings rollback_versions; /* ready ones, most recent first; a short ID where there is no version */
    NotReady *not_ready;
    size_t n_not_ready;
    int64_t size_bytes;   /* of all its images, shared layers counted per image */
    int64_t remove_bytes; /* its images that go */
    bool is_idle;
    bool is_gone;      /* neither an image nor a container of it is here */
    bool ended_unseen; /* it may be the past of an app that runs, but nobody saw its containers end */
    bool is_left_out;  /* --app named another */
} PlannedApp;

/* Nothing is removed in this pass although removals are listed: with the verdict `wait` where the clock cannot be
 * trusted, as they are on trial, so that one sees what it would do. */
typedef enum Hold {
    HOLD_NONE,
    HOLD_CLOCK,
    HOLD_TRIAL,
} Hold;

const char *hold_to_string(Hold hold); /* "clock", "trial"; NULL for none */

/* The first pass that finds no ledger begins the trial, which lasts for `trial_usec`, or until `ends` ends it. Returns
 * whether passes were on trial and `ends` has ended that. */
bool trial_mind(Ledger *ledger, int64_t trial_usec, bool ends, Time now);
/* Why this pass removes nothing. Needs trial_mind(). */
Hold hold_decide(const Ledger *ledger, ClockVerdict clock, Time now);

typedef struct PlannedCache {
    bool is_known;
    int64_t total_bytes;
    int64_t evict_bytes;      /* records that are evicted, at least; shared ones and what a younger one needs are not */
    int64_t evict_most_bytes; /* at most: a cap decides by more than is known */
    size_t evict_records;
    int64_t max_unused_usec; /* the window that this pass uses; 0 under pressure = all that is unused */
    int64_t max_size_bytes;  /* the cap that this pass uses; -1 = none */
    bool is_left_out;        /* --app: this pass does not look at build cache */
    bool is_blind; /* nobody knows what is in it: it is pruned by age all the same, as far as the engine can */
} PlannedCache;

typedef struct PlannedBuilder {
    const Builder *builder;
    PlannedCache cache;  /* what is in a running one */
    int64_t cache_bytes; /* of a running one what is in it, else the size of its volume; -1 = unknown */
    bool prune;          /* what of its cache is unused goes */
    bool removes;        /* its stopped container (which has its own verdict), or its volume that is left alone, goes */
    char *reason;        /* one phrase for people */
    bool needs_orphans;  /* [build_cache] orphans would have it removed, but is not set */
} PlannedBuilder;

typedef struct Pressure {
    bool is_high;     /* a file system is above `high` */
    bool is_acting;   /* long enough (5 minutes, or less than 5 % free): this pass goes further */
    const char *path; /* borrowed from the snapshot: the file system */
    double used_percent;
    char *explanation; /* NULL, or what the steps are, or why they do not help */
} Pressure;

/* A section or pattern of the configuration, and what it finds on this host. */
typedef struct PatternMatch {
    char *where; /* "[app shop]" or "[protect] image = postgres:*" */
    size_t n_apps, n_images;
    char *nearest; /* it finds nothing: the app whose name is like it; NULL */
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
    Hold hold;
    int64_t estimate_bytes;      /* at least: images, build cache, builders; containers are not counted */
    int64_t estimate_most_bytes; /* at most; -1 = nobody can tell: containers go, or what has no size that is known */
    bool estimate_is_exact;      /* the two are the same, or nearly so */
    Time next_at;                /* earliest eligible_at; 0 = none */
} Plan;

typedef struct DecideOptions {
    const Strings *deployed; /* SERVICE[/DESTINATION] whose own hooks ask: their deploys have ended; NULL */
    const char *app;         /* --app: everything else is left out; NULL = all */
    Hold hold;
} DecideOptions;

/* Does a decision depend on how much images would free? Then the layers should be known before. */
bool plan_weighs_sizes(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                       const DecideOptions *options);
/* `ledger` must have learned `snapshot`. */
void plan_decide(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                 const DecideOptions *options, Plan *ret);
void planned_image_clear(PlannedImage *image);
void plan_clear(Plan *plan);

/* The app of the plan whose name, or name/destination, is most like `word`; NULL if none is near. Caller frees. */
char *plan_nearest_app(const Plan *plan, const char *word);
/* Does the pass have anything to remove? (build cache and builders included) */
bool plan_removes_anything(const Plan *plan);
/* Is there another app of this name and destination, in another folder? */
bool plan_has_namesake(const Plan *plan, const PlannedApp *app);
const PlannedImage *plan_image(const Plan *plan, const char *id);
/* The image as a release of this app; NULL = it is none. */
const Membership *planned_membership(const PlannedImage *image, size_t app);
/* What a prune must be told to cut the cache to; -1 = nothing, as it is not known to be larger. */
int64_t planned_cache_cap(const PlannedCache *cache);
/* The builder that this container is; NULL = it is none. */
const PlannedBuilder *plan_builder(const Plan *plan, const char *container_id);

typedef struct Estimate {
    int64_t bytes, image_bytes; /* at least, of all that goes, and of the images alone */
    int64_t most_bytes;         /* of all, if it is bounded */
    bool is_bounded, is_exact;
} Estimate;

/* What the plan would free if just those images went: one flag an image of it. */
Estimate plan_estimate_if(const Plan *plan, const bool *goes);
/* The flags of those that go. Caller frees. */
bool *plan_leaving_images(const Plan *plan);
/* Sets frees_bytes of each image, the three estimates, what of the build cache goes once these images have gone, and
 * next_at: again, when layers have become known. */
void plan_estimate(Plan *plan);

typedef struct CacheQuestion {
    const BuildCache *cache;
    const bool *is_unshared; /* one flag a record: no image has it any more when the prune begins; NULL = none */
    Time now;
    int64_t max_unused_usec; /* DURATION_OFF = not by age */
    int64_t max_size_bytes;  /* -1 = not by size */
} CacheQuestion;

/* What a prune with these settings would evict of this cache; sets the figures of `ret`. The pass also uses it to
 * see whether an eviction took effect. */
void plan_estimate_cache(const CacheQuestion *question, PlannedCache *ret);

/* How much of the images that were to go was freed if just these (IDs) were deleted. */
int64_t plan_bytes_of(const Plan *plan, const Strings *deleted);
