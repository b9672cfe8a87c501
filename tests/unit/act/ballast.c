/* SPDX-License-Identifier: MIT */
/* What is taken of the disk while there is plenty, against a file system of any size. */
#include "state_fixture.h"

#include <rgc/ballast.h>

#include <sys/statvfs.h>

static struct statvfs room;

int __wrap_fstatvfs(int fd, struct statvfs *ret);
int __wrap_fstatvfs(int fd, struct statvfs *ret)
{
    (void)fd;
    *ret = room;
    return 0;
}

#define KIB 1024UL

static void leave(unsigned long kib, unsigned long inodes)
{
    room = (struct statvfs){.f_frsize = KIB, .f_bavail = kib, .f_files = 100000, .f_favail = inodes};
}

static off_t taken(void)
{
    off_t bytes = 0;
    for (int i = 0; i < 10; i++) {
        char name[32];
        struct stat st;
        snprintf(name, sizeof(name), "ballast-%d", i);
        if (stat(file_in_directory(name), &st) == 0)
            bytes += st.st_blocks * 512;
    }
    return bytes;
}

static void it_is_taken_of_plenty_and_really_allocated(void **unused)
{
    StateDirectory *state = open_locked();
    (void)unused;
    leave(64 * KIB, 128);
    ballast_take(state, false);
    ballast_take(state, false);
    assert_int_equal(count_files("ballast-"), 8);
    if (taken() == 0)
        skip(); /* a file system without fallocate(2) */
    assert_true(taken() >= (off_t)(4096 * KIB));
    state_free(state);
}

static void it_is_not_taken_of_little(void **unused)
{
    StateDirectory *state = open_locked();
    (void)unused;
    leave(64 * KIB - 1, 10000);
    ballast_take(state, false);
    leave(1000 * KIB, 127);
    ballast_take(state, false);
    assert_int_equal(count_files("ballast-"), 0);
    leave(64 * KIB, 0);
    room.f_files = 0; /* one that counts no inodes, such as btrfs */
    ballast_take(state, false);
    assert_int_equal(count_files("ballast-"), 8);
    state_free(state);
}

static void it_goes_when_bytes_or_inodes_run_out(void **unused)
{
    static const unsigned long rows[][3] = {{4096, 8, 8}, {4095, 1000, 0}, {100000, 7, 0}, {0, 0, 0}};
    StateDirectory *state = open_locked();
    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        leave(64 * KIB, 128);
        ballast_take(state, false);
        assert_int_equal(count_files("ballast-"), 8);
        leave(rows[i][0], rows[i][1]);
        assert_int_equal(ballast_drop(state), rows[i][2] == 0);
        assert_int_equal(count_files("ballast-"), rows[i][2]);
        assert_false(ballast_drop(state));
    }
    state_free(state);
}

static void what_was_dropped_is_taken_again_as_far_as_it_can_be_had(void **unused)
{
    StateDirectory *state = open_locked();
    (void)unused;
    leave(0, 0);
    ballast_take(state, true);
    assert_int_equal(count_files("ballast-"), 8);
    state_free(state);
}

static void what_others_have_put_in_its_place_is_left(void **unused)
{
    StateDirectory *state = open_locked();
    char target[400];
    (void)unused;
    snprintf(target, sizeof(target), "%s/target", scratch);
    assert_int_equal(symlink(target, file_in_directory("ballast-3")), 0);
    leave(64 * KIB, 128);
    ballast_take(state, false);
    assert_int_equal(access(target, F_OK), -1);
    state_free(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(it_is_taken_of_plenty_and_really_allocated),
        state_test(it_is_not_taken_of_little),
        state_test(it_goes_when_bytes_or_inodes_run_out),
        state_test(what_was_dropped_is_taken_again_as_far_as_it_can_be_had),
        state_test(what_others_have_put_in_its_place_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
