/* SPDX-License-Identifier: MIT */
/*
 * watch.json: the claim of `rgc watch` that it has missed no event from `since` until `until`. Only with such a claim
 * may a pass conclude that nobody has used an image meanwhile.
 *
 * A claim must not outlive what it rests on, so the part about this very moment is no text but a lock, which the kernel
 * drops with the process. watch.lock has two bytes that can be locked: the first one by the only process that writes,
 * the second one as long as that process follows the events without a hole and owes no line to seen.jsonl. A crash, a
 * kill or a full disk therefore takes the claim back by itself. tests/unit/state/sightings_file.c tests the locks, and
 * tests/unit/state/torn_files.c that a damaged file claims nothing.
 */
#pragma once

#include <rgc/state.h>

typedef struct WatchClaim {
    Time since, until; /* 0 = never */
    bool is_followed;  /* the events are being followed at this moment, so the claim reaches up to now */
} WatchClaim;

typedef struct WatchFile {
    int fd, lock_fd; /* -1 = not open */
} WatchFile;

/* Opens both files for the watcher and locks the first byte. `ret_last` is the last claim, or empty if there is none
 * that can be read. -EWOULDBLOCK: another process watches with this state directory. */
int watch_file_open(StateDirectory *state, WatchFile *ret, WatchClaim *ret_last, Error *err);
/* Closes both files and so releases the locks. */
void watch_file_close(WatchFile *file);
/* Writes the claim, and takes or releases the lock of the second byte as `is_followed` says. Returns -errno if the
 * write failed, with that lock released. */
int watch_file_write(WatchFile *file, const WatchClaim *claim);
/* Takes or releases the lock of the second byte alone. */
void watch_file_set_followed(WatchFile *file, bool is_followed);

/* Reads the claim, for a pass and for commands that only read. False if there is none. */
bool watch_file_read(StateDirectory *state, WatchClaim *ret);
