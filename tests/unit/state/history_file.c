/* SPDX-License-Identifier: MIT */
#include "state_fixture.h"
#include <rgc/summary.h>

#include <errno.h>

#define NOTHING "\"removed\":{\"images\":0,\"containers\":0,\"build_cache_records\":0}"

static void append(StateDirectory *state, const char *line, bool removed_nothing)
{
    Error err = {0};

    if (history_append(state, line, removed_nothing, &err) < 0)
        fail_msg("%s", err.text);
}

static Strings read_all(StateDirectory *state, size_t count)
{
    Strings lines = {0};
    Error err = {0};

    if (history_read(state, count, &lines, &err) < 0)
        fail_msg("%s", err.text);
    return lines;
}

/* Its numbers and times; no text is looked at after it. */
static Summary summary_of(const char *line)
{
    Summary read;

    assert_true(summary_from_line(line, &read));
    Summary numbers = {.pass = read.pass, .passes = read.passes, .began = read.began};
    summary_clear(&read);
    return numbers;
}

static void lines_come_back_newest_first(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings none = read_all(state, 0), all = {0}, two = {0};

    (void)unused;
    assert_int_equal(none.count, 0);
    append(state, "{\"pass\":1,\"removed\":{\"images\":1}}", false);
    append(state, "{\"pass\":2,\n\"removed\":{\"images\":1}}", false);
    append(state, "{\"pass\":3,\"removed\":{\"images\":1}}", false);
    all = read_all(state, 0);
    two = read_all(state, 2);
    assert_int_equal(all.count, 3);
    assert_int_equal(summary_of(all.items[0]).pass, 3);
    assert_int_equal(summary_of(all.items[1]).pass, 2);
    assert_null(strchr(all.items[1], '\n'));
    assert_int_equal(two.count, 2);
}

static void passes_that_removed_nothing_fold_into_one_line(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};

    (void)unused;
    append(state, "{\"pass\":1,\"passes\":1,\"began\":\"1970-01-02T00:00:00Z\",\"removed\":{\"images\":1}}", false);
    append(state, "{\"pass\":2,\"passes\":1,\"began\":\"1970-01-03T00:00:00Z\"," NOTHING "}", true);
    append(state, "{\"pass\":3,\"passes\":1,\"began\":\"1970-01-04T00:00:00Z\"," NOTHING "}", true);
    append(state, "{\"pass\":4,\"passes\":1,\"began\":\"1970-01-05T00:00:00Z\"," NOTHING "}", true);
    append(state, "{\"pass\":5,\"passes\":1,\"began\":\"1970-01-06T00:00:00Z\",\"removed\":{\"containers\":1}}", false);
    append(state, "{\"pass\":6,\"passes\":1,\"began\":\"1970-01-07T00:00:00Z\"," NOTHING "}", true);
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 4);
    assert_int_equal(summary_of(lines.items[2]).pass, 4);
    assert_int_equal(summary_of(lines.items[2]).passes, 3);
    assert_int_equal(summary_of(lines.items[2]).began, 2 * USEC_PER_DAY);
    assert_int_equal(summary_of(lines.items[0]).pass, 6);
    assert_int_equal(summary_of(lines.items[0]).passes, 1);
}

static void a_failed_pass_is_not_folded_away(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};

    (void)unused;
    append(state, "{\"pass\":1,\"error\":null}", true);
    append(state, "{\"pass\":2,\"error\":\"no engine\"}", true);
    append(state, "{\"pass\":3,\"error\":\"no engine\"}", true);
    append(state, "{\"pass\":4,\"error\":\"bad answer\"}", true);
    append(state, "{\"pass\":5,\"error\":null,\"outcomes\":{\"failed\":1}}", true);
    append(state, "{\"pass\":6,\"error\":null}", true);
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 5);
    assert_non_null(strstr(lines.items[3], "\"pass\":3"));
    assert_non_null(strstr(lines.items[3], "\"passes\":2"));
}

static void a_suspended_or_interrupted_pass_is_not_folded_away(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};

    (void)unused;
    append(state, "{\"pass\":1,\"hold\":\"trial\"}", true);
    append(state, "{\"pass\":2,\"hold\":\"trial\"}", true);
    append(state, "{\"pass\":3,\"hold\":\"clock\"}", true);
    append(state, "{\"pass\":4,\"hold\":null,\"interrupted\":true}", true);
    append(state, "{\"pass\":5,\"hold\":null,\"interrupted\":false}", true);
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 4);
    assert_non_null(strstr(lines.items[3], "\"passes\":2"));
}

static void at_most_500_lines_are_kept(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};
    FILE *file = fopen(file_in_directory("history.jsonl"), "w");

    (void)unused;
    for (int i = 1; i <= 700; i++)
        fprintf(file, "{\"pass\":%d}\n", i);
    fclose(file);
    append(state, "{\"pass\":701}", false);
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 500);
    assert_int_equal(summary_of(lines.items[0]).pass, 701);
    assert_string_equal(lines.items[499], "{\"pass\":202}");
}

static void at_most_one_mebibyte_is_kept(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};
    FILE *file = fopen(file_in_directory("history.jsonl"), "w");
    struct stat st;

    (void)unused;
    for (int i = 1; i <= 300; i++)
        fprintf(file, "{\"pass\":%d,\"filler\":\"%08000d\"}\n", i, 0);
    fclose(file);
    append(state, "{\"pass\":301}", false);
    assert_int_equal(stat(file_in_directory("history.jsonl"), &st), 0);
    assert_true(st.st_size <= 1 << 20);
    assert_true(st.st_size > (1 << 20) - 9000);
    lines = read_all(state, 1);
    assert_int_equal(summary_of(lines.items[0]).pass, 301);
}

static void lines_that_cannot_be_read_are_left_out(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};

    (void)unused;
    put_file("history.jsonl", "{\"pass\":1}\ngarbage\n[2]\n{\"pass\":2}\n{\"pass\":");
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 2);
    assert_string_equal(lines.items[0], "{\"pass\":2}");
}

static void what_is_no_object_is_not_appended(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Error err = {0};

    (void)unused;
    assert_int_equal(history_append(state, "garbage", false, &err), -EINVAL);
    assert_int_equal(history_append(state, "[]", false, &err), -EINVAL);
    assert_int_equal(count_files("history"), 0);
}

static void a_huge_history_does_not_end_history(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings lines = {0};

    (void)unused;
    put_file("history.jsonl", "");
    assert_int_equal(truncate(file_in_directory("history.jsonl"), 64 << 20), 0);
    append(state, "{\"pass\":1}", true);
    lines = read_all(state, 0);
    assert_int_equal(lines.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(lines_come_back_newest_first),
        state_test(passes_that_removed_nothing_fold_into_one_line),
        state_test(a_failed_pass_is_not_folded_away),
        state_test(a_suspended_or_interrupted_pass_is_not_folded_away),
        state_test(at_most_500_lines_are_kept),
        state_test(at_most_one_mebibyte_is_kept),
        state_test(lines_that_cannot_be_read_are_left_out),
        state_test(what_is_no_object_is_not_appended),
        state_test(a_huge_history_does_not_end_history),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
