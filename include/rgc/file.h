/* SPDX-License-Identifier: MIT */
/*
 * Files in a directory that is open, such as the state directory. rgc runs with rights that other users of the host do
 * not have, so a file is opened by a descriptor and a plain name, and no symbolic link is followed. Reads are bounded.
 * Whenever the power fails, a file that is being replaced is either the old one or the new one.
 *
 *     cleanup_with(free_charp) char *text = NULL;
 *     int r = file_read(directory_fd, "ledger.json", LEDGER_MAX, &text, NULL, err);
 *
 *     if (r == -ENOENT)
 *         … there is no ledger yet …
 *
 * Functions with `err` return 0 or a negative errno code, and their sentence begins with the file's name.
 * tests/unit/base/file_faults.c lets each system call of file_replace fail in turn.
 *
 * Source: open(2), rename(2) and fsync(2).
 */
#pragma once

#include <rgc/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Opens a regular file with openat(2); `mode` matters if `flags` create it. The caller closes `*ret`; exec closes it
 * too. Errors are those of file_read, and -EISDIR or -EINVAL if it is not a regular file. */
int file_open(int directory_fd, const char *name, int flags, mode_t mode, int *ret, Error *err);

/* Reads a whole regular file of at most `limit` bytes. `*ret` is NUL-terminated, and the caller frees it; `ret_size`
 * may be NULL. Errors: -ENOENT, -EACCES, -EFBIG (longer than `limit`), -ELOOP (a symbolic link) and others of
 * openat(2). */
int file_read(int directory_fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);

/* Reads the same way to the end of an open descriptor of any kind, such as a pipe; `name` is for messages. */
int file_read_all(int fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err);

/* Replaces the file, or creates it: writes a temporary file beside it, syncs it, renames it over `name`, and syncs the
 * directory. The directory's descriptor must be readable (neither AT_FDCWD nor O_PATH). An owner or group other than -1
 * is given to the file. On error the old file is untouched and the temporary one is removed, with one exception: if
 * only the directory could not be synced, the new file is in place. */
int file_replace(int directory_fd, const char *name, const char *data, size_t size, mode_t mode, uid_t owner,
                 gid_t group, Error *err);

/* Gives an open file to an owner and a group; -1 leaves either as it is. If they have it already, nothing is called,
 * because a sandbox may forbid fchown(2) altogether. Returns 0 or a negative errno code, and leaves errno set. */
int file_give_away(int fd, uid_t owner, gid_t group);

/* Whether a write that was cut short, by a crash or a full disk, has left half a line at the end: what is added must
 * begin a new one. `fd` is open for reading too. */
bool file_ends_within_a_line(int fd, off_t size);

/* For cleanup_with on a descriptor; ignores a negative one. */
void close_fdp(int *fd);
