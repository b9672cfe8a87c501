/* SPDX-License-Identifier: MIT */
#include "json_at.h"
#include "pass_fixture.h"

#include <rgc/report_json.h>
#include <rgc/summary.h>

#include <stdio.h>

static const SummaryCause by_hand = {"collect", NULL}, by_hook = {"hook", "deployed v7"};

static void the_summary_counts_what_was_decided_and_done(void **unused)
{
    Pass pass = example_pass();
    json_t *summary = parse_document(json_summary(&pass, 12, &by_hand, NULL));

    (void)unused;
    check_at(summary, "schema", "\"rgc/summary/1\"");
    check_at(summary, "pass", "12");
    check_at(summary, "passes", "1");
    check_at(summary, "trigger", "\"collect\"");
    check_at(summary, "error", "null");
    check_at(summary, "began", "\"2025-11-21T12:00:00Z\"");
    check_at(summary, "ended", "\"2025-11-21T12:00:02Z\"");
    check_at(summary, "duration_ms", "2000");
    check_at(summary, "counts",
             "{\"keep\":{\"current\":1},\"wait\":{\"young\":1},"
             "\"remove\":{\"superseded\":1,\"dangling\":1}}");
    check_at(summary, "outcomes", "{\"removed\":3,\"failed\":1}");
    check_at(summary, "freed.disk_bytes", "-3");
    check_at(summary, "disk",
             "[{\"path\":\"/var/lib/docker\",\"before_percent\":75.04,\"after_percent\":65.0,"
             "\"available_bytes\":350}]");
    check_at(summary, "rollback.0",
             "{\"app\":\"blog\",\"destination\":null,\"ready\":1,\"wanted\":2,"
             "\"version\":\"v2\"}");
    check_at(summary, "errors", "[\"image sha256:3: conflict: image has dependent child images\"]");
    check_at(summary, "requests", "17");
    check_at(summary, "hold", "null");
    check_at(summary, "next.at", "\"2025-11-21T13:00:00Z\"");
    check_at(summary, "cut", "{}");
    json_decref(summary);
}

static void an_image_of_several_tags_counts_once_and_only_if_all_went(void **unused)
{
    OutcomeEntry entries[] = {
        {TARGET_IMAGE, "sha256:b", "b:1", OUTCOME_REMOVED, NULL},
        {TARGET_IMAGE, "sha256:a", "a:1", OUTCOME_REMOVED, NULL},
        {TARGET_IMAGE, "sha256:a", "a:2", OUTCOME_GONE, NULL},
        {TARGET_IMAGE, "sha256:b", "b:2", OUTCOME_IN_USE, "x"},
        {TARGET_IMAGE, "sha256:c", NULL, OUTCOME_GONE, NULL},
    };
    Pass pass = example_pass();
    json_t *summary;

    (void)unused;
    pass.report.entries = entries;
    pass.report.n_entries = COUNT(entries);
    summary = parse_document(json_summary(&pass, 1, &by_hand, NULL));
    check_at(summary, "removed", "{\"images\":1,\"containers\":0,\"build_cache_records\":0}");
    json_decref(summary);
}

static void a_pass_that_failed_early_has_a_summary_too(void **unused)
{
    Pass pass = {0};
    json_t *summary = parse_document(json_summary(&pass, 3, &by_hook, "no engine at /run/docker.sock"));

    (void)unused;
    check_at(summary, "trigger", "\"hook\"");
    check_at(summary, "reason", "\"deployed v7\"");
    check_at(summary, "error", "\"no engine at /run/docker.sock\"");
    check_at(summary, "began", "null");
    check_at(summary, "removed.images", "0");
    check_at(summary, "disk", "[]");
    json_decref(summary);
}

static void a_summary_is_one_line_of_at_most_8_KiB(void **unused)
{
    static PlannedApp many[300];
    static OutcomeEntry failures[900];
    static char names[300][20], long_text[5000];
    Pass pass = example_pass();
    json_t *summary;
    char *line;

    (void)unused;
    memset(long_text, '"', sizeof(long_text) - 1); /* escaped, so twice as long */
    for (size_t i = 0; i < COUNT(many); i++) {
        snprintf(names[i], sizeof(names[i]), "app%03zu", i);
        many[i] = (PlannedApp){.name = names[i],
                               .destination = long_text,
                               .current_version = long_text,
                               .rollback_wanted = 3,
                               .rollback_ready = i == 299 ? 1 : 3};
    }
    for (size_t i = 0; i < COUNT(failures); i++)
        failures[i] = (OutcomeEntry){TARGET_IMAGE, "sha256:1", NULL, OUTCOME_FAILED, long_text};
    pass.plan.apps = many;
    pass.plan.n_apps = COUNT(many);
    pass.report.entries = failures;
    pass.report.n_entries = COUNT(failures);
    line = json_summary(&pass, 1, &(SummaryCause){long_text, long_text}, long_text);
    assert_true(strlen(line) <= 8192);
    assert_true(strlen(line) > 5000); /* cut as far as needed, not to nothing */
    assert_null(strchr(line, '\n'));
    summary = parse_document(line);
    assert_int_equal(json_array_size(json_at(summary, "rollback")) +
                         (size_t)json_integer_value(json_at(summary, "cut.rollback")),
                     300);
    assert_int_equal(
        json_array_size(json_at(summary, "errors")) + (size_t)json_integer_value(json_at(summary, "cut.errors")), 900);
    check_at(summary, "rollback.0.app", "\"app299\""); /* the one that a person must see */
    json_decref(summary);
}

