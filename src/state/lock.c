/* SPDX-License-Identifier: MIT */
/*
 * One pass at a time: a POSIX record lock, which the kernel gives back when its process ends, however it ends, and
 * whose holder can be named. Closing any descriptor of the file drops it: nothing else here may open it.
 */
#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define LOCK_MODE ((mode_t)0600)

static int open_lock(StateDirectory *state, int *ret, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    struct stat st;

    fd = openat(state->fd, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, LOCK_MODE);
    if (fd < 0 && (errno == EACCES || errno == EPERM))
        return error_set(err, EACCES, "%s: only root and the owner of this directory may run a pass here: use sudo",
                         state->path);
    if (fd < 0)
        return error_set(err, errno, "%s/%s: cannot be opened: %s", state->path, LOCK_FILE, strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return error_set(err, EINVAL, "%s/%s: not a regular file", state->path, LOCK_FILE);
    /* A lock file that root has made must not shut out the agent. */
    if (geteuid() == 0 && file_give_away(fd, state->owner, state->group) < 0)
        return error_set(err, errno, "%s/%s: %s", state->path, LOCK_FILE, strerror(errno));
    *ret = fd;
    fd = -1;
    return 0;
}

static int is_held(StateDirectory *state, int fd, Error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    /* A pid of 0 is a process that this one cannot see: in another container. */
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
            return is_held(state, fd, err);
        return error_set(err, errno, "%s/%s: cannot be locked: %s", state->path, LOCK_FILE, strerror(errno));
    }
    state->lock_fd = fd;
    fd = -1;
    return 0;
}

int state_probe_lock(StateDirectory *state, Error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    cleanup_with(close_fdp) int fd =
        openat(state->fd, LOCK_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0)
        return error_set(err, errno, "%s/%s: cannot be looked at: %s", state->path, LOCK_FILE, strerror(errno));
    return lock.l_type == F_UNLCK ? 0 : is_held(state, fd, err);
}

void state_unlock(StateDirectory *state)
{
    close_fdp(&state->lock_fd);
    state->lock_fd = -1;
}
