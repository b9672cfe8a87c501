/* SPDX-License-Identifier: MIT */
/*
 * removed.jsonl in the state directory: what passes have removed, by name, one line a thing, the newest last. Bounded by
 * size and by age. A line that cannot be read costs that line.
 */
#pragma once

#include <rgc/removed.h>
#include <rgc/state.h>

/* A missing file is an empty list. */
int removed_load(StateDirectory *state, RemovedList *ret, Error *err);
/* Only for the holder of the lock. Leaves out what is too old, and of what does not fit the oldest. */
int removed_save(StateDirectory *state, const RemovedList *list, Time now, Error *err);

/* Lines that are added one by one while a pass removes things. */
typedef struct RemovedAppender {
    StateDirectory *state;
    char *owed; /* what could not be written yet, such as on a full disk; NULL = nothing */
} RemovedAppender;
/* A failure is no error: the line stays owed, and the next call tries again. */
void removed_append(RemovedAppender *appender, const Removed *removed);
void removed_flush(RemovedAppender *appender);
void removed_appender_clear(RemovedAppender *appender);
