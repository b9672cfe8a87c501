/* SPDX-License-Identifier: MIT */
/*
 * The inside of a StateDirectory: its descriptor, and how its files are opened, read and written. Only code that adds a
 * file to the directory needs this (the room `state`, and the ballast); everybody else includes rgc/state.h.
 *
 * A file is written in one of three ways, and src/state/state_file.c says why:
 *  - replaced as a whole, by the holder of the lock: state_write_file();
 *  - replaced as a whole, without the lock: file_replace() with the members below;
 *  - opened for appending or for writing in place: state_open_file().
 */
#pragma once

#include <rgc/state.h>

#include <sys/types.h>

struct StateDirectory {
    int fd;
    int lock_fd; /* -1 = this process does not hold the lock */
    char *path;
    uid_t owner; /* of files that are written here; -1 leaves it to the system */
    gid_t group; /* the same */
};

/* Opens the file `name`, as file_open() does, with the directory's path in the message. A file that is opened for
 * writing gets the directory's owner and group, and `mode`. The caller closes `*ret`. -EMLINK: the file belongs to
 * another user than the directory and has a second name, which root refuses. */
int state_open_file(const StateDirectory *state, const char *name, int flags, mode_t mode, int *ret, Error *err);
/* Reads the whole file, with the errors of file_read(). The caller frees `*ret`, which ends with a NUL. */
int state_read_file(StateDirectory *state, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);
/* Replaces the file as a whole (file_replace()). -ENOLCK unless this process holds the lock. */
int state_write_file(StateDirectory *state, const char *name, const char *data, size_t size, Error *err);
/* Releases the lock if this process has it. */
void state_unlock(StateDirectory *state);
