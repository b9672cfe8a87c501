/* SPDX-License-Identifier: MIT */
/*
 * What state.c, lock.c, ledger_file.c and history.c share: the directory's descriptor, and the two ways in which
 * its files are read and written.
 */
#pragma once

#include <rgc/state.h>

#include <sys/types.h>

struct StateDirectory {
    int fd;
    int lock_fd; /* -1: this process does not hold the lock */
    char *path;
    uid_t owner; /* of files that are written here; -1 leaves it to the system */
    gid_t group;
};

/* file_open with the directory's path in the message; a file that is opened for writing gets the directory's owner and
 * `mode`. -EMLINK: a file of somebody else with a second name, which root refuses. */
int state_open_file(const StateDirectory *state, const char *name, int flags, mode_t mode, int *ret, Error *err);
/* file_read and file_replace with the directory's path in the message. */
int state_read_file(StateDirectory *state, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);
/* -ENOLCK unless this process holds the lock. */
int state_write_file(StateDirectory *state, const char *name, const char *data, size_t size, Error *err);
/* Gives the lock back; nothing to do where it is not held. */
void state_unlock(StateDirectory *state);
