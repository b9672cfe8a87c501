/* SPDX-License-Identifier: MIT */
/*
 * Files that survive a power failure and cannot be redirected. To replace a file takes four steps in this order: write
 * a temporary file, sync it, rename it, sync the directory. Without the first sync, the rename could reach the disk
 * before the bytes, and the new name would show an empty file; without the second, the rename itself could be lost.
 */
#include <rgc/file.h>

#include <rgc/buffer.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)65536)

void close_fdp(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

int file_read_all(int fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err)
{
    cleanup_with(buffer_clear) Buffer buffer = {0};

    for (;;) {
        char *at = buffer_reserve(&buffer, READ_CHUNK);
        ssize_t n = read(fd, at, READ_CHUNK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, errno, "%s: cannot be read: %s", name, strerror(errno));
        buffer_grew(&buffer, (size_t)n);
        if (n == 0)
            break;
        if (buffer.size > limit)
            return error_set(err, EFBIG, "%s: larger than %zu bytes", name, limit);
    }
    if (ret_size)
        *ret_size = buffer.size;
    *ret = take_ptr(buffer.data);
    return 0;
}

int file_open(int directory_fd, const char *name, int flags, mode_t mode, int *ret, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    struct stat st;

    /* O_NONBLOCK keeps a FIFO from waiting for a writer; O_NOCTTY a terminal from becoming that of this process. */
    fd = openat(directory_fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    if (fd < 0 && errno == ELOOP)
        return error_set(err, ELOOP, "%s: a symbolic link, which is not followed here", name);
    if (fd < 0)
        return error_set(err, errno, "%s: cannot be opened: %s", name, strerror(errno));
    if (fstat(fd, &st) < 0)
        return error_set(err, errno, "%s: %s", name, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return error_set(err, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, "%s: not a regular file", name);
    *ret = fd;
    fd = -1;
    return 0;
}

int file_read(int directory_fd, const char *name, size_t limit, char **ret, size_t *ret_size, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    int r = file_open(directory_fd, name, O_RDONLY, 0, &fd, err);

    return r < 0 ? r : file_read_all(fd, name, limit, ret, ret_size, err);
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

int file_give_away(int fd, uid_t owner, gid_t group)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if ((owner == (uid_t)-1 || owner == st.st_uid) && (group == (gid_t)-1 || group == st.st_gid))
        return 0;
    return fchown(fd, owner, group) < 0 ? -errno : 0;
}

static int write_new_file(int directory_fd, const char *name, const char *data, size_t size, mode_t mode, uid_t owner,
                          gid_t group)
{
    cleanup_with(close_fdp) int fd = -1;
    int r;

    fd = openat(directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    r = file_give_away(fd, owner, group);
    if (r < 0)
        return r;
    if (fchmod(fd, mode) < 0) /* after fchown(), which may drop bits; and in spite of the umask */
        return -errno;
    r = write_all(fd, data, size);
    if (r < 0)
        return r;
    return fsync(fd) < 0 ? -errno : 0;
}

int file_replace(int directory_fd, const char *name, const char *data, size_t size, mode_t mode, uid_t owner,
                 gid_t group, Error *err)
{
    cleanup_with(free_charp) char *temporary = xasprintf(".%s.tmp", name);
    int r;

    if (!*name || strchr(name, '/'))
        return error_set(err, EINVAL, "%s: not the name of a file in this directory", name);
    unlinkat(directory_fd, temporary, 0); /* a pass that was killed may have left it; if this fails, O_EXCL shows it */
    r = write_new_file(directory_fd, temporary, data, size, mode, owner, group);
    if (r == 0 && renameat(directory_fd, temporary, directory_fd, name) < 0)
        r = -errno;
    if (r < 0) {
        unlinkat(directory_fd, temporary, 0);
        return error_set(err, -r, "%s: cannot be written: %s", name, strerror(-r));
    }
    /* Some file systems cannot sync a directory and say EINVAL. Then nothing more can be done. */
    if (fsync(directory_fd) < 0 && errno != EINVAL)
        return error_set(err, errno, "%s: written, but its directory cannot be synced: %s", name, strerror(errno));
    return 0;
}

bool file_ends_within_a_line(int fd, off_t size)
{
    char last;

    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}
