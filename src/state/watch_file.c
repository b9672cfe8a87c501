/* SPDX-License-Identifier: MIT */
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
#include <sys/stat.h>
#include <unistd.h>

#define WATCH_FILE "watch.json"
/* Of one length, so that it can be replaced where it stands: the locks hang on the file. */
#define FORMAT "{\"since\":%16" PRId64 ",\"until\":%16" PRId64 "}\n"
#define TEXT_BYTES 256
enum { BYTE_WRITER, BYTE_FOLLOWED };

static bool set_lock(int fd, off_t byte, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool is_locked(int fd, off_t byte)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static const Field fields[] = {
    {"since", FIELD_TIME, offsetof(Watched, since)},
    {"until", FIELD_TIME, offsetof(Watched, until)},
};

static bool read_text(int fd, Watched *ret)
{
    char text[TEXT_BYTES];
    Watched watched = {0};
    Error ignored;
    ssize_t n = pread(fd, text, sizeof(text), 0);
    json_t *object = n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
    bool is_sound =
        object && record_decode(object, &watched, fields, sizeof(fields) / sizeof(fields[0]), &ignored) == 0;

    json_decref(object);
    if (!is_sound || watched.since <= 0 || watched.until < watched.since)
        return false;
    *ret = watched;
    return true;
}

int watch_file_open(StateDirectory *state, WatchFile *ret, Watched *ret_last, Error *err)
{
    cleanup_with(close_fdp) int fd =
        openat(state->fd, WATCH_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);

    if (fd < 0)
        return error_set(err, errno, "%s/" WATCH_FILE ": cannot be written: %s", state->path, strerror(errno));
    if ((file_give_away(fd, state->owner, state->group) < 0 && geteuid() == 0) || fchmod(fd, 0640) < 0)
        return error_set(err, errno, "%s/" WATCH_FILE ": %s", state->path, strerror(errno));
    if (!set_lock(fd, BYTE_WRITER, F_WRLCK))
        return error_set(err, EWOULDBLOCK, "another rgc watch writes to %s", state->path);
    *ret_last = (Watched){0};
    read_text(fd, ret_last);
    ret->fd = fd;
    fd = -1;
    return 0;
}

void watch_file_close(WatchFile *file)
{
    close_fdp(&file->fd);
    file->fd = -1;
}

void watch_file_set_followed(WatchFile *file, bool is_followed)
{
    if (file->fd >= 0)
        set_lock(file->fd, BYTE_FOLLOWED, is_followed ? F_WRLCK : F_UNLCK);
}

int watch_file_write(WatchFile *file, const Watched *watched)
{
    char text[TEXT_BYTES];
    int length = snprintf(text, sizeof(text), FORMAT, watched->since, watched->until);

    watch_file_set_followed(file, false);
    if (file->fd < 0)
        return 0;
    ssize_t n = pwrite(file->fd, text, (size_t)length, 0);
    if (n != length || ftruncate(file->fd, length) < 0)
        return n < 0 ? -errno : -EIO;
    watch_file_set_followed(file, watched->is_followed);
    return 0;
}

bool watch_file_read(StateDirectory *state, Watched *ret)
{
    cleanup_with(close_fdp) int fd =
        openat(state->fd, WATCH_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || !read_text(fd, ret))
        return false;
    ret->is_followed = is_locked(fd, BYTE_FOLLOWED);
    return true;
}
