/* SPDX-License-Identifier: MIT */
/* What monitoring reads. With the argument "print": an example of it, for promtool. */
#include "pass_fixture.h"
#include "state_fixture.h"

#include "pass/pass_parts.h"

#include <rgc/metrics.h>
#include <rgc/totals_file.h>

#include <fcntl.h>

static char textfile[400];

static Config config_here(void)
{
    snprintf(textfile, sizeof(textfile), "%s/rgc.prom", scratch);
    return (Config){.textfile = textfile};
}

static char *read_textfile(void)
{
    static char text[65536];
    FILE *file = fopen(textfile, "r");
    if (!file)
        return NULL;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    return text;
}

static void publish(const Config *config, StateDirectory *state, const char *trigger, const char *error, Pass *pass)
{
    const PassOptions options = {.trigger = trigger};
    metrics_publish(config, state, &options, error, pass);
}

static const char *published(StateDirectory *state, const char *trigger, const char *error, Pass *pass)
{
    Config config = config_here();
    publish(&config, state, trigger, error, pass);
    return read_textfile();
}

#define assert_line(text, line)                                                                                        \
    do {                                                                                                               \
        if (!strstr((text), "\n" line "\n"))                                                                           \
            fail_msg("no line\n%s\nin\n%s", (line), (text));                                                           \
    } while (0)

static void a_pass_is_told(void **unused)
{
    StateDirectory *state = open_locked();
    Pass pass = example_pass();
    (void)unused;
    const char *text = published(state, "hook", NULL, &pass);
    assert_line(text, "rgc_passes_total{trigger=\"hook\",result=\"failed\"} 1"); /* one removal was refused */
    assert_line(text, "rgc_passes_total{trigger=\"hook\",result=\"done\"} 0");
    assert_line(text, "rgc_removed_images_total{reason=\"superseded\"} 1"); /* of two tags */
    assert_line(text, "rgc_removed_images_total{reason=\"dangling\"} 0");
    assert_line(text, "rgc_removed_containers_total 1");
    assert_line(text, "rgc_failed_removals_total 1");
    assert_line(text, "rgc_freed_bytes_total 240");
    assert_line(text, "rgc_last_pass_timestamp_seconds 1763726402.000");
    assert_line(text, "rgc_last_pass_duration_seconds 2.000");
    assert_line(text, "rgc_last_success_timestamp_seconds 0.000");
    assert_line(text, "rgc_trial 0");
    assert_line(text, "rgc_disk_used_ratio{path=\"/var/lib/docker\"} 0.6500");
    assert_line(text, "rgc_disk_available_bytes{path=\"/var/lib/docker\"} 350");
    assert_line(text, "rgc_rollback_ready_releases{app=\"blog\",destination=\"\",kind=\"kamal\"} 1");
    assert_line(text, "rgc_rollback_wanted_releases{app=\"blog\",destination=\"\",kind=\"kamal\"} 2");
    assert_null(strstr(text, "shop")); /* nothing of it is left here */
    assert_null(pass.metrics_note);
    state_free(state);
}

static void counters_go_on_from_pass_to_pass(void **unused)
{
    Pass pass = example_pass();
    const char *text = NULL;
    (void)unused;
    for (int i = 0; i < 3; i++) {
        StateDirectory *state = open_locked(); /* as another process */
        text = published(state, i == 1 ? "disk" : NULL, NULL, &pass);
        state_free(state);
    }
    assert_line(text, "rgc_passes_total{trigger=\"here\",result=\"failed\"} 2");
    assert_line(text, "rgc_passes_total{trigger=\"disk\",result=\"failed\"} 1");
    assert_line(text, "rgc_removed_images_total{reason=\"superseded\"} 3");
    assert_line(text, "rgc_freed_bytes_total 720");
}

static void a_pass_that_failed_early_is_counted_and_says_nothing_it_does_not_know(void **unused)
{
    StateDirectory *state = open_locked();
    Pass pass = {.report = {.began = NOON, .ended = NOON + 1500000, .duration_ms = 1500}};
    (void)unused;
    const char *text = published(state, "start", "there is no engine", &pass);
    assert_line(text, "rgc_passes_total{trigger=\"start\",result=\"failed\"} 1");
    assert_line(text, "rgc_last_pass_timestamp_seconds 1763726401.500");
    assert_null(strstr(text, "rgc_disk"));
    assert_null(strstr(text, "rgc_rollback"));
    state_free(state);
}

