/* SPDX-License-Identifier: MIT */
/*
 * Report: what happened in a pass, thing by thing. Acting fills it, and people and programs read it as text or JSON.
 * The history, the journal and the trigger socket carry a Summary instead (rgc/summary.h), which has counts and fits 8
 * KiB.
 */
#pragma once

#include <rgc/plan.h>

typedef enum Outcome {
    OUTCOME_REMOVED,
    OUTCOME_IN_USE,  /* 409: a container came in between, or the engine knows of a use that rgc does not */
    OUTCOME_GONE,    /* 404: somebody else removed it */
    OUTCOME_FAILED,  /* the engine refused: `error` says how */
    OUTCOME_UNKNOWN, /* there was no answer, or one that rgc cannot read: the next pass finds out */
    OUTCOME_SKIPPED, /* not tried: what is on the host has changed since the plan, or the pass was ended */
    OUTCOME_MAX_,
} Outcome;
const char *outcome_to_string(Outcome outcome); /* "in-use" … */

typedef enum TargetKind {
    TARGET_CONTAINER,
    TARGET_IMAGE,
    TARGET_BUILD_CACHE,
    TARGET_BUILDER, /* the cache in a builder */
    TARGET_VOLUME,  /* a volume that a builder has left behind */
    TARGET_MAX_,
} TargetKind;
const char *target_kind_to_string(TargetKind kind); /* "container", "image", "build-cache", "builder", "volume" */

typedef struct OutcomeEntry {
    TargetKind kind;
    char *id;
    char *ref; /* a tag, or the name of a container; may be NULL */
    Outcome outcome;
    char *error; /* one sentence; NULL = none */
} OutcomeEntry;

typedef struct Freed {
    int64_t estimated_bytes; /* by the plan */
    int64_t engine_bytes; /* what the engine said it deleted: sizes of images it named as deleted, and its sum for build
                             cache */
    int64_t disk_bytes;   /* by how much the file systems became emptier; negative if others wrote more meanwhile */
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
    char *error;          /* why the pass ended early; NULL = it did not */
    bool was_interrupted; /* by SIGTERM, SIGINT or SIGHUP */
    Disk *disks_after;
    size_t n_disks_after;
} Report;

/* Adds an entry and counts its outcome. Copies the texts. The result is valid until the next call. */
OutcomeEntry *report_add(Report *report, TargetKind kind, const char *id, const char *ref, Outcome outcome,
                         const char *error);
/* Did something fail that a user must know of (exit 1)? The outcomes in-use, gone and skipped are no failures. */
bool report_has_failures(const Report *report);
void report_clear(Report *report);
