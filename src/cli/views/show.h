/* SPDX-License-Identifier: MIT */
/*
 * What the verbs print for people. Each function takes plain values, so that a test can show it any host
 * (tests/unit/cli/cli_show.c). show_… functions print to a screen, list_… functions add sentences to a list, and …_text
 * functions return a text that the caller frees. None of them can fail.
 */
#pragma once

#include "render.h"

#include <rgc/removed.h>
#include <rgc/report_json.h>
#include <rgc/summary.h>

/* "Docker 28.5.2 (API 1.51, overlay2)" */
void show_engine(const Screen *screen, const EngineInfo *engine);
/* Prints a line with a bar for each file system. */
void show_disks(const Screen *screen, const Disk *disks, size_t count);
/* Lists whatever makes this plan differ from what people expect, such as a suspension, a missing ledger or pressure.
 * The most urgent sentence comes first. */
void list_notes(const Pass *pass, Strings *ret);
/* Prints these sentences. */
void show_notes(const Screen *screen, const Pass *pass);

void show_plan(const Screen *screen, const Pass *pass);
/* "nothing to remove: 12 images kept, 3 wait" */
void show_nothing_to_remove(const Screen *screen, const Plan *plan);
/* What the plan removes: "9 images, 9 containers, 1.2 GB of build cache". Caller frees. */
char *removals_text(const Plan *plan);
/* What that frees: "1.3 GB", "at least 1.3 GB". Caller frees. */
char *estimate_text(const Plan *plan);

typedef struct VerdictCounts {
    size_t images[VERDICT_MAX_], containers[VERDICT_MAX_];
} VerdictCounts;
VerdictCounts plan_counts(const Plan *plan);

/* What a pass has removed: "9 images, 9 containers, build cache", or "nothing". Caller frees. */
char *removed_text(size_t images, size_t containers, bool has_cache);
/* Returns by how many bytes the file systems became emptier; 0 if others wrote more meanwhile. */
int64_t gained_bytes(int64_t disk_bytes);
void show_collected(const Screen *screen, const Pass *pass);

/* What the agent adds to the status. */
typedef struct AgentLines {
    char *next; /* when and why the next pass is; NULL = the screen does not say */
    Color next_color;
    Strings troubles; /* sentences */
    bool is_there;    /* the agent answers, and can be asked for a pass */
} AgentLines;
void agent_lines_clear(AgentLines *lines);
/* Prints as much as fits a screen, or everything if `is_all`. */
void show_status(const Screen *screen, const Pass *pass, const Strings *history, const AgentLines *agent, bool is_all);
/* Returns "on trial, it would have removed 10 images", or NULL if the pass was not suspended. Caller frees. */
char *suspension_text(const Summary *pass);
/* Prints one pass. `summary` is NULL if the history does not go back that far. */
void show_history_pass(const Screen *screen, int64_t number, const Summary *summary, const RemovedList *removed,
                       Time now);
/* Prints removals, of which there must be at least one, the newest first. */
void show_why_removed(const Screen *screen, const RemovedList *removed, Time now);
/* Prints what the audit found. `with_layers` adds the layers behind each finding. */
void show_audit(const Screen *screen, const Audited *const *apps, size_t count, bool with_layers);
/* Lists a sentence for each app that could save more than a tenth of the disk. */
void list_audit_hints(const Pass *pass, Strings *ret);
void show_history(const Screen *screen, const Strings *lines, Time now);
void show_why_image(const Screen *screen, const Pass *pass, const PlannedImage *image);
/* `apps` are indexes into Plan.apps. */
void show_why_apps(const Screen *screen, const Pass *pass, const size_t *apps, size_t count);
void show_why_container(const Screen *screen, const Pass *pass, const PlannedContainer *container);
