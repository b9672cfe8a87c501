/* SPDX-License-Identifier: MIT */
/* The n-th system call of file_replace() fails, for every n: the file is the old or the new one, never a part. */
#include "directory.h"

#include <errno.h>
#include <rgc/file.h>
#include <stdbool.h>
#include <sys/stat.h>

static int calls_until_failure; /* 0 = none fails */
static bool short_writes;

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);

static bool fails(int code)
{
    if (calls_until_failure == 0 || --calls_until_failure > 0)
        return false;
    errno = code;
    return true;
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    if (!short_writes)
        return __real_write(fd, data, size);
    if (fails(ENOSPC))
        return -1;
    return __real_write(fd, data, size > 2 ? 2 : size);
}

int __wrap_fsync(int fd)
{
    return fails(EIO) ? -1 : __real_fsync(fd);
}

int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    return fails(EACCES) ? -1 : __real_renameat(from, old, to, new);
}

int __wrap_fchmod(int fd, mode_t mode)
{
    return fails(EPERM) ? -1 : __real_fchmod(fd, mode);
}

static void a_failure_anywhere_leaves_the_old_or_the_new_file_whole(void **state)
{
    const Directory *directory = *state;
    int n = 1, r = -1, olds = 0;

    short_writes = true;
    for (; r < 0; n++) {
        cleanup_with(free_charp) char *data = NULL;
        Error err = {0};

        assert_true(n < 100);
        calls_until_failure = 0;
        assert_int_equal(file_replace(directory->fd, "state", "the old text", 12, 0600, (uid_t)-1, (gid_t)-1, &err), 0);
        calls_until_failure = n;
        r = file_replace(directory->fd, "state", "the new one", 11, 0600, (uid_t)-1, (gid_t)-1, &err);
        assert_int_equal(file_read(directory->fd, "state", 100, &data, NULL, &err), 0);
        assert_int_equal(directory_list(directory, NULL), 1);
        if (strcmp(data, "the old text") == 0) {
            assert_true(r < 0);
            olds++;
        } else
            assert_string_equal(data, "the new one");
    }
    calls_until_failure = 0;
    short_writes = false;
    /* fchmod, six writes, fsync and the rename; after it only the directory's fsync is left to fail. */
    assert_int_equal(olds, 9);
    assert_int_equal(n - 1, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failure_anywhere_leaves_the_old_or_the_new_file_whole, directory_setup,
                                        directory_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
