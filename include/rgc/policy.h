/* SPDX-License-Identifier: MIT */
/*
 * Policy: what the user wants to be kept. These are plain values, which rgc.conf(5) documents under the same names.
 * src/config fills them with valid values only; learning and deciding read them. Times are microseconds.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#define DURATION_OFF ((int64_t)-1)

typedef struct Retention {
    int keep_previous;
    int64_t keep_for_usec; /* DURATION_OFF = only slots keep releases */
    int64_t min_age_usec;
    int64_t min_uptime_usec;
    int64_t quiet_usec;
    bool remove_superseded_containers;
    bool remove_dangling;
    int64_t jobs_max_unused_usec;      /* DURATION_OFF = keep for ever */
    int64_t unmanaged_max_unused_usec; /* DURATION_OFF = keep for ever */
    int64_t idle_apps_usec;            /* DURATION_OFF = keep idle apps */
} Retention;

/* A section [app NAME], or [ANYTHING] with a key match: a whole Retention, made of the defaults and what it
 * overrides. */
typedef struct AppPolicy {
    char *section; /* for messages */
    char *pattern; /* an app's name, or a pattern of names or repositories */
    int line;      /* of the section in the file, for messages */
    Retention retention;
    Strings audit_ignore; /* names of checks */
} AppPolicy;

/* One bound on a file system. */
typedef struct DiskBound {
    bool is_off;
    double used_percent; /* valid if free_bytes < 0 */
    int64_t free_bytes;  /* so much must be free; -1 = used_percent counts */
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
    Strings protect;      /* patterns of tags, repositories, digests or IDs */
    Strings protect_apps; /* patterns of names of apps, or of name/destination */
} Policy;

/* The first section that matches the app's name or one of its repositories; NULL = none does. `app` and `repositories`
 * may be NULL. (src/facts/limits.c) */
const AppPolicy *policy_app(const Policy *policy, const char *app, const Strings *repositories);
/* The retention of that section, or else the default. Borrowed from the policy. */
const Retention *policy_retention(const Policy *policy, const char *app, const Strings *repositories);

/* May a pass remove images that no container has ever used? Then it must know what they were made of. */
bool policy_ends_unmanaged(const Policy *policy);

void policy_clear(Policy *policy);
