/* SPDX-License-Identifier: MIT */
/*
 * removed.jsonl: what passes have removed, by name, one line for each thing, the newest last. The file keeps 400 days,
 * and 4 MiB at most. A line that cannot be read is left out. rgc/removal_log.h says which notes a pass makes, and when.
 */
#pragma once

#include <rgc/removed.h>
#include <rgc/state.h>

/* Reads the records, the oldest first and settled (removed_list_settle()). A missing file is an empty list. The caller
 * clears it. -EFBIG: the file is larger than rgc ever writes it. */
int removed_load(StateDirectory *state, RemovedList *ret, Error *err);
/* Replaces the file without the records that are too old, and without the oldest ones if they do not fit. -ENOLCK
 * unless this process holds the lock. */
int removed_save(StateDirectory *state, const RemovedList *list, Time now, Error *err);

/* Appends lines one by one while a pass removes things: a pass that is killed leaves all lines but the last whole. */
typedef struct RemovedAppender {
    StateDirectory *state;
    char *owed; /* lines that could not be written yet, such as on a full disk; NULL = none */
} RemovedAppender;
/* Adds the record. If it cannot be written, the line is owed, and the next call tries again. */
void removed_append(RemovedAppender *appender, const Removed *removed);
/* Tries to write what is owed. */
void removed_flush(RemovedAppender *appender);
/* Forgets what is owed, and frees it. */
void removed_appender_clear(RemovedAppender *appender);
