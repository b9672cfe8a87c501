/* SPDX-License-Identifier: MIT */
#include "random_ledger.h"
#include "state_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>

/* Fault injection: the n-th of these calls fails. 0 = none. */
static int calls_until_failure;

ssize_t __real_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);

static bool fails_now(void)
{
    if (calls_until_failure == 0 || --calls_until_failure > 0)
        return false;
    errno = ENOSPC;
    return true;
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    return fails_now() ? -1 : __real_write(fd, data, size);
}

int __wrap_fsync(int fd)
{
    return fails_now() ? -1 : __real_fsync(fd);
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return fails_now() ? -1 : __real_renameat(from_fd, from, to_fd, to);
}

static bool load(StateDirectory *state, Ledger *ret, char **ret_note)
{
    bool is_found = false;
    Error err = {0};

    if (ledger_load(state, ret, &is_found, ret_note, &err) < 0)
        fail_msg("%s", err.text);
    return is_found;
}

static void a_ledger_comes_back_as_it_was_saved(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();

    (void)unused;
    for (seed = 1; seed < 10000000; seed = seed * 3 + 1) {
        Ledger saved = {0}, loaded = {0};
        char *note = NULL;
        Error err = {0};

        random_ledger(&saved, roll(40));
        assert_int_equal(ledger_save(state, &saved, &err), 0);
        assert_true(load(state, &loaded, &note));
        assert_null(note);
        assert_false(loaded.is_new);
        assert_same_ledger(&saved, &loaded);
        ledger_clear(&saved);
        ledger_clear(&loaded);
    }
}

static void no_file_is_a_new_ledger_without_a_note(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    char *note = NULL;

    (void)unused;
    assert_false(load(state, &ledger, &note));
    assert_null(note);
    assert_true(ledger.is_new);
    assert_int_equal(ledger.n_images, 0);
}

#define HEADER "{\"schema\":2,\"began\":5}\n"

static void lines_out_of_order_are_sorted_and_unknown_ones_passed_over(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    char *note = NULL;

    (void)unused;
    put_file("ledger.json", HEADER "{\"image\":\"sha256:b\",\"arrived\":-3,\"colour\":\"red\"}\n"
                                   "{\"thing\":\"new in a later version\"}\n"
                                   "{\"image\":\"sha256:a\",\"arrived\":9223372036854775807}\n"
                                   "{\"container\":\"c\",\"state\":\"sublimated\"}\n{\"end\":4}\n");
    assert_true(load(state, &ledger, &note));
    assert_int_equal(ledger.n_images, 2);
    assert_string_equal(ledger.images[0].id, "sha256:a");
    assert_non_null(ledger_image(&ledger, "sha256:b"));
    assert_true(ledger.images[0].arrived == TIME_MAX); /* after all others, and fit for sums */
    assert_int_equal(ledger.images[1].arrived, 0);
    assert_int_equal(ledger.containers[0].state, STATE_UNKNOWN);
    ledger_clear(&ledger);
}

static const char *const unreadable[] = {
    "",
    "\n",
    "{}\n",
    "[1]\n",
    "no JSON\n",
    HEADER,
    HEADER "{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\"}\n",
    HEADER "{\"image\":\"sha256:a\"}\n{\"end\":0}\n",
    HEADER "{\"image\":\"sha256:a\"}\n{\"end\":2}\n",
    HEADER "{\"image\":\"sha256:a\"}\n{\"end\":1}",
    HEADER "{\"image\":\"sha256:a\"}\n{\"end\":1}\n{\"image\":\"sha256:b\"}\n",
    HEADER "{\"image\":\"sha256:a\"}\n{\"image\":\"sha256:a\"}\n{\"end\":2}\n",
    HEADER "{\"container\":\"a\"}\n{\"container\":\"a\"}\n{\"end\":2}\n",
    HEADER "{\"image\":\"\"}\n{\"end\":1}\n",
    HEADER "{\"image\":\"a b\"}\n{\"end\":1}\n",
    HEADER "{\"image\":7}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"arrived\":\"yesterday\"}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"baseline\":1}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"tags\":[1]}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"tags\":{}}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"uses\":{}}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"uses\":[{\"kind\":\"kamal\"}]}\n{\"end\":1}\n",
    HEADER "{\"image\":\"sha256:a\",\"uses\":[{\"kind\":\"magic\",\"app\":\"a\"}]}\n{\"end\":1}\n",
    HEADER "{\"container\":\"a\",\"exit_code\":99999999999}\n{\"end\":1}\n",
    "{\"schema\":1}\n{\"end\":0}\n",
    "{\"schema\":3}\n{\"end\":0}\n",
    "{\"schema\":\"1\"}\n{\"end\":0}\n",
    "{\"schema\":2,\"passes\":1.5}\n{\"end\":0}\n",
};
#define N_UNREADABLE (N_ELEMENTS(unreadable))

static void the_holder_of_the_lock_sets_an_unreadable_ledger_aside(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();

    (void)unused;
    for (size_t i = 0; i < N_UNREADABLE; i++) {
        Ledger ledger = {0};
        char *note = NULL;

        put_file("ledger.json", unreadable[i]);
        if (load(state, &ledger, &note))
            fail_msg("was read: %s", unreadable[i]);
        assert_true(ledger.is_new);
        assert_int_equal(ledger.n_images + ledger.n_containers, 0);
        assert_non_null(strstr(note, "ledger.json.unreadable-"));
        assert_int_equal(access(file_in_directory("ledger.json"), F_OK), -1);
        free(note);
    }
}

