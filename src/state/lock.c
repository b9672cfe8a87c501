/* SPDX-License-Identifier: MIT */
/*
 * One pass at a time: a POSIX record lock (fcntl(2), F_SETLK) on the file `lock`. The kernel releases it when its
 * process ends, however it ends, and can name its holder, which an open file description lock cannot. The price is that
 * closing any descriptor of the file releases the lock: nothing else in this process may open it.
 */
#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define LOCK_MODE ((mode_t)0600)

static int open_lock(StateDirectory *state, int *ret, Error *err)
{
    int r = state_open_file(state, LOCK_FILE, O_RDWR | O_CREAT, LOCK_MODE, ret, err);

    if (r == -EACCES || r == -EPERM)
        return error_set(err, EACCES, "%s: only root and the owner of this directory may run a pass here: use sudo",
                         state->path);
    return r;
}

static int fail_locked(StateDirectory *state, int fd, Error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    /* A pid of 0 is a process that this one cannot see, such as one in another container. */
    if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
        return error_set(err, EWOULDBLOCK,
                         "another pass (pid %d) is running with %s: try again when it has ended; `rgc history` then "
                         "shows what it did",
                         (int)lock.l_pid, state->path);
    return error_set(err, EWOULDBLOCK, "another pass is running with %s: try again when it has ended", state->path);
}

int state_lock(StateDirectory *state, Error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    cleanup_with(close_fdp) int fd = -1;
    int r;

    if (state->lock_fd >= 0)
        return 0;
    r = open_lock(state, &fd, err);
    if (r < 0)
        return r;
    if (fcntl(fd, F_SETLK, &lock) < 0) {
        if (errno == EACCES || errno == EAGAIN)
            return fail_locked(state, fd, err);
        return error_set(err, errno, "%s/%s: cannot be locked: %s", state->path, LOCK_FILE, strerror(errno));
    }
    state->lock_fd = fd;
    fd = -1;
    return 0;
}

int state_probe_lock(StateDirectory *state, Error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    cleanup_with(close_fdp) int fd = -1;
    int r = state_open_file(state, LOCK_FILE, O_RDONLY, 0, &fd, err);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (fcntl(fd, F_GETLK, &lock) < 0)
        return error_set(err, errno, "%s/%s: cannot be looked at: %s", state->path, LOCK_FILE, strerror(errno));
    return lock.l_type == F_UNLCK ? 0 : fail_locked(state, fd, err);
}

void state_unlock(StateDirectory *state)
{
    close_fdp(&state->lock_fd);
    state->lock_fd = -1;
}
