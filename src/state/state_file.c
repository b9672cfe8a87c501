/* SPDX-License-Identifier: MIT */
/*
 * The files in the state directory, and how they survive being torn.
 *
 * The problem: a process that is killed, a full disk and a power cut may end a write at any byte. After a power cut, a
 * file may also have its new length and NULs in place of its end. A pass that believes such a file may take an image
 * for one that nobody has used.
 *
 * The idea: each file is written in the way that its damage costs least.
 *  - The ledger, facts, totals, sizes and the history are replaced as a whole: a temporary file is written, synced and
 *    renamed (file_replace()), so there is the old file or the new one. The ledger and the totals are read as a whole
 *    or not at all. The others consist of lines, each of which can be read without the rest.
 *  - removed.jsonl and seen.jsonl are appended to, without a sync. Half a line at their end is left there, and the next
 *    line begins after a newline of its own. lines_split() also takes NULs for the end of a line.
 *  - watch.json has a fixed length and is overwritten in place, because a lock is on it and the disk may be full.
 *
 * What is never allowed: a damaged line must not hide the ones behind it, and nobody may claim across it that nothing
 * was missed. A missing file is a normal state. A file that may not be read is not a missing one.
 *
 * tests/unit/state/torn_files.c cuts each file at every byte, and fills it with NULs from there;
 * tests/unit/base/file_faults.c and tests/fault/nth_call.py have each system call fail or be the last.
 */
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
 * Root refuses a file that does not belong to the directory's owner and has a second name: whoever may write into the
 * directory could have linked any file of this file system. The number of names is compared twice, because a link may
 * be taken away between the open() and the second look.
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
    /* A file that root has created must not shut out the agent, and it gets its mode whatever the umask is. */
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
