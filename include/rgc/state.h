/* SPDX-License-Identifier: MIT */
/*
 * The state directory: what rgc keeps between passes, by default in /var/lib/rgc. This header has the directory, its
 * lock, the ledger and the history. The other files have headers of their own: rgc/removed_file.h, rgc/facts_file.h,
 * rgc/totals_file.h, rgc/sizes_file.h, rgc/sightings_file.h and rgc/watch_file.h.
 *
 * Everything is reached through one directory descriptor. Files are 0640 and get the directory's owner and group, so
 * that members of its group may read them. No symbolic link is followed, and no directory that every user may write.
 *
 *     cleanup_with(state_freep) StateDirectory *state = NULL;
 *     if ((r = state_open_or_make(path, &state, err)) < 0 || (r = state_lock(state, err)) < 0)
 *         return r;                                         -EWOULDBLOCK: another pass is running
 *     r = ledger_load(state, &ledger, &has_ledger, &note, err);
 *     …
 *     r = ledger_save(state, &ledger, err);                 state_free() releases the lock
 */
#pragma once

#include <rgc/error.h>
#include <rgc/ledger.h>

#define STATE_DEFAULT_PATH "/var/lib/rgc"
/* The form of ledger.json. A ledger of any other schema is set aside, and the trial begins anew. */
#define LEDGER_SCHEMA 2

typedef struct StateDirectory StateDirectory;

/* Opens the directory, as commands that only read do. Errors: -ENOENT if it does not exist, -EACCES if this user may
 * not read it, -EPERM if every user may write it or it belongs to somebody else than root, rgc and the current user,
 * -ENOTDIR for anything but a directory. */
int state_open(const char *path, StateDirectory **ret, Error *err);
/* The same for a pass: creates the directory if it does not exist, with mode 0750 and, if root does so, with the user
 * `rgc` and the group `docker` where these exist. Does not create the directory above it. */
int state_open_or_make(const char *path, StateDirectory **ret, Error *err);
void state_free(StateDirectory *state); /* also releases the lock */
DEFINE_CLEANUP(StateDirectory, state_free)
/* As it was passed, without slashes at its end. Borrowed. */
const char *state_path(const StateDirectory *state);

/* Takes the lock of a pass, or fails with -EWOULDBLOCK at once; `err` then names the process that has it, if that can
 * be seen. The process holds the lock until state_free() or the end of the process. */
int state_lock(StateDirectory *state, Error *err);
/* Fails as state_lock() would because of another holder, but takes nothing: taking the lock, even for a moment, would
 * turn away a pass that begins just then. Must not be called by the holder. */
int state_probe_lock(StateDirectory *state, Error *err);

/* Reads ledger.json. If there is none, `*ret_found` is false and the ledger is empty with is_new set; that is no error.
 * The same happens if the file is damaged or of another schema: the holder of the lock also renames it
 * ("ledger.json.unreadable-TIME", the last two are kept), and `*ret_note` is a sentence that says so. Else the note is
 * NULL. The caller frees it. Errors: -EACCES, -ELOOP and others that keep the file from being read, because a ledger
 * that exists must not be taken for an empty one. */
int ledger_load(StateDirectory *state, Ledger *ret, bool *ret_found, char **ret_note, Error *err);
/* Replaces ledger.json, synced. -ENOLCK unless this process holds the lock. Even on an error, the file is whole. */
int ledger_save(StateDirectory *state, const Ledger *ledger, Error *err);

/* Adds a pass to history.jsonl, which has one object ("rgc/summary/1") for each line, the newest last, and at most 500
 * lines and 1 MiB. A pass that removed nothing takes the place of a last line that removed nothing either, and counts
 * its passes, unless they ended differently. -ENOLCK unless this process holds the lock, -EINVAL if `summary_json`
 * cannot be read. */
int history_append(StateDirectory *state, const char *summary_json, bool removed_nothing, Error *err);
/* The last `count` lines (0 = all), the newest first. Lines that cannot be read, and a missing file, count as none. */
int history_read(StateDirectory *state, size_t count, Strings *ret, Error *err);
