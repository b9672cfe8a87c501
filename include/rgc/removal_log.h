/* SPDX-License-Identifier: MIT */
/*
 * The log of removals: what a pass notes in removed.jsonl about the things that it removes, so that `rgc history PASS`
 * and `rgc why NAME` can name each of them later. rgc/removed.h describes one record, rgc/removed_file.h the file.
 *
 * The pass begins the notes before the first removal and ends them after the last one. A pass that is killed in between
 * hides nothing: all that it was about to remove is already in the file as "going", and the next pass finds out what
 * became of it. tests/fault/removed.py kills a pass at each removal and tests that.
 */
#pragma once

#include <rgc/plan.h>
#include <rgc/removed_file.h>
#include <rgc/report.h>

typedef struct RemovalLog {
    const Plan *plan;   /* borrowed until removal_log_end() */
    int pass;           /* the number of this pass */
    Strings unanswered; /* IDs of things whose removal the engine did not answer: the next pass settles them */
    RemovedAppender appender;
} RemovalLog;

/* Writes a "going" record for each thing that the plan removes, and settles what earlier passes left open: such a thing
 * was kept if it is still in the snapshot, and is assumed to be removed if it is not. The caller must hold the lock.
 * The file is whole even on an error; -ENOSPC and -EDQUOT leave `log` usable, as does success. */
int removal_log_begin(RemovalLog *log, StateDirectory *state, const Plan *plan, int pass, Error *err);
/* Appends what became of one thing. `bytes` is what was freed, for build cache; -1 takes the size from the plan. A line
 * that cannot be written is owed, and no error. */
void removal_log_note(RemovalLog *log, const OutcomeEntry *entry, int64_t bytes);
/* Tries once more to write what is owed, turns records that are still "going" into "kept" unless the engine did not
 * answer, and frees what `log` owns. A failure is ignored: the next pass settles the records. */
void removal_log_end(RemovalLog *log);