static void the_ends_of_passes_are_told_apart(void **unused)
{
    const Pass done = {0}, trial = {.plan = {.suspension = SUSPENSION_TRIAL}},
               clock = {.plan = {.suspension = SUSPENSION_CLOCK}};
    const Pass refused = {.report = {.counts = {[OUTCOME_FAILED] = 1}}},
               stopped = {.report = {.was_interrupted = true}};
    (void)unused;
    assert_int_equal(pass_result(&done, NULL), RESULT_DONE);
    assert_int_equal(pass_result(&done, "no engine"), RESULT_FAILED);
    assert_int_equal(pass_result(&refused, NULL), RESULT_FAILED);
    assert_int_equal(pass_result(&stopped, "the pass was asked to end"), RESULT_INTERRUPTED);
    assert_int_equal(pass_result(&trial, NULL), RESULT_SUSPENDED);
    assert_int_equal(pass_result(&clock, NULL), RESULT_SUSPENDED);
}

static void the_last_success_is_remembered(void **unused)
{
    StateDirectory *state = open_locked();
    Pass good = {.plan = {.suspension = SUSPENSION_TRIAL}, .report = {.ended = NOON}};
    Pass bad = {.report = {.ended = NOON + USEC_PER_HOUR, .duration_ms = -5000}};
    (void)unused;
    assert_line(published(state, "collect", NULL, &good), "rgc_trial 1");
    const char *text = published(state, "collect", "no engine", &bad);
    assert_line(text, "rgc_last_success_timestamp_seconds 1763726400.000");
    assert_line(text, "rgc_last_pass_duration_seconds 0.000"); /* the clock was set back meanwhile */
    state_free(state);
}

static void labels_are_escaped(void **unused)
{
    PlannedApp odd[] = {
        {.kind = APP_COMPOSE, .name = "a\"b\\c\nd", .destination = "\xff\xc3\xa9", .rollback_wanted = 1}};
    Pass pass = {.plan = {.apps = odd, .n_apps = 1}};
    Totals totals = {0};
    (void)unused;
    char *text = metrics_text(&pass, &totals);
    assert_line(text,
                "rgc_rollback_wanted_releases{app=\"a\\\"b\\\\c\\nd\",destination=\"?\xc3\xa9\",kind=\"compose\"} 1");
    free(text);
}

