/* SPDX-License-Identifier: MIT */
/*
 * Files below one directory descriptor. No symbolic link is followed, reads are bounded, and a
 * replaced file is either the old or the new one, whenever the power goes.
 */
#pragma once

#include <rgc/error.h>
#include <stddef.h>
#include <sys/types.h>

/* openat(2) of a regular file, with `mode` where `flags` make it; the descriptor is closed by exec. Errors: as those of
 * file_read, and -EINVAL or -EISDIR for what is no regular file. */
int file_open(int directory_fd, const char *name, int flags, mode_t mode, int *ret, Error *err);

/* Reads a whole regular file of at most `limit` bytes; `*ret` is NUL-terminated and the caller's to free.
 * Errors: -ENOENT, -EACCES, -EFBIG, -ELOOP (a symbolic link) and others of openat(2). */
int file_read(int directory_fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);

/* The same from an open descriptor of any kind (a pipe too); `name` is for messages. */
int file_read_all(int fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);

/* Writes a temporary file beside it, syncs it, renames it over `name`, syncs the directory (so that needs a readable
 * descriptor, neither AT_FDCWD nor O_PATH). With owner/group other than -1 the file gets them. On error the temporary
 * file is gone and the old one untouched; only if it is the directory's sync that failed, the new one is in place. */
int file_replace(int directory_fd, const char *name, const char *data, size_t size, mode_t mode, uid_t owner,
                 gid_t group, Error *err);

/* Gives an open file away, where it is not theirs already: a sandbox may forbid fchown(2) altogether. -1: leave as it
 * is. Returns a negative errno, and leaves errno set. */
int file_give_away(int fd, uid_t owner, gid_t group);

void close_fdp(int *fd); /* for cleanup_with; ignores -1 */
