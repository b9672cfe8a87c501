/* SPDX-License-Identifier: MIT */
/*
 * Summary: a pass in one line of at most 8 KiB, rgc/summary/1, which docs/json.md describes. The history keeps it, a
 * child hands it to the agent, the agent hands it to whoever follows the pass, and the commands show it. This room is
 * the only place that knows its members; src/report/json_summary.c fills it from a pass.
 *
 *     cleanup_with(summary_clear) Summary summary = {0};
 *     if (summary_from_line(line, &summary))
 *         printf("%lld images\n", (long long)summary.removed_images);
 */
#pragma once

#include <jansson.h>
#include <rgc/memory.h>
#include <rgc/text.h>
#include <stdbool.h>

/* How many there are of something: images by verdict and reason, outcomes, or entries by which a list was shortened. */
typedef struct SummaryCount {
    char *group; /* the verdict of images, such as "keep"; else NULL */
    char *name;  /* "current", "removed", "rollback" */
    int64_t count;
} SummaryCount;

typedef struct SummaryCounts {
    SummaryCount *items;
    size_t count;
} SummaryCounts;

typedef struct SummaryDisk {
    char *path;
    double before_percent, after_percent; /* 0 to 100; below 0 = unknown */
    int64_t available_bytes;
} SummaryDisk;

/* How far an app can be rolled back. */
typedef struct SummaryApp {
    char *app, *destination, *version; /* NULL = none, or unknown */
    int64_t ready, wanted;
} SummaryApp;

/* It owns all that it points to. A text that is missing is NULL, and a time is 0. */
typedef struct Summary {
    int64_t pass;   /* the ledger's number; 0 = the pass ended before it had one */
    int64_t passes; /* how many passes this line stands for: consecutive ones that removed nothing share one */
    char *trigger, *reason, *error;
    Time began, ended;
    bool interrupted; /* by a signal, between two removals */
    int64_t duration_ms;
    bool has_plan; /* the pass came far enough to decide; if not, all that follows is empty and not written */
    int64_t requests;
    char *suspension; /* "trial", "clock": why nothing was removed */
    bool trial_ended; /* this pass was told to end the trial, and did */
    Time trial_until, next_at;
    char *next_why;
    SummaryCounts counts; /* images by verdict and reason */
    int64_t removed_images, removed_containers, removed_records;
    SummaryCounts outcomes;
    int64_t estimated_bytes, engine_bytes, disk_bytes; /* freed: by the plan, as the engine reports it, on disk */
    SummaryDisk *disks;
    size_t n_disks;
    SummaryApp *apps; /* those that cannot be rolled back as far as wanted come first */
    size_t n_apps;
    Strings errors;
    SummaryCounts cut; /* how many entries were left out, by list: "rollback", "errors", "disk" */
    int exit_code;     /* of the process that made the pass, as the agent tells it; -1 = not told */
} Summary;

/* An empty summary of one pass. */
void summary_init(Summary *ret);
void summary_clear(Summary *summary);

/* Adds a count; one below 1 is not written. The strings are copied. */
void summary_count(SummaryCounts *counts, const char *group, const char *name, int64_t count);

/* The caller owns the new reference. */
json_t *summary_to_json(const Summary *summary);
/* At most 8 KiB: the lists are shortened until all of it fits, and `cut` tells by how much. Caller frees. */
char *summary_to_line(const Summary *summary);

/* Read a summary that may come from a newer or older rgc, or from a damaged file. A member that is missing or has
 * another type counts as nothing, and text is made printable. False if it is no object; clear `ret` even then. */
bool summary_from_json(const json_t *object, Summary *ret);
bool summary_from_line(const char *line, Summary *ret);

/* The sum of all counts of this group (NULL: any) and this name (NULL: any), in `counts` or `outcomes`. */
int64_t summary_sum(const SummaryCounts *counts, const char *group, const char *name);
/* How many removals failed or were not answered. */
int64_t summary_failures(const Summary *summary);
/* Whether the pass has removed an image, a container or a record of build cache. */
bool summary_has_removed(const Summary *summary);
/* The file system that was the fullest before the pass; NULL = none is known. Borrowed. */
const SummaryDisk *summary_fullest(const Summary *summary);
/* "removed 2 images and 1 container, freed 1.3 GB". Caller frees. */
char *summary_text(const Summary *summary);
