/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include <errno.h>
#include <rgc/file.h>
#include <sys/stat.h>

static void put(const Directory *directory, const char *name, const char *text)
{
    int fd = openat(directory->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void assert_holds(const Directory *directory, const char *name, const char *text)
{
    cleanup_with(free_charp) char *data = NULL;
    size_t size = 0;
    Error err = {0};

    assert_int_equal(file_read(directory->fd, name, 1000000, &data, &size, &err), 0);
    assert_string_equal(data, text);
    assert_int_equal(size, strlen(text));
}

static void a_replaced_file_holds_the_new_text_and_nothing_is_left_beside_it(void **state)
{
    const Directory *directory = *state;
    Error err = {0};
    struct stat st;

    assert_int_equal(file_replace(directory->fd, "ledger", "one", 3, 0640, (uid_t)-1, (gid_t)-1, &err), 0);
    assert_holds(directory, "ledger", "one");
    assert_int_equal(file_replace(directory->fd, "ledger", "", 0, 0600, getuid(), getgid(), &err), 0);
    assert_holds(directory, "ledger", "");
    assert_int_equal(fstatat(directory->fd, "ledger", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(directory_list(directory, NULL), 1);
}

static void the_mode_does_not_depend_on_the_umask(void **state)
{
    const Directory *directory = *state;
    mode_t old = umask(0777);
    struct stat st;

    assert_int_equal(file_replace(directory->fd, "f", "x", 1, 0664, (uid_t)-1, (gid_t)-1, NULL), 0);
    umask(old);
    assert_int_equal(fstatat(directory->fd, "f", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0664);
}

static void a_temporary_file_left_by_a_kill_is_no_obstacle(void **state)
{
    const Directory *directory = *state;

    put(directory, ".ledger.tmp", "half");
    assert_int_equal(file_replace(directory->fd, "ledger", "whole", 5, 0640, (uid_t)-1, (gid_t)-1, NULL), 0);
    assert_holds(directory, "ledger", "whole");
    assert_int_equal(directory_list(directory, NULL), 1);
}

static void a_planted_link_is_replaced_and_not_followed(void **state)
{
    const Directory *directory = *state;

    put(directory, "victim", "precious");
    assert_int_equal(symlinkat("victim", directory->fd, ".ledger.tmp"), 0);
    assert_int_equal(symlinkat("victim", directory->fd, "ledger"), 0);
    assert_int_equal(file_replace(directory->fd, "ledger", "new", 3, 0640, (uid_t)-1, (gid_t)-1, NULL), 0);
    assert_holds(directory, "victim", "precious");
    assert_holds(directory, "ledger", "new");
}

static void what_cannot_be_written_is_an_error_that_names_the_file(void **state)
{
    const Directory *directory = *state;
    Error err = {0};

    assert_int_equal(mkdirat(directory->fd, ".ledger.tmp", 0755), 0);
    assert_true(file_replace(directory->fd, "ledger", "x", 1, 0640, (uid_t)-1, (gid_t)-1, &err) < 0);
    assert_non_null(strstr(err.text, "ledger: cannot be written: "));
    assert_int_equal(file_replace(directory->fd, "../ledger", "x", 1, 0640, (uid_t)-1, (gid_t)-1, &err), -EINVAL);
    assert_int_equal(file_replace(directory->fd, "", "x", 1, 0640, (uid_t)-1, (gid_t)-1, &err), -EINVAL);
}

static void a_read_is_bounded(void **state)
{
    const Directory *directory = *state;
    cleanup_with(free_charp) char *data = NULL;
    size_t size = 0;
    Error err = {0};

    put(directory, "f", "12345");
    assert_int_equal(file_read(directory->fd, "f", 4, &data, &size, &err), -EFBIG);
    assert_null(data);
    assert_int_equal(file_read(directory->fd, "f", 5, &data, &size, &err), 0);
    assert_int_equal(size, 5);
}

static void a_large_file_is_read_whole(void **state)
{
    const Directory *directory = *state;
    size_t length = 300001;
    cleanup_with(free_charp) char *text = xmalloc(length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + i % 26);
    text[length] = '\0';
    assert_int_equal(file_replace(directory->fd, "f", text, length, 0600, (uid_t)-1, (gid_t)-1, NULL), 0);
    assert_holds(directory, "f", text);
}

static void only_regular_files_are_read(void **state)
{
    const Directory *directory = *state;
    char *data = NULL;
    Error err = {0};

    assert_int_equal(file_read(directory->fd, "missing", 10, &data, NULL, &err), -ENOENT);
    assert_int_equal(symlinkat("/etc/passwd", directory->fd, "link"), 0);
    assert_int_equal(file_read(directory->fd, "link", 10, &data, NULL, &err), -ELOOP);
    assert_int_equal(mkfifoat(directory->fd, "fifo", 0600), 0);
    assert_int_equal(file_read(directory->fd, "fifo", 10, &data, NULL, &err), -EINVAL);
    assert_int_equal(mkdirat(directory->fd, "d", 0700), 0);
    assert_int_equal(file_read(directory->fd, "d", 10, &data, NULL, &err), -EISDIR);
    assert_null(data);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, directory_setup, directory_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_replaced_file_holds_the_new_text_and_nothing_is_left_beside_it),
        TEST(the_mode_does_not_depend_on_the_umask),
        TEST(a_temporary_file_left_by_a_kill_is_no_obstacle),
        TEST(a_planted_link_is_replaced_and_not_followed),
        TEST(what_cannot_be_written_is_an_error_that_names_the_file),
        TEST(a_read_is_bounded),
        TEST(a_large_file_is_read_whole),
        TEST(only_regular_files_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
