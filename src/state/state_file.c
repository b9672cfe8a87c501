/* SPDX-License-Identifier: MIT */
/* The files in the state directory: how each of them is opened, read and replaced. */
#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE ((mode_t)0640)

static int explain(const StateDirectory *state, int r, Error *err)
{
    if (r < 0)
        error_wrap(err, "%s", state->path);
    return r;
}

/*
 * Root follows no other name into a file that is not the owner's: who may write here could have linked any file of this
 * file system. The second look is for a link that is taken away between the first and the open().
 */
static int check_names(const StateDirectory *state, const char *name, const struct stat *st, Error *err)
{
    struct stat now;

    if (geteuid() != 0 || st->st_uid == state->owner)
        return 0;
    if (fstatat(state->fd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == st->st_dev &&
        now.st_ino == st->st_ino && now.st_nlink == 1 && st->st_nlink == 1)
        return 0;
    return error_set(err, EMLINK, "%s: refused, as it belongs to user ID %u and has another name too (a hard link)",
                     name, (unsigned)st->st_uid);
}

static int open_file(const StateDirectory *state, const char *name, int flags, mode_t mode, int *ret, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    int r = file_open(state->fd, name, flags, mode, &fd, err);
    struct stat st;

    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return error_set(err, errno, "%s: %s", name, strerror(errno));
    r = check_names(state, name, &st, err);
    if (r < 0)
        return r;
    /* What root has made must not shut out the agent; and whatever the umask left, the file gets its mode. */
    if ((flags & O_ACCMODE) != O_RDONLY && ((file_give_away(fd, state->owner, state->group) < 0 && geteuid() == 0) ||
                                            ((st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)))
        return error_set(err, errno, "%s: %s", name, strerror(errno));
    *ret = fd;
    fd = -1;
    return 0;
}

int state_open_file(const StateDirectory *state, const char *name, int flags, mode_t mode, int *ret, Error *err)
{
    return explain(state, open_file(state, name, flags, mode, ret, err), err);
}

int state_read_file(StateDirectory *state, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    int r = open_file(state, name, O_RDONLY, 0, &fd, err);

    if (r == 0)
        r = file_read_all(fd, name, limit, ret, ret_size, err);
    return explain(state, r, err);
}

int state_write_file(StateDirectory *state, const char *name, const char *data, size_t size, Error *err)
{
    if (state->lock_fd < 0)
        return error_set(err, ENOLCK, "%s: %s is only written by a pass that holds the lock", state->path, name);
    return explain(state, file_replace(state->fd, name, data, size, FILE_MODE, state->owner, state->group, err), err);
}
