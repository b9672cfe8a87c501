/* SPDX-License-Identifier: MIT */
/*
 * Report: what happened in a pass, thing by thing. src/act fills it while the pass runs. History, journal and the
 * trigger socket carry a short form of it, the summary (summary.h).
 */
#pragma once

#include <rgc/plan.h>

typedef enum Outcome {
    OUTCOME_REMOVED,
    OUTCOME_IN_USE,  /* 409: a container came in between, or the engine knows of a use that rgc does not */
    OUTCOME_GONE,    /* 404: somebody else removed it */
    OUTCOME_FAILED,  /* the engine refused: `error` says how */
    OUTCOME_UNKNOWN, /* no answer, or one that rgc cannot read: the next pass will see */
    OUTCOME_SKIPPED, /* not tried: the host has changed since the plan, or somebody ended the pass */
    OUTCOME_MAX_,
} Outcome;
const char *outcome_to_string(Outcome outcome); /* "in-use" … */

typedef enum TargetKind {
    TARGET_CONTAINER,
    TARGET_IMAGE,
    TARGET_BUILD_CACHE,
    TARGET_BUILDER, /* the cache in it */
    TARGET_VOLUME,  /* that a builder has left behind */
    TARGET_MAX_,
} TargetKind;
const char *target_kind_to_string(TargetKind kind); /* "container", "image", "build-cache", "builder", "volume" */

typedef struct OutcomeEntry {
    TargetKind kind;
    char *id;
    char *ref; /* a tag, a container's name; NULL */
    Outcome outcome;
    char *error; /* NULL, or one sentence */
} OutcomeEntry;

typedef struct Freed {
    int64_t estimated_bytes; /* by the plan, at least */
    /* What the engine said it deleted: the sizes of the images that it named as deleted, and its sum for build
     * cache. */
    int64_t engine_bytes;
    int64_t disk_bytes; /* what the file systems gained; negative if others wrote more meanwhile */
} Freed;

typedef struct Report {
    OutcomeEntry *entries;
    size_t n_entries;
    Freed freed;
    Time began, ended;
    int64_t duration_ms;
    uint64_t requests;
    size_t evicted_records; /* of the engine's build cache and of builders' */
    size_t counts[OUTCOME_MAX_];
    char *error;          /* NULL, or why the pass ended early */
    bool was_interrupted; /* SIGTERM or SIGINT */
    Disk *disks_after;
    size_t n_disks_after;
} Report;

/* Adds an outcome and counts it; copies the texts. The entry is borrowed until the next one is added. */
OutcomeEntry *report_add(Report *report, TargetKind kind, const char *id, const char *ref, Outcome outcome,
                         const char *error);
/* Did something fail that a user must know about (exit code 1)? In-use, gone and skipped are no failures. */
bool report_has_failures(const Report *report);
void report_clear(Report *report);
