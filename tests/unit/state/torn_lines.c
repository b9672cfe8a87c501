/* SPDX-License-Identifier: MIT */
/*
 * The same as in torn_files.c for the files of which a pass reads what images were made of, or which only tell people what
 * was: a damage costs its lines, or, where there is but one, all.
 */
#include "torn.h"

#include <rgc/clock.h>
#include <rgc/facts_file.h>
#include <rgc/removed_file.h>
#include <rgc/summary.h>
#include <rgc/totals_file.h>

/* --- facts.jsonl */

static void list_facts(StateDirectory *state, Strings *ret)
{
    ImageFacts *facts;
    size_t count;

    facts_load(state, &facts, &count);
    for (size_t i = 0; i < count; i++) {
        strings_add(ret, facts[i].id);
        for (size_t j = 0; j < facts[i].n_steps; j++) {
            cleanup_with(free_charp) char *step =
                xasprintf("%s, step %zu: %llx", facts[i].id, j, (unsigned long long)facts[i].steps[j]);
            strings_add(ret, step);
        }
        image_facts_clear(&facts[i]);
    }
    free(facts);
}

static void what_images_were_made_of_costs_its_damaged_lines(void **unused)
{
    static const char text[] =
        "{\"image\":\"sha256:a\",\"asked\":5,\"steps\":[\"0000000000000001\",\"0000000000000002\"]}\n"
        "{\"image\":\"sha256:b\",\"asked\":6,\"steps\":[\"0000000000000001\"]}\n"
        "{\"image\":\"sha256:c\",\"asked\":7}\n"
        "{\"image\":\"sha256:d\",\"asked\":8,\"steps\":[\"0000000000000003\"]}\n";
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings whole = {0};
    cleanup_with(free_charp) char *copy = xstrdup(text);
    const File file = {.name = "facts.jsonl", .text = copy, .size = sizeof(text) - 1};

    (void)unused;
    put_bytes(file.name, file.text, file.size);
    list_facts(state, &whole);
    assert_int_equal(whole.count, 8);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            cleanup_with(strings_clear) Strings read = {0};
            put_damaged(&file, damage, at);
            list_facts(state, &read);
            assert_part(&read, &whole, &file, damage, at);
            size_t behind = lines_behind(&file, damage, at);
            assert_true(behind == 0 || strings_contain(&read, "sha256:d"));
            assert_true(read.count >= behind);
        }
}

/* --- removed.jsonl */

/* In order, and each with its state: what was kept after all, and what is still open, are told apart. */
static void list_removed(StateDirectory *state, Strings *ret)
{
    cleanup_with(removed_list_clear) RemovedList list = {0};
    Error err = {0};

    assert_int_equal(removed_load(state, &list, &err), 0);
    for (size_t i = 0; i < list.count; i++) {
        const Removed *removed = &list.items[i];
        cleanup_with(free_charp) char *text =
            xasprintf("%s %s, pass %d: %s %s, %lld bytes", removed->kind, removed->id, removed->pass,
                      removed->reason ? removed->reason : "?", removed->state, (long long)removed->bytes);
        strings_add(ret, text);
    }
}

static void note_removed(RemovedAppender *appender, const char *id, RemovedState state)
{
    cleanup_with(removed_clear) Removed removed = {.kind = xstrdup("image"),
                                                   .id = xstrdup(id),
                                                   .reason = xstrdup("superseded"),
                                                   .bytes = 123,
                                                   .pass = 7,
                                                   .at = wall_clock()};

    strings_add(&removed.names, "r/blog:v1");
    removed_set_state(&removed, state);
    removed_append(appender, &removed);
}

/* Of two lines about one thing the later one counts; where that is damaged it is still open. */
static bool may_be_told(const Strings *whole, const char *text)
{
    const char *end = strstr(text, " going,");
    bool found = strings_contain(whole, text);

    for (size_t i = 0; end && i < whole->count && !found; i++)
        found = strncmp(whole->items[i], text, (size_t)(end - text)) == 0;
    return found || (end && strstr(text, "sha256:kept"));
}

