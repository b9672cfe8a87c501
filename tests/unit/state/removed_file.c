/* SPDX-License-Identifier: MIT */
/* removed.jsonl: what it keeps, for how long, and what is still open in it. */
#include "state_fixture.h"

#include <rgc/clock.h>
#include <rgc/removed_file.h>

#include <fcntl.h>

#define NOON ((Time)1763726400 * USEC_PER_SEC)
#define FILE_NAME "removed.jsonl"

static Removed record(const char *id, int pass, RemovedState state, Time at)
{
    Removed removed = {.kind = xstrdup("image"), .id = xstrdup(id), .reason = xstrdup("superseded"), .pass = pass};

    strings_add(&removed.names, id);
    removed.at = at;
    removed_set_state(&removed, state);
    return removed;
}

static void add(RemovedList *list, Removed removed)
{
    *array_add(&list->items, &list->count) = removed;
}

static void append(RemovedAppender *appender, const char *id, RemovedState state)
{
    cleanup_with(removed_clear) Removed removed = record(id, 1, state, NOON);

    removed_append(appender, &removed);
}

static void save(StateDirectory *state, const RemovedList *list)
{
    Error err = {0};

    if (removed_save(state, list, NOON, &err) < 0)
        fail_msg("%s", err.text);
}

/* "one:removed two:going" */
static void assert_holds(StateDirectory *state, const char *expected)
{
    cleanup_with(removed_list_clear) RemovedList list = {0};
    cleanup_with(free_charp) char *text = xstrdup("");
    Error err = {0};

    if (removed_load(state, &list, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < list.count; i++) {
        char *longer = xasprintf("%s%s%s:%s", text, text[0] ? " " : "", list.items[i].id, list.items[i].state);
        free(text);
        text = longer;
    }
    assert_string_equal(text, expected);
}

static void what_was_kept_after_all_is_dropped_and_the_last_word_counts(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    RemovedAppender appender = {.state = state};
    (void)unused;
    assert_holds(state, "");
    append(&appender, "one", REMOVED_GOING);
    append(&appender, "two", REMOVED_GOING);
    append(&appender, "three", REMOVED_GOING);
    assert_holds(state, "one:going two:going three:going");
    append(&appender, "two", REMOVED_DONE);
    append(&appender, "three", REMOVED_NOT);
    assert_holds(state, "one:going two:removed");
    assert_null(appender.owed);
}

static void all_members_come_back(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(removed_list_clear) RemovedList list = {0}, read = {0};
    Error err = {0};
    (void)unused;
    Removed removed = record("sha256:11", 7, REMOVED_DONE, NOON);
    strings_add(&removed.names, "r/blog:v4");
    removed.app = xstrdup("blog");
    removed.destination = xstrdup("staging");
    removed.version = xstrdup("v4");
    removed.bytes = 123;
    add(&list, removed);
    save(state, &list);
    assert_int_equal(removed_load(state, &read, &err), 0);
    assert_int_equal(read.count, 1);
    const Removed *one = &read.items[0];
    assert_string_equal(one->kind, "image");
    assert_string_equal(one->names.items[1], "r/blog:v4");
    assert_string_equal(one->app, "blog");
    assert_string_equal(one->destination, "staging");
    assert_string_equal(one->version, "v4");
    assert_string_equal(one->reason, "superseded");
    assert_int_equal(one->bytes, 123);
    assert_int_equal(one->pass, 7);
    assert_int_equal(one->at, NOON);
    assert_true(removed_is(one, REMOVED_DONE));
}

static void what_is_too_old_is_forgotten(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(removed_list_clear) RemovedList list = {0};
    (void)unused;
    add(&list, record("old", 1, REMOVED_DONE, NOON - 401 * USEC_PER_DAY));
    add(&list, record("year", 2, REMOVED_DONE, NOON - 366 * USEC_PER_DAY));
    add(&list, record("new", 3, REMOVED_DONE, NOON));
    save(state, &list);
    assert_holds(state, "year:removed new:removed");
}

static void of_what_does_not_fit_the_oldest_is_forgotten(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(removed_list_clear) RemovedList list = {0}, read = {0};
    struct stat st;
    Error err = {0};
    (void)unused;
    for (int i = 0; i < 40000; i++) {
        cleanup_with(free_charp) char *id = xasprintf("sha256:%064d", i);
        add(&list, record(id, i + 1, REMOVED_DONE, NOON));
    }
    save(state, &list);
    assert_int_equal(stat(file_in_directory(FILE_NAME), &st), 0);
    assert_in_range(st.st_size, 4000000, 4 << 20);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(removed_load(state, &read, &err), 0);
    assert_int_equal(read.items[read.count - 1].pass, 40000);
    assert_in_range(read.count, 10000, 39999);
    assert_int_equal(read.items[0].pass, 40000 - (int)read.count + 1);
}

static void what_cannot_be_written_is_written_with_the_next(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    RemovedAppender appender = {.state = state};
    (void)unused;
    assert_int_equal(mkdir(file_in_directory(FILE_NAME), 0700), 0);
    append(&appender, "one", REMOVED_DONE);
    assert_non_null(appender.owed);
    assert_int_equal(rmdir(file_in_directory(FILE_NAME)), 0);
    append(&appender, "two", REMOVED_DONE);
    assert_null(appender.owed);
    assert_holds(state, "one:removed two:removed");
}

static void half_a_line_hides_none_of_those_behind_it(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    RemovedAppender appender = {.state = state};
    (void)unused;
    append(&appender, "one", REMOVED_DONE);
    int fd = open(file_in_directory(FILE_NAME), O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, "{\"state\":\"rem\n", 14), 14);
    close(fd);
    append(&appender, "two", REMOVED_DONE);
    assert_holds(state, "one:removed two:removed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(what_was_kept_after_all_is_dropped_and_the_last_word_counts),
        state_test(all_members_come_back),
        state_test(what_is_too_old_is_forgotten),
        state_test(of_what_does_not_fit_the_oldest_is_forgotten),
        state_test(what_cannot_be_written_is_written_with_the_next),
        state_test(half_a_line_hides_none_of_those_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
