/* SPDX-License-Identifier: MIT */
/*
 * The claim of the watcher as a file of one length, overwritten in place, and its locks. These are locks of the open
 * file description (F_OFD_SETLK in fcntl(2)): unlike the lock of a pass, they are not released when another descriptor
 * of the file is closed.
 */
#include <rgc/watch_file.h>

#include "record_fields.h"
#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WATCH_FILE "watch.json"
#define WATCH_MODE ((mode_t)0640)
/* Whoever may open a file may lock it, so the locks are on a file that only the owner may open. */
#define LOCK_FILE "watch.lock"
#define LOCK_MODE ((mode_t)0600)
/* Always of the same length, so that the text can be overwritten in place. */
#define FORMAT "{\"since\":%16" PRId64 ",\"until\":%16" PRId64 "}\n"
#define TEXT_BYTES 256
enum { BYTE_WRITER, BYTE_FOLLOWED };
#define NOT_OPEN ((WatchFile){.fd = -1, .lock_fd = -1})

static bool set_lock(int fd, off_t byte, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/* Whether somebody has locked the byte for writing. A lock for reading, which any reader can take, does not count. */
static bool is_locked(int fd, off_t byte)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static const Field fields[] = {
    {"since", FIELD_TIME, offsetof(WatchClaim, since)},
    {"until", FIELD_TIME, offsetof(WatchClaim, until)},
};

static bool read_text(int fd, WatchClaim *ret)
{
    char text[TEXT_BYTES];
    WatchClaim claim = {0};
    Error ignored;
    ssize_t n = pread(fd, text, sizeof(text), 0);
    json_t *object = n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
    bool is_sound = object && record_decode(object, &claim, fields, sizeof(fields) / sizeof(fields[0]), &ignored) == 0;

    json_decref(object);
    if (!is_sound || claim.since <= 0 || claim.until < claim.since)
        return false;
    *ret = claim;
    return true;
}

int watch_file_open(StateDirectory *state, WatchFile *ret, WatchClaim *ret_last, Error *err)
{
    WatchFile file = NOT_OPEN;
    int r = state_open_file(state, LOCK_FILE, O_RDWR | O_CREAT, LOCK_MODE, &file.lock_fd, err);

    if (r == 0 && !set_lock(file.lock_fd, BYTE_WRITER, F_WRLCK))
        r = error_set(err, EWOULDBLOCK, "another rgc watch writes to %s", state->path);
    if (r == 0)
        r = state_open_file(state, WATCH_FILE, O_RDWR | O_CREAT, WATCH_MODE, &file.fd, err);
    if (r < 0) {
        watch_file_close(&file);
        return r;
    }
    *ret_last = (WatchClaim){0};
    read_text(file.fd, ret_last);
    *ret = file;
    return 0;
}

void watch_file_close(WatchFile *file)
{
    close_fdp(&file->fd);
    close_fdp(&file->lock_fd);
    *file = NOT_OPEN;
}

/* Locks watch.json as well: members of the group, whose commands only read, may not open watch.lock. */
void watch_file_set_followed(WatchFile *file, bool is_followed)
{
    if (file->fd < 0)
        return;
    set_lock(file->lock_fd, BYTE_FOLLOWED, is_followed ? F_WRLCK : F_UNLCK);
    set_lock(file->fd, BYTE_FOLLOWED, is_followed ? F_WRLCK : F_UNLCK);
}

int watch_file_write(WatchFile *file, const WatchClaim *claim)
{
    char text[TEXT_BYTES];
    int length = snprintf(text, sizeof(text), FORMAT, claim->since, claim->until);

    watch_file_set_followed(file, false);
    if (file->fd < 0)
        return 0;
    ssize_t n = pwrite(file->fd, text, (size_t)length, 0);
    if (n != length || ftruncate(file->fd, length) < 0)
        return n < 0 ? -errno : -EIO;
    watch_file_set_followed(file, claim->is_followed);
    return 0;
}

bool watch_file_read(StateDirectory *state, WatchClaim *ret)
{
    cleanup_with(close_fdp) int fd = -1, lock_fd = -1;
    Error ignored;

    if (state_open_file(state, WATCH_FILE, O_RDONLY, 0, &fd, &ignored) < 0 || !read_text(fd, ret))
        return false;
    int r = state_open_file(state, LOCK_FILE, O_RDONLY, 0, &lock_fd, &ignored);
    ret->is_followed = r == -EACCES ? is_locked(fd, BYTE_FOLLOWED) : r == 0 && is_locked(lock_fd, BYTE_FOLLOWED);
    return true;
}
