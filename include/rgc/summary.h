/* SPDX-License-Identifier: MIT */
/*
 * Summary: a pass in one line of at most 8 KiB, rgc/summary/1. The history keeps it, a child hands it to the agent, the
 * agent hands it to whoever follows the pass, and the commands show it. This is the only place that knows its members.
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

/* How many of what: images of a verdict by reason, outcomes, entries that a list was shortened by. */
typedef struct SummaryCount {
    char *group; /* of images the verdict, "keep"; else NULL */
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

/* What an app can be rolled back to. */
typedef struct SummaryApp {
    char *app, *destination, *version; /* NULL = none, or unknown */
    int64_t ready, wanted;
} SummaryApp;

/* Owns all it points to. A text is NULL and a time 0 where there is none. */
typedef struct Summary {
    int64_t pass;   /* the ledger's number; 0: it ended before it had one */
    int64_t passes; /* how many passes this line stands for: consecutive ones that removed nothing share one */
    char *trigger, *reason, *error;
    Time began, ended;
    bool interrupted; /* by a signal, between two removals */
    int64_t duration_ms;
    bool has_plan; /* it came far enough to decide; else all that follows is empty, and is not written */
    int64_t requests;
    char *hold;       /* "trial", "clock": why nothing was removed */
    bool trial_ended; /* by this pass, which was told to */
    Time trial_until, next_at;
    char *next_why;
    SummaryCounts counts; /* images by verdict and reason */
    int64_t removed_images, removed_containers, removed_records;
    SummaryCounts outcomes;
    int64_t estimated_bytes, engine_bytes, disk_bytes; /* freed: by the plan, as the engine reports it, on disk */
    SummaryDisk *disks;
    size_t n_disks;
    SummaryApp *apps; /* those first that cannot be rolled back as far as wanted */
    size_t n_apps;
    Strings errors;
    SummaryCounts cut; /* by list */
    int exit_code;     /* of the process that made the pass, as the agent tells it; -1: it is not told */
} Summary;

void summary_init(Summary *ret);
void summary_clear(Summary *summary);

/* A number below 1 is not written into a list. The strings are copied. */
void summary_count(SummaryCounts *counts, const char *group, const char *name, int64_t count);

/* A new reference. */
json_t *summary_to_json(const Summary *summary);
/* At most 8 KiB: the lists are shortened until all of it fits. Caller frees. */
char *summary_to_line(const Summary *summary);

/* What is missing or has another type counts as nothing; text is made printable, as the file may hold anything. False:
 * it is no object. The result is the caller's to clear either way. */
bool summary_from_json(const json_t *object, Summary *ret);
bool summary_from_line(const char *line, Summary *ret);

/* Of `counts` or `outcomes`: the sum of those of this group (NULL: any) and this name (NULL: any). */
int64_t summary_sum(const SummaryCounts *counts, const char *group, const char *name);
/* Removals that failed or were not answered. */
int64_t summary_failures(const Summary *summary);
/* Has it removed, or freed, anything? */
bool summary_has_removed(const Summary *summary);
/* The fullest file system before the pass, which speaks for all; NULL. */
const SummaryDisk *summary_fullest(const Summary *summary);
/* "removed 2 images and 1 container, freed 1.3 GB". Caller frees. */
char *summary_text(const Summary *summary);
