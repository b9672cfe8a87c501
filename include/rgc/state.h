/* SPDX-License-Identifier: MIT */
/*
 * The state directory: ledger, history and the lock, reached through one directory descriptor.
 * Files are 0640 and get the directory's owner and group; no symbolic link is followed; a directory
 * that others may write is refused.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/ledger.h>

#define STATE_DEFAULT_PATH "/var/lib/rgc"
#define LEDGER_SCHEMA 2

typedef struct StateDirectory StateDirectory;

/* For reading. -ENOENT: there is none; -EACCES: not for this user; -EPERM: others can write it, or a stranger owns it.
 */
int state_open(const char *path, StateDirectory **ret, Error *err);
/* For a pass: makes the directory (0750; owner `rgc`, group `docker` where these exist) if it is not there. */
int state_open_or_make(const char *path, StateDirectory **ret, Error *err);
void state_free(StateDirectory *state); /* also gives the lock back */
DEFINE_CLEANUP(StateDirectory, state_free)
const char *state_path(const StateDirectory *state);

/* -EWOULDBLOCK: another pass holds it, err says who (pid). Held until state_free, or the process ends (fcntl). */
int state_lock(StateDirectory *state, Error *err);
/* The same without taking it, which would turn away a pass that begins just now. */
int state_probe_lock(StateDirectory *state, Error *err);

/* A missing file: *ret_found = false, an empty ledger with is_new. An unreadable or newer one: for the holder of the
 * lock it is set aside (renamed), else ignored; `ret_note` (caller frees) says so; the ledger is empty. -EACCES:
 * refused by permission. */
int ledger_load(StateDirectory *state, Ledger *ret, bool *ret_found, char **ret_note, Error *err);
/* Only for the holder of the lock, else -ENOLCK; so is history_append. */
int ledger_save(StateDirectory *state, const Ledger *ledger, Error *err);

/* History: one JSON object a line ("rgc/summary/1"), newest last, bounded; a pass that removed nothing replaces a last
 * line that removed nothing either (counting them), unless one of them failed in another way. */
int history_append(StateDirectory *state, const char *summary_json, bool removed_nothing, Error *err);
/* The last `count` lines (0 = all), newest first. Lines that cannot be read are left out. */
int history_read(StateDirectory *state, size_t count, Strings *ret, Error *err);