static void at_most_two_files_stay_set_aside(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    char *note = NULL;

    (void)unused;
    put_file("ledger.json.unreadable-2020-01-01T00:00:00Z", "oldest");
    put_file("ledger.json.unreadable-2020-01-02T00:00:00Z", "older");
    put_file("ledger.json.unreadable-2020-01-03T00:00:00Z", "old");
    put_file("ledger.json", "garbage");
    assert_false(load(state, &ledger, &note));
    assert_int_equal(count_files("ledger.json.unreadable-"), 2);
    assert_int_equal(count_files("ledger.json.unreadable-2020-01-03"), 1);
    free(note);
}

static void without_the_lock_an_unreadable_ledger_is_left_alone(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Ledger ledger = {0};
    char *note = NULL;
    Error err = {0};

    (void)unused;
    state_free(open_locked());
    assert_int_equal(state_open(directory, &state, &err), 0);
    put_file("ledger.json", "{\"schema\":3}\n{\"end\":0}\n");
    assert_false(load(state, &ledger, &note));
    assert_true(ledger.is_new);
    assert_non_null(strstr(note, "newer rgc"));
    assert_int_equal(access(file_in_directory("ledger.json"), F_OK), 0);
    free(note);
}

static void a_ledger_beyond_64_MiB_is_not_read(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    char *note = NULL;

    (void)unused;
    put_file("ledger.json", HEADER);
    assert_int_equal(truncate(file_in_directory("ledger.json"), (64 << 20) + 1), 0);
    assert_false(load(state, &ledger, &note));
    assert_non_null(strstr(note, "64 MiB"));
    free(note);
}

static void a_refused_ledger_is_an_error_and_not_an_empty_one(void **unused)
{
    StateDirectory *holder = open_locked();
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Ledger ledger = {0};
    Error err = {0};
    pid_t child;
    int status;

    (void)unused;
    assert_int_equal(ledger_save(holder, &ledger, &err), 0);
    state_free(holder);
    assert_int_equal(state_open(directory, &state, &err), 0); /* as `rgc plan` does: without the lock */
    assert_int_equal(chmod(file_in_directory("ledger.json"), 0), 0);
    child = fork();
    if (child == 0) { /* root is never refused */
        bool is_found;
        char *note = NULL;

        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(54321) < 0 || setuid(54321) < 0))
            _exit(1);
        _exit(ledger_load(state, &ledger, &is_found, &note, &err) == -EACCES && strstr(err.text, "ledger.json") ? 0
                                                                                                                : 2);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void a_link_in_its_place_is_an_error(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    bool is_found;
    char *note = NULL;
    Error err = {0};

    (void)unused;
    assert_int_equal(symlink("/etc/passwd", file_in_directory("ledger.json")), 0);
    assert_int_equal(ledger_load(state, &ledger, &is_found, &note, &err), -ELOOP);
}

static void whatever_fails_the_old_or_the_new_ledger_is_there(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger old = {.passes = 1}, new = {0};
    Error err = {0};
    int r = -1, failures = 0;

    (void)unused;
    seed = 7;
    random_ledger(&new, 3000); /* several writes */
    new.passes = 2;
    assert_int_equal(ledger_save(state, &old, &err), 0);
    for (int n = 1; r != 0; n++, failures++) {
        Ledger loaded = {0};
        char *note = NULL;

        calls_until_failure = n;
        r = ledger_save(state, &new, &err);
        calls_until_failure = 0;
        assert_true(load(state, &loaded, &note));
        if (loaded.passes == 2)
            assert_same_ledger(&new, &loaded);
        else
            assert_same_ledger(&old, &loaded);
        if (r < 0)
            assert_int_equal(err.code, ENOSPC);
        assert_int_equal(count_files(""), 2); /* ledger and lock, nothing left behind */
        ledger_clear(&loaded);
    }
    assert_true(failures >= 4); /* write, fsync, rename, fsync of the directory; and then the success */
    ledger_clear(&new);
}

static void a_ledger_that_cannot_be_set_aside_is_an_error(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger ledger = {0};
    bool is_found;
    char *note = NULL;
    Error err = {0};

    (void)unused;
    put_file("ledger.json", "garbage");
    calls_until_failure = 1;
    assert_int_equal(ledger_load(state, &ledger, &is_found, &note, &err), -ENOSPC);
    calls_until_failure = 0;
    assert_int_equal(access(file_in_directory("ledger.json"), F_OK), 0);
}

static void text_that_is_no_utf8_does_not_spoil_the_ledger(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Ledger saved = {0}, loaded = {0};
    char *note = NULL;
    Error err = {0};

    (void)unused;
    saved.boot_id = xstrdup("caf\xe9");
    assert_int_equal(ledger_save(state, &saved, &err), 0);
    assert_true(load(state, &loaded, &note));
    assert_string_equal(loaded.boot_id, "caf?");
    ledger_clear(&saved);
    ledger_clear(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(a_ledger_comes_back_as_it_was_saved),
        state_test(no_file_is_a_new_ledger_without_a_note),
        state_test(lines_out_of_order_are_sorted_and_unknown_ones_passed_over),
        state_test(the_holder_of_the_lock_sets_an_unreadable_ledger_aside),
        state_test(at_most_two_files_stay_set_aside),
        state_test(without_the_lock_an_unreadable_ledger_is_left_alone),
        state_test(a_ledger_beyond_64_MiB_is_not_read),
        state_test(a_refused_ledger_is_an_error_and_not_an_empty_one),
        state_test(a_link_in_its_place_is_an_error),
        state_test(whatever_fails_the_old_or_the_new_ledger_is_there),
        state_test(a_ledger_that_cannot_be_set_aside_is_an_error),
        state_test(text_that_is_no_utf8_does_not_spoil_the_ledger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
