/* SPDX-License-Identifier: MIT */
/*
 * Sightings: seen.jsonl, to which `rgc watch` adds what the engine's events tell, and which a pass folds into its
 * snapshot and so into the ledger. src/state/seen_file.c tells how both share the file without waiting for each other;
 * rgc/watch.h has the functions that most callers need.
 *
 *     SeenFile file = {.state = state};
 *     seen_file_add(&file, &seen);            the watcher, for each event
 *     if (file.has_lost)                      it must not claim any more that nothing was missed
 *         …
 *     seen_file_write(&file);                 later, while something is owed
 *     seen_file_clear(&file);
 */
#pragma once

#include <rgc/seen_line.h>

#include <rgc/state.h>

typedef struct SeenFile {
    StateDirectory *state;
    Strings owed;      /* lines that could not be written yet, such as on a full disk */
    size_t owed_bytes; /* of these lines; 64 KiB at most */
    bool has_lost;     /* a line was dropped: it did not fit into the bounds, or was damaged. The caller resets it */
} SeenFile;

/* Frees what is owed. The files are left as they are. */
void seen_file_clear(SeenFile *file);
/* Adds the sighting, after all that is owed. If it cannot be written, it is owed too. */
void seen_file_add(SeenFile *file, const Seen *seen);
/* Tries to write what is owed. */
void seen_file_write(SeenFile *file);

/* Called once for each line; `seen` is valid only during the call. */
typedef void OnSeen(const Seen *seen, void *userdata);
/* Reads both files, the oldest line first. Returns how many lines could not be read, because a crash has cut them off
 * or a power cut has left NULs. These are left out, and the caller must not claim that nothing was missed. */
size_t seen_files_read(StateDirectory *state, OnSeen *on_seen, void *userdata);
/* Drops what a pass has folded into its ledger and stored. `learned` is the ledger's time, which is noted in the file;
 * 0 notes nothing, where nobody watches. For the holder of the lock. */
void seen_files_drop(StateDirectory *state, Time learned);