static void what_was_removed_costs_its_damaged_lines(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings whole = {0};
    RemovedAppender appender = {.state = state};

    (void)unused;
    note_removed(&appender, "sha256:one", REMOVED_GOING);
    note_removed(&appender, "sha256:kept", REMOVED_GOING);
    note_removed(&appender, "sha256:one", REMOVED_DONE);
    note_removed(&appender, "sha256:kept", REMOVED_NOT);
    note_removed(&appender, "sha256:last", REMOVED_DONE);
    assert_null(appender.owed);
    File file = file_as_it_is("removed.jsonl");
    list_removed(state, &whole);
    assert_int_equal(whole.count, 2);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            cleanup_with(strings_clear) Strings read = {0}, after = {0};
            put_damaged(&file, damage, at);
            list_removed(state, &read);
            for (size_t i = 0; i < read.count; i++)
                if (!may_be_told(&whole, read.items[i]))
                    fail_msg("damage %d at %zu: %s", damage, at, read.items[i]);
            assert_true(lines_behind(&file, damage, at) == 0 || strings_contain(&read, whole.items[1]));
            if (at % stride() != 0)
                continue;
            note_removed(&appender, "sha256:later", REMOVED_DONE); /* what is added behind it is read */
            list_removed(state, &after);
            assert_int_equal(after.count, read.count + 1);
        }
    removed_appender_clear(&appender);
    free(file.text);
}

/* --- history.jsonl and totals.json, which decide nothing */

static void a_damaged_line_of_the_history_is_a_pass_less_to_tell_of(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings whole = {0};
    Error err = {0};

    (void)unused;
    for (int pass = 1; pass <= 4; pass++) {
        cleanup_with(free_charp) char *line =
            xasprintf("{\"pass\":%d,\"trigger\":\"timer\",\"error\":\"no %d\",\"freed\":{\"engine_bytes\":%d}}", pass,
                      pass, pass);
        assert_int_equal(history_append(state, line, false, &err), 0);
    }
    File file = file_as_it_is("history.jsonl");
    assert_int_equal(history_read(state, 0, &whole, &err), 0);
    assert_int_equal(whole.count, 4);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            cleanup_with(strings_clear) Strings read = {0}, after = {0};
            put_damaged(&file, damage, at);
            assert_int_equal(history_read(state, 0, &read, &err), 0);
            assert_part(&read, &whole, &file, damage, at);
            assert_true(read.count >= lines_behind(&file, damage, at));
            if (at % stride() != 0)
                continue;
            assert_int_equal(history_append(state, "{\"pass\":9,\"trigger\":\"timer\",\"error\":\"x\"}", false, &err),
                             0);
            assert_int_equal(history_read(state, 0, &after, &err), 0);
            assert_int_equal(after.count, read.count + 1);
        }
    free(file.text);
}

static void damaged_totals_are_all_or_nothing(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(totals_clear)
        Totals totals = {.freed_bytes = 123456, .failed_removals = 7, .succeeded = 1793491200000000};
    Error err = {0};

    (void)unused;
    assert_int_equal(totals_save(state, &totals, &err), 0);
    File file = file_as_it_is("totals.json");
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size - 1; at++) {
            cleanup_with(totals_clear) Totals read = {0};
            put_damaged(&file, damage, at);
            totals_load(state, &read);
            assert_true(read.freed_bytes == 0 && read.failed_removals == 0 && read.succeeded == 0);
        }
    free(file.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(what_images_were_made_of_costs_its_damaged_lines),
        state_test(what_was_removed_costs_its_damaged_lines),
        state_test(a_damaged_line_of_the_history_is_a_pass_less_to_tell_of),
        state_test(damaged_totals_are_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