static void text_is_cut_between_characters(void **unused)
{
    static char long_text[1001];
    Pass pass = {0};

    (void)unused;
    for (int shift = 0; shift < 3; shift++) {
        json_t *summary;

        for (int i = 0; i < 1000; i++)
            long_text[i] = i < shift ? 'a' : "\xe2\x82\xac"[(i - shift) % 3];
        summary = parse_document(json_summary(&pass, 1, &(SummaryCause){long_text, long_text}, NULL));
        assert_null(strchr(json_string_value(json_at(summary, "trigger")), '?'));
        assert_true(strlen(json_string_value(json_at(summary, "trigger"))) <= 300);
        assert_true(strlen(json_string_value(json_at(summary, "trigger"))) > 290);
        json_decref(summary);
    }
}

static void a_summary_reads_back_what_it_wrote(void **unused)
{
    Pass pass = example_pass();
    cleanup_with(free_charp) char *line = json_summary(&pass, 12, &by_hand, NULL);
    cleanup_with(summary_clear) Summary read;

    (void)unused;
    assert_true(summary_from_line(line, &read));
    assert_int_equal(read.pass, 12);
    assert_int_equal(read.passes, 1);
    assert_int_equal(read.began, NOON);
    assert_int_equal(read.ended, NOON + 2 * USEC_PER_SEC);
    assert_string_equal(read.trigger, "collect");
    assert_null(read.error);
    assert_int_equal(read.removed_images, 1);
    assert_int_equal(read.removed_containers, 1);
    assert_int_equal(summary_failures(&read), 1);
    assert_int_equal(summary_sum(&read.counts, "remove", NULL), 2);
    assert_int_equal(read.engine_bytes, 240);
    assert_int_equal(read.disk_bytes, -3);
    const SummaryDisk *disk = summary_fullest(&read);
    assert_true(disk->before_percent > 75.03 && disk->before_percent < 75.05);
    assert_true(disk->after_percent > 64.99 && disk->after_percent < 65.01);
    assert_int_equal(read.n_apps, 2);
    assert_string_equal(read.apps[0].app, "blog");
    assert_int_equal(read.apps[0].ready, 1);
    assert_int_equal(read.apps[0].wanted, 2);
    assert_string_equal(read.apps[1].destination, "staging");
    assert_int_equal(read.next_at, NOON + USEC_PER_HOUR);
    assert_int_equal(read.exit_code, -1);
    cleanup_with(free_charp) char *again = summary_to_line(&read);
    assert_string_equal(again, line);
}

static void a_summary_without_a_plan_has_none_of_its_members(void **unused)
{
    cleanup_with(summary_clear) Summary made, read;
    json_t *document;

    (void)unused;
    summary_init(&made);
    made.error = xstrdup("no engine");
    made.exit_code = 4;
    document = summary_to_json(&made);
    assert_null(json_object_get(document, "counts"));
    assert_null(json_object_get(document, "requests"));
    check_at(document, "type", "\"summary\"");
    check_at(document, "exit", "4");
    assert_true(summary_from_json(document, &read));
    assert_false(read.has_plan);
    assert_int_equal(read.exit_code, 4);
    json_decref(document);
}

static void what_no_summary_would_hold_counts_as_nothing(void **unused)
{
    Summary read;

    (void)unused;
    assert_false(summary_from_line("", &read));
    assert_false(summary_from_line("[]", &read));
    assert_true(summary_from_line("{\"pass\":\"x\",\"passes\":-4,\"disk\":3,\"rollback\":[1,{\"app\":7}],"
                                  "\"removed\":{\"containers\":-1},\"trigger\":\"\\u001b[31m\",\"exit\":-7}",
                                  &read));
    assert_int_equal(read.pass, 0);
    assert_int_equal(read.passes, 1);
    assert_int_equal(read.removed_containers, 0);
    assert_int_equal(read.n_apps, 0);
    assert_int_equal(read.exit_code, -1);
    assert_string_equal(read.trigger, "?[31m");
    summary_clear(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_counts_what_was_decided_and_done),
        cmocka_unit_test(an_image_of_several_tags_counts_once_and_only_if_all_went),
        cmocka_unit_test(a_pass_that_failed_early_has_a_summary_too),
        cmocka_unit_test(a_summary_is_one_line_of_at_most_8_KiB),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(a_summary_reads_back_what_it_wrote),
        cmocka_unit_test(a_summary_without_a_plan_has_none_of_its_members),
        cmocka_unit_test(what_no_summary_would_hold_counts_as_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
