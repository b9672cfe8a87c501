/* SPDX-License-Identifier: MIT */
/*
 * What the verbs print for people. Each takes plain values, so that a test can show any host to it.
 */
#pragma once

#include "render.h"

#include <rgc/removed.h>
#include <rgc/report_json.h>
#include <rgc/summary.h>

/* "Docker 28.5.2 (API 1.51, overlay2)" */
void show_engine(const Screen *screen, const EngineInfo *engine);
/* One line a file system, with a bar. */
void show_disks(const Screen *screen, const Disk *disks, size_t count);
/* The sentences of show_notes, the most urgent first. */
void list_notes(const Pass *pass, Strings *ret);
/* Whatever makes this plan differ from what one would expect: hold, missing ledger, pressure. */
void show_notes(const Screen *screen, const Pass *pass);

void show_plan(const Screen *screen, const Pass *pass);
/* "nothing to remove: 12 images kept, 3 wait" */
void show_nothing_to_remove(const Screen *screen, const Plan *plan);
/* "9 images, 9 containers, 1.2 GB of build cache" of those that go. Caller frees. */
char *removals_text(const Plan *plan);
/* "1.3 GB", "at least 1.3 GB". Caller frees. */
char *estimate_text(const Plan *plan);
typedef struct VerdictCounts {
    size_t images[VERDICT_MAX_], containers[VERDICT_MAX_];
} VerdictCounts;
VerdictCounts plan_counts(const Plan *plan);

/* "9 images, 9 containers, build cache"; "nothing". Caller frees. */
char *removed_text(size_t images, size_t containers, bool has_cache);
/* What the file systems gained; 0 when others wrote more meanwhile. */
int64_t gained_bytes(int64_t disk_bytes);
void show_collected(const Screen *screen, const Pass *pass);
/* What the agent adds to the status. */
typedef struct AgentLines {
    char *next; /* when and why the next pass is; NULL = not told */
    Color next_color;
    Strings troubles; /* a sentence each */
    bool is_there;    /* it answers, and can be asked for a pass */
} AgentLines;
void agent_lines_clear(AgentLines *lines);
/* As much as a screen holds; `is_all`: all there is. */
void show_status(const Screen *screen, const Pass *pass, const Strings *history, const AgentLines *agent, bool is_all);
/* "on trial, it would have removed 10 images"; NULL: nothing held it. Caller frees. */
char *hold_text(const Summary *pass);
/* One pass. `summary`: NULL where the history does not go back that far. */
void show_history_pass(const Screen *screen, int64_t number, const Summary *summary, const RemovedList *removed,
                       Time now);
/* At least one, the newest first. */
void show_why_removed(const Screen *screen, const RemovedList *removed, Time now);
/* All apps, or with `with_layers` these, and the layers behind each finding. */
void show_audit(const Screen *screen, const Audited *const *apps, size_t count, bool with_layers);
/* A sentence for each app that could save more than a tenth of the disk. */
void list_audit_hints(const Pass *pass, Strings *ret);
void show_history(const Screen *screen, const Strings *lines, Time now);
void show_why_image(const Screen *screen, const Pass *pass, const PlannedImage *image);
/* `apps`: indexes into Plan.apps. */
void show_why_apps(const Screen *screen, const Pass *pass, const size_t *apps, size_t count);
void show_why_container(const Screen *screen, const Pass *pass, const PlannedContainer *container);
