/* SPDX-License-Identifier: MIT */
/*
 * seen.jsonl: `rgc watch` adds lines to it, a pass folds them into the ledger. Neither waits for the other: a pass that
 * has stored its ledger moves the file aside to seen.old.jsonl, and the next one reads both. So a line that was being
 * added just then is read too, and lines are folded twice, which changes nothing. Before it moves the
 * file it adds a line of its own: a ledger that has learned less than that pass, such as one from a backup, does not
 * know what was seen before.
 */
#pragma once

#include <rgc/seen_line.h>

#include <rgc/state.h>

typedef struct SeenFile {
    StateDirectory *state;
    Strings owed; /* lines that could not be written yet, such as on a full disk */
    size_t owed_bytes;
    bool has_lost; /* some were dropped, to keep within bounds */
} SeenFile;

void seen_file_clear(SeenFile *file);
/* Adds it, and whatever is owed. A failure is no error: it stays owed. */
void seen_file_add(SeenFile *file, const Seen *seen);
void seen_file_write(SeenFile *file);

typedef void OnSeen(const Seen *seen, void *userdata);
/* Each line of both files, the oldest first. Returns how many could not be read (cut off by a crash, or NULs after a
 * power cut): these are left out, and nobody may claim that nothing was missed. */
size_t seen_files_read(StateDirectory *state, OnSeen *on_seen, void *userdata);
/* What seen_files_read has read is in the ledger, which has learned until then; 0 = nobody is to be told. */
void seen_files_drop(StateDirectory *state, Time learned);
