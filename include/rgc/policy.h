/* SPDX-License-Identifier: MIT */
/*
 * Policy: what the user wants kept. Plain values; rgc.conf(5) documents each. The configuration
 * layer fills it, the core reads it.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#define DURATION_OFF ((int64_t)-1)

typedef struct Retention {
    int keep_previous;
    int64_t keep_for_usec; /* DURATION_OFF = off */
    int64_t min_age_usec;
    int64_t min_uptime_usec;
    int64_t quiet_usec;
    bool remove_superseded_containers;
    bool remove_dangling;
    int64_t jobs_max_unused_usec;      /* DURATION_OFF = keep for ever */
    int64_t unmanaged_max_unused_usec; /* DURATION_OFF */
    int64_t idle_apps_usec;            /* DURATION_OFF = keep idle apps */
} Retention;

/* [app NAME] or [ANYTHING] with match =: a whole Retention, the defaults with its overrides applied. */
typedef struct AppPolicy {
    char *section; /* for messages */
    char *pattern; /* an app's name or a pattern of app or repository */
    int line;      /* of the section in the file, for messages */
    Retention retention;
    Strings audit_ignore; /* names of checks */
} AppPolicy;

/* One bound on a file system. */
typedef struct DiskBound {
    bool is_off;
    double used_percent; /* valid if free_bytes < 0 */
    int64_t free_bytes;  /* -1, or: this much must be free */
} DiskBound;

/* How much of a file system something may take. */
typedef struct SizeCap {
    bool is_off;
    double percent; /* of the file system; valid if bytes < 0 */
    int64_t bytes;
} SizeCap;

typedef struct Policy {
    Retention retention;
    AppPolicy *apps;
    size_t n_apps;
    /* [build_cache] */
    int64_t cache_max_unused_usec;
    SizeCap cache_max_size;
    bool prune_builders;
    int64_t orphans_usec; /* DURATION_OFF = keep */
    /* [disk] */
    DiskBound high, low;
    int pressure_keep_previous;
    bool pressure_removes_unmanaged;
    /* [protect] */
    Strings protect;      /* patterns of tag, repository, digest or ID */
    Strings protect_apps; /* patterns of an app's name, or of name/destination */
} Policy;

/* The section that names an app or matches its name or one of its repositories; NULL. */
const AppPolicy *policy_app(const Policy *policy, const char *app, const Strings *repositories);
/* The retention of an app: of the section that names it or matches its name or one of its repositories, else the
 * default. */
const Retention *policy_retention(const Policy *policy, const char *app, const Strings *repositories);

void policy_clear(Policy *policy);
