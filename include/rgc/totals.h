/* SPDX-License-Identifier: MIT */
/*
 * What has been counted since rgc was installed, for the metrics: every pass is a process of its own, so the sums live
 * in the state directory, in totals.json. No decision depends on them: if the file cannot be read, they begin at 0
 * again.
 */
#pragma once

#include <rgc/plan.h>
#include <rgc/report.h>

typedef enum PassResult {
    RESULT_DONE,
    RESULT_FAILED, /* the pass, or one of its removals: exit code 1 */
    RESULT_INTERRUPTED,
    RESULT_SUSPENDED, /* on trial, or by a clock that cannot be trusted: nothing was to be removed */
    RESULT_MAX_,
} PassResult;
const char *pass_result_to_string(PassResult result); /* "done" … */

typedef struct TriggerTotal {
    char *trigger; /* "hook" … */
    int64_t passes[RESULT_MAX_];
} TriggerTotal;

typedef struct Totals {
    TriggerTotal *triggers; /* sorted; bounded, whatever words come */
    size_t n_triggers;
    int64_t removed_images[REASON_MAX_];
    int64_t removed_containers;
    int64_t freed_bytes;     /* as reported by the engine */
    int64_t failed_removals; /* refused, or not answered */
    Time succeeded;          /* the end of the last pass that was done or suspended; 0 = none */
} Totals;

/* Adds one pass. `trigger` may be any word. */
void totals_add(Totals *totals, const Plan *plan, const Report *report, const char *trigger, PassResult result);
void totals_clear(Totals *totals);
