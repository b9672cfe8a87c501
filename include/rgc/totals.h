/* SPDX-License-Identifier: MIT */
/*
 * What has been counted since rgc was installed, for the metrics: every pass is a process of its own, so the sums live
 * in the state directory, in totals.json. Nothing is decided by them: an unreadable file begins again at 0.
 */
#pragma once

#include <rgc/collect.h>

typedef enum PassResult {
    RESULT_DONE,
    RESULT_FAILED, /* the pass, or one of its removals: exit code 1 */
    RESULT_INTERRUPTED,
    RESULT_HELD, /* on trial, or by a clock that cannot be trusted: nothing was to be removed */
    RESULT_MAX_,
} PassResult;
const char *pass_result_to_string(PassResult result); /* "done" … */
/* `error`: why the pass ended early; NULL. */
PassResult pass_result(const Pass *pass, const char *error);

typedef struct TriggerTotal {
    char *trigger; /* "hook" … */
    int64_t passes[RESULT_MAX_];
} TriggerTotal;

typedef struct Totals {
    TriggerTotal *triggers; /* sorted; bounded, whatever words come */
    size_t n_triggers;
    int64_t removed_images[REASON_MAX_];
    int64_t freed_bytes;     /* by what the engine said */
    int64_t failed_removals; /* refused, or not answered */
    Time succeeded;          /* the end of the last pass that was done or held; 0 = none */
} Totals;

void totals_add(Totals *totals, const Pass *pass, const char *trigger, PassResult result);
void totals_clear(Totals *totals);

char *totals_to_json(const Totals *totals, size_t *ret_size);
/* All or nothing. */
bool totals_from_json(const char *text, size_t size, Totals *ret);

/* Empty where there is no file, and where it cannot be used. */
void totals_load(StateDirectory *state, Totals *ret);
int totals_save(StateDirectory *state, const Totals *totals, Error *err);
