/* SPDX-License-Identifier: MIT */
/*
 * Sightings: seen.jsonl, to which `rgc watch` adds what the engine's events tell, and which a pass folds into its
 * snapshot and so into the ledger. src/state/sightings_file.c tells how both share the file without waiting for each
 * other; rgc/watch.h has the functions that most callers need.
 *
 *     SightingsFile file = {.state = state};
 *     sightings_file_add(&file, &sighting);   the watcher, for each event
 *     if (file.has_lost)                      it must not claim any more that nothing was missed
 *         …
 *     sightings_file_write(&file);            later, while something is owed
 *     sightings_file_clear(&file);
 */
#pragma once

#include <rgc/sighting_line.h>

#include <rgc/state.h>

typedef struct SightingsFile {
    StateDirectory *state;
    Strings owed;      /* lines that could not be written yet, such as on a full disk */
    size_t owed_bytes; /* of these lines; 64 KiB at most */
    bool has_lost;     /* a line was dropped: it did not fit into the bounds, or was damaged. The caller resets it */
} SightingsFile;

/* Frees what is owed. The files are left as they are. */
void sightings_file_clear(SightingsFile *file);
/* Adds the sighting, after all that is owed. If it cannot be written, it is owed too. */
void sightings_file_add(SightingsFile *file, const Sighting *sighting);
/* Tries to write what is owed. */
void sightings_file_write(SightingsFile *file);

/* Called once for each line; `sighting` is valid only during the call. */
typedef void OnSighting(const Sighting *sighting, void *userdata);
/* Reads both files, the oldest line first. Returns how many lines could not be read, because a crash has cut them off
 * or a power cut has left NULs. These are left out, and the caller must not claim that nothing was missed. */
size_t sightings_files_read(StateDirectory *state, OnSighting *on_sighting, void *userdata);
/* Drops what a pass has folded into its ledger and stored. `learned` is the ledger's time, which is noted in the file;
 * 0 notes nothing, where nobody watches. For the holder of the lock. */
void sightings_files_drop(StateDirectory *state, Time learned);
