/* SPDX-License-Identifier: MIT */
/* The pass's own notes of what it removes, in removed.jsonl: begun before the first removal, ended after the last. */
#pragma once

#include <rgc/plan.h>
#include <rgc/removed_file.h>
#include <rgc/report.h>

typedef struct Removals {
    const Plan *plan;
    int pass;
    Strings unanswered; /* IDs: the next pass will see */
    RemovedAppender appender;
} Removals;

/* Notes all that the plan removes as going, and settles what earlier passes have left open. */
int removals_begin(Removals *removals, StateDirectory *state, const Plan *plan, int pass, Error *err);
/* `bytes`: of cache what was freed; -1: the plan knows. */
void removals_note(Removals *removals, const OutcomeEntry *entry, int64_t bytes);
/* Takes out what was kept after all, or never tried. What could not be written is tried a last time. */
void removals_end(Removals *removals);