static void everybody_may_read_it_and_a_link_is_replaced_not_followed(void **unused)
{
    StateDirectory *state = open_locked();
    Config config = config_here();
    Pass pass = example_pass();
    struct stat st;
    char other[400];
    (void)unused;
    snprintf(other, sizeof(other), "%s/other", scratch);
    close(open(other, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(symlink(other, textfile), 0);
    mode_t mask = umask(0077);
    publish(&config, state, NULL, NULL, &pass);
    umask(mask);
    assert_int_equal(lstat(textfile, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(stat(other, &st), 0);
    assert_int_equal(st.st_size, 0);
    state_free(state);
}

static void without_its_directory_there_are_none_and_that_is_no_fault(void **unused)
{
    StateDirectory *state = open_locked();
    Config config = {.textfile = "/there/is/no/such/directory/rgc.prom"}, off = {0};
    Pass pass = example_pass();
    (void)unused;
    publish(&config, state, NULL, NULL, &pass);
    publish(&off, state, NULL, NULL, &pass);
    assert_null(pass.metrics_note);
    assert_int_equal(count_files("totals"), 0);
    state_free(state);
}

static void what_cannot_be_written_is_one_note(void **unused)
{
    StateDirectory *state = open_locked();
    Config config = config_here();
    Pass pass = example_pass();
    (void)unused;
    assert_int_equal(mkdir(textfile, 0755), 0);
    publish(&config, state, NULL, NULL, &pass);
    assert_non_null(pass.metrics_note);
    assert_non_null(strstr(pass.metrics_note, "rgc.prom"));
    free(pass.metrics_note);
    state_free(state);
}

/* A counter that goes back looks to its reader as if it had begun anew. */
static void what_could_not_be_counted_is_not_shown(void **unused)
{
    StateDirectory *state = open_locked();
    Pass pass = example_pass();
    (void)unused;
    published(state, NULL, NULL, &pass);
    state_free(state);
    Error err = {0};
    assert_int_equal(state_open(directory, &state, &err), 0); /* without the lock nothing is written there */
    const char *text = published(state, NULL, NULL, &pass);
    assert_line(text, "rgc_freed_bytes_total 240");
    assert_non_null(pass.metrics_note);
    free(pass.metrics_note);
    state_free(state);
}

static void unreadable_totals_begin_anew(void **unused)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{",
        "{\"schema\":2,\"passes\":{},\"removed_images\":{}}",
        "{\"schema\":1,\"passes\":{\"run\":{\"done\":-1}},\"removed_images\":{}}",
        "{\"schema\":1,\"passes\":{},\"removed_images\":{},\"freed_bytes\":\"many\"}",
        "{\"schema\":1,\"passes\":[],\"removed_images\":{}}",
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(texts); i++) {
        StateDirectory *state = open_locked();
        Pass pass = example_pass();
        put_file("totals.json", texts[i]);
        assert_line(published(state, "collect", NULL, &pass),
                    "rgc_passes_total{trigger=\"collect\",result=\"failed\"} 1");
        state_free(state);
    }
}

static void totals_read_as_they_were_written(void **unused)
{
    Totals totals = {.removed_containers = 3,
                     .freed_bytes = INT64_C(5000000000000),
                     .failed_removals = 7,
                     .succeeded = NOON},
           again = {0};
    Pass pass = example_pass();
    size_t size;
    (void)unused;
    totals_add(&totals, &pass.plan, &pass.report, "hook", RESULT_DONE);
    totals_add(&totals, &pass.plan, &pass.report, "event", RESULT_SUSPENDED);
    char *text = totals_to_json(&totals, &size), *text_again = NULL;
    assert_true(totals_from_json(text, size, &again));
    text_again = totals_to_json(&again, &size);
    assert_string_equal(text, text_again);
    free(text);
    free(text_again);
    totals_clear(&totals);
    totals_clear(&again);
}

static void a_counter_that_was_damaged_stays_at_its_end(void **unused)
{
    Pass pass = example_pass();
    Totals totals = {.freed_bytes = INT64_MAX - 1, .failed_removals = INT64_MAX};
    (void)unused;
    for (size_t i = 0; i < COUNT(totals.removed_images); i++)
        totals.removed_images[i] = INT64_MAX;
    totals_add(&totals, &pass.plan, &pass.report, "hook", RESULT_DONE);
    totals.triggers[0].passes[RESULT_DONE] = INT64_MAX;
    totals_add(&totals, &pass.plan, &pass.report, "hook", RESULT_DONE);
    assert_true(totals.freed_bytes == INT64_MAX);
    assert_true(totals.failed_removals == INT64_MAX);
    assert_true(totals.removed_images[REASON_SUPERSEDED] == INT64_MAX);
    assert_true(totals.triggers[0].passes[RESULT_DONE] == INT64_MAX);
    totals_clear(&totals);
}

static void triggers_are_bounded(void **unused)
{
    Totals totals = {0};
    const Pass pass = {0};
    (void)unused;
    for (int i = 0; i < 100; i++) {
        char word[16];
        snprintf(word, sizeof(word), "word%d", i);
        totals_add(&totals, &pass.plan, &pass.report, word, RESULT_DONE);
    }
    assert_int_equal(totals.n_triggers, 32);
    assert_string_equal(totals.triggers[0].trigger, "other");
    assert_int_equal(totals.triggers[0].passes[RESULT_DONE], 100 - 31);
    totals_clear(&totals);
}

static int print_example(void)
{
    PlannedApp both[] = {
        apps[0], {.kind = APP_SWARM, .name = "a\"b\\c\nd", .destination = "\xff\xc3\xa9", .rollback_wanted = 1}};
    Pass pass = example_pass();
    Totals totals = {0};
    pass.plan.apps = both;
    pass.plan.n_apps = COUNT(both);
    totals_add(&totals, &pass.plan, &pass.report, "hook", RESULT_DONE);
    totals_add(&totals, &pass.plan, &pass.report, "odd \"word\"", RESULT_SUSPENDED);
    char *text = metrics_text(&pass, &totals);
    fputs(text, stdout);
    free(text);
    totals_clear(&totals);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        state_test(a_pass_is_told),
        state_test(counters_go_on_from_pass_to_pass),
        state_test(a_pass_that_failed_early_is_counted_and_says_nothing_it_does_not_know),
        cmocka_unit_test(the_ends_of_passes_are_told_apart),
        state_test(the_last_success_is_remembered),
        cmocka_unit_test(labels_are_escaped),
        state_test(everybody_may_read_it_and_a_link_is_replaced_not_followed),
        state_test(without_its_directory_there_are_none_and_that_is_no_fault),
        state_test(what_cannot_be_written_is_one_note),
        state_test(what_could_not_be_counted_is_not_shown),
        state_test(unreadable_totals_begin_anew),
        cmocka_unit_test(totals_read_as_they_were_written),
        cmocka_unit_test(a_counter_that_was_damaged_stays_at_its_end),
        cmocka_unit_test(triggers_are_bounded),
    };
    if (argc > 1 && strcmp(argv[1], "print") == 0)
        return print_example();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
