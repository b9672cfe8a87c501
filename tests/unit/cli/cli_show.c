/* SPDX-License-Identifier: MIT */
/* What the verbs print: it fits, it says all that matters, and it says it in words. */
#include "cli_host.h"

#include "cli/verbs/verb_check.h"
#include "cli/views/texts.h"

#include <locale.h>
#include <time.h>

static const AgentLines no_agent;

#define LONG_NAME "averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylongname"

static const char *const nasty_names[] = {"blog", "a name with spaces and ümläuts \033[31m and 日本語",
                                          LONG_NAME LONG_NAME LONG_NAME};

static void add_judged(Pass *pass, const char *name, size_t app)
{
    for (Reason reason = 0; reason < REASON_MAX_; reason++) {
        Verdict verdict = reason_spec(reason)->verdict;
        cleanup_with(free_charp) char *tag = xasprintf("registry.example.org:5000/%s:v%d", name, (int)reason);
        PlannedImage *image = host_image(pass, reason == REASON_DANGLING ? NULL : tag, app, verdict, reason);
        image->judgement.eligible_at = verdict == VERDICT_WAIT ? NOW + 5 * USEC_PER_MINUTE : 0;
        image->last_run = NOW - reason * USEC_PER_DAY;
        host_container(pass, tag, image, app, verdict, reason);
    }
}

/* One of everything, with names that no table likes. */
static Pass *a_nasty_host(void)
{
    Pass *pass = host_new();
    host_disk(pass, "/var/lib/docker", 71.04);
    host_disk(pass, nasty_names[2], 99.9);
    pass->snapshot.disks[1].used_inodes_percent = 93;
    for (size_t i = 0; i < N_ELEMENTS(nasty_names); i++) {
        size_t app = host_app(pass, nasty_names[i], i > 0 ? nasty_names[i] : NULL);
        PlannedApp *planned = &pass->plan.apps[app];
        planned->rollback_ready = 2;
        *array_add(&planned->not_ready, &planned->n_not_ready) =
            (NotReady){.version = xstrdup(nasty_names[2]), .why = xstrdup("no container of role worker")};
        add_judged(pass, nasty_names[i], app);
    }
    host_image(pass, nasty_names[1], NO_APP, VERDICT_KEEP, REASON_UNMANAGED);
    pass->plan.cache = (PlannedCache){.is_known = true,
                                      .total_bytes = 9000000000,
                                      .evict_bytes = 800000000,
                                      .evict_records = 12,
                                      .max_unused_usec = 72 * USEC_PER_HOUR,
                                      .max_size_bytes = -1};
    pass->plan.pressure.explanation = xstrdup(nasty_names[2]);
    pass->plan.suspension = SUSPENSION_CLOCK;
    pass->ledger_note = xstrdup(nasty_names[1]);
    return pass;
}

static void add_outcomes(Pass *pass, size_t count)
{
    for (size_t i = 0; i < pass->plan.n_images && i < count; i++)
        if (pass->plan.images[i].judgement.verdict == VERDICT_REMOVE)
            report_add(&pass->report, TARGET_IMAGE, pass->plan.images[i].image->id,
                       pass->plan.images[i].image->tags.count ? pass->plan.images[i].image->tags.items[0] : NULL,
                       OUTCOME_REMOVED, NULL);
}

static void assert_fits(const char *text, size_t width, bool utf8)
{
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        cleanup_with(free_charp) char *copy = xstrndup(line, (size_t)(end - line));
        cleanup_with(free_charp) char *same = printable(copy);
        assert_string_equal(copy, same);
        if (text_width(copy) > width)
            fail_msg("%zu columns, more than %zu: %s", text_width(copy), width, copy);
        if (copy[0] && copy[strlen(copy) - 1] == ' ')
            fail_msg("spaces at the end: '%s'", copy);
        for (const char *c = copy; *c && !utf8; c++)
            assert_in_range((unsigned char)*c, 0x20, 0x7e);
        line = end + 1;
    }
}

static void add_removed(RemovedList *list, const char *name)
{
    Removed *removed = array_add(&list->items, &list->count);
    *removed = (Removed){.kind = xstrdup("image"), .id = xstrdup("sha256:11"), .app = xstrdup(name), .pass = 7};
    strings_add(&removed->names, name);
    removed->version = xstrdup(name);
    removed_set_state(removed, list->count % 2 ? REMOVED_DONE : REMOVED_GOING);
}

test(everything_fits_the_screen)
{
    static const size_t widths[] = {40, 60, 80, 132};
    cleanup_with(host_free) Pass *pass = a_nasty_host();
    cleanup_with(strings_clear) Strings history = {0};
    strings_add(&history,
                "{\"pass\":7,\"passes\":1,\"trigger\":\"a very long trigger, a very long trigger, a very long one\","
                "\"error\":\"an error that has much to say, an error that has much to say, really\"}");
    cleanup_with(removed_list_clear) RemovedList removed = {0};
    for (size_t i = 0; i < N_ELEMENTS(nasty_names); i++)
        add_removed(&removed, nasty_names[i]);
    add_outcomes(pass, 12);
    report_add(&pass->report, TARGET_IMAGE, "sha256:1", nasty_names[2], OUTCOME_FAILED, nasty_names[1]);
    for (size_t i = 0; i < 2 * N_ELEMENTS(widths); i++) {
        size_t width = widths[i / 2];
        bool utf8 = i % 2;
        assert_fits(SHOWN(width, utf8, false, show_plan(screen, pass)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_status(screen, pass, &history, &no_agent, true)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_status(screen, pass, &history, &no_agent, false)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_collected(screen, pass)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_history(screen, &history, NOW)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_history_pass(screen, 7, NULL, &removed, NOW)), width, utf8);
        assert_fits(SHOWN(width, utf8, false, show_why_removed(screen, &removed, NOW)), width, utf8);
        for (size_t j = 0; j < pass->plan.n_images; j++)
            assert_fits(SHOWN(width, utf8, false, show_why_image(screen, pass, &pass->plan.images[j])), width, utf8);
        for (size_t j = 0; j < pass->plan.n_containers; j++)
            assert_fits(SHOWN(width, utf8, false, show_why_container(screen, pass, &pass->plan.containers[j])), width,
                        utf8);
    }
}

static void assert_says(const char *text, const char *expected)
{
    if (!strstr(text, expected))
        fail_msg("'%s' is not in:\n%s", expected, text);
}

test(a_plan_shows_every_image_with_its_reason)
{
    cleanup_with(host_free) Pass *pass = host_new();
    add_judged(pass, "blog", host_app(pass, "blog", "production"));
    const char *text = SHOWN(132, false, false, show_plan(screen, pass));
    size_t n = 0;
    for (Reason reason = 0; reason < REASON_MAX_; reason++) {
        n += reason_spec(reason)->verdict == VERDICT_REMOVE;
        cleanup_with(free_charp) char *tag = xasprintf("/blog:v%d ", (int)reason);
        assert_says(text, reason_to_string(reason));
        if (reason != REASON_DANGLING)
            assert_says(text, tag);
    }
    cleanup_with(free_charp) char *sum = xasprintf("Would remove %zu images, %zu containers; frees about 0 B", n, n);
    assert_says(text, sum);
    assert_says(text, "(in 5m)");
    assert_says(text, "blog/production");
}

test(an_estimate_that_is_a_lower_bound_says_so)
{
    cleanup_with(host_free) Pass *pass = host_new();
    host_image(pass, "a:1", NO_APP, VERDICT_REMOVE, REASON_UNUSED);
    pass->plan.estimate_bytes = 1300000000;
    pass->plan.estimate_is_exact = false;
    assert_says(SHOWN(80, false, false, show_plan(screen, pass)), "Would remove 1 image; frees at least 1.3 GB");
}

test(a_plan_without_removals_says_why_in_one_line)
{
    cleanup_with(host_free) Pass *pass = host_new();
    host_image(pass, "a:1", NO_APP, VERDICT_KEEP, REASON_CURRENT);
    host_image(pass, "a:2", NO_APP, VERDICT_WAIT, REASON_YOUNG);
    assert_says(SHOWN(80, false, false, show_plan(screen, pass)),
                "\nnothing to remove: 1 image kept, 1 kept for now\n");
    cleanup_with(host_free) Pass *empty = host_new();
    assert_says(SHOWN(80, false, false, show_plan(screen, empty)), "nothing to remove: there are no images\n");
    assert_says(SHOWN(80, false, false, show_collected(screen, empty)), "nothing to remove: there are no images\n");
}

test(a_hold_and_a_missing_ledger_are_said_first)
{
    cleanup_with(host_free) Pass *pass = host_new();
    pass->ledger_note = xstrdup("there is none");
    pass->plan.suspension = SUSPENSION_TRIAL;
    pass->ledger.trial_until = NOW + USEC_PER_HOUR;
    const char *text = SHOWN(80, false, false, show_plan(screen, pass));
    assert_says(text, "Trial: rgc is new here, and until today ");
    assert_says(text, " (in 1h) it only says what it would");
    assert_says(text, "Note: there is none");
    pass->plan.suspension = SUSPENSION_CLOCK;
    assert_says(SHOWN(80, false, false, show_plan(screen, pass)), "the clock has jumped");
}

test(why_rests_on_facts)
{
    cleanup_with(host_free) Pass *pass = host_new();
    size_t app = host_app(pass, "blog", NULL);
    PlannedImage *image = host_image(pass, "r/blog:v4", app, VERDICT_KEEP, REASON_IN_USE);
    host_container(pass, "keeper", image, NO_APP, VERDICT_KEEP, REASON_IN_USE);
    const char *text = SHOWN(80, false, false, show_why_image(screen, pass, image));
    assert_says(text, "It is kept: in-use");
    assert_says(text, image->image->id);
    assert_says(text, "keeper  exited  keep");
    assert_says(text, "blog  v4       keep");
    assert_says(text, "It may be removed once that container, image or tag is gone.");
}

test(why_does_not_tell_a_container_what_holds_of_images)
{
    cleanup_with(host_free) Pass *pass = host_new();
    PlannedImage *image = host_image(pass, "r/tool:1", NO_APP, VERDICT_KEEP, REASON_IN_USE);
    PlannedContainer *container = host_container(pass, "tool", image, NO_APP, VERDICT_KEEP, REASON_IN_USE);
    const char *text = SHOWN(132, false, false, show_why_container(screen, pass, container));
    assert_says(text, "rgc never touches a running container");
    assert_null(strstr(text, "rgc would remove it"));
    container->judgement.reason = REASON_UNMANAGED;
    text = SHOWN(132, false, false, show_why_container(screen, pass, container));
    assert_says(text, "rgc never removes this container; docker rm does.");
    assert_null(strstr(text, "unmanaged_max_unused"));
}

test(why_tells_an_arrival_only_where_it_is_known)
{
    cleanup_with(host_free) Pass *pass = host_new();
    PlannedImage *image = host_image(pass, "r/tool:1", NO_APP, VERDICT_KEEP, REASON_UNMANAGED);
    ImageRecord *record = array_add(&pass->ledger.images, &pass->ledger.n_images);
    *record = (ImageRecord){.id = xstrdup(image->image->id), .first_seen = NOW - USEC_PER_HOUR, .is_baseline = true};
    image->arrived = NOW - 50 * USEC_PER_DAY;
    cleanup_with(free_charp) char *arrived = when_text(image->arrived, NOW);
    const char *text = SHOWN(80, false, false, show_why_image(screen, pass, image));
    assert_says(text, "arrived    before rgc first looked, today ");
    assert_null(strstr(text, arrived));
    record->is_baseline = false;
    text = SHOWN(80, false, false, show_why_image(screen, pass, image));
    assert_null(strstr(text, "before rgc"));
    assert_says(text, arrived);
}

static void add_volume(Pass *pass, const char *name, int64_t bytes, bool is_anonymous)
{
    *array_add(&pass->survey.volumes, &pass->survey.n_volumes) =
        (FoundVolume){.name = xstrdup(name), .is_anonymous = is_anonymous, .is_used = !is_anonymous};
    sizes_set(&pass->survey.sizes, SIZE_VOLUME, name, bytes, 0, NOW - USEC_PER_HOUR);
}

/* 28.4 GB in use: apps, volumes, logs, and more than one screen has room for. */
static Pass *a_full_host(void)
{
    Pass *pass = host_new();
    host_disk(pass, "/var/lib/docker", 71.04);
    pass->survey.is_made = true;
    for (int i = 0; i < 20; i++) {
        cleanup_with(free_charp) char *name = xasprintf("app-%02d", i);
        size_t app = host_app(pass, name, i % 2 ? "staging" : NULL);
        PlannedImage *image = host_image(pass, name, app, VERDICT_KEEP, REASON_CURRENT);
        pass->snapshot.images[pass->snapshot.n_images - 1].size_bytes = 100000000 * (1 + (int64_t)i);
        host_container(pass, name, image, app, VERDICT_KEEP, REASON_CURRENT);
        if (i % 3 == 0)
            *array_add(&pass->plan.apps[app].not_ready, &pass->plan.apps[app].n_not_ready) =
                (NotReady){.version = xstrdup("v8"), .why = xstrdup("no container of role worker")};
    }
    host_image(pass, "old:1", NO_APP, VERDICT_REMOVE, REASON_SUPERSEDED);
    host_image(pass, "job:1", NO_APP, VERDICT_KEEP, REASON_JOB)->judgement.eligible_at = NOW + 30 * USEC_PER_DAY;
    host_image(pass, "tool:1", NO_APP, VERDICT_KEEP, REASON_UNMANAGED);
    add_volume(pass, "data", 2300000000, false);
    add_volume(pass, "spare", 200000000, true);
    pass->survey.logs = (Amount){.is_known = true, .bytes = 1100000000, .count = 20};
    pass->plan.cache.is_known = true;
    pass->plan.cache.total_bytes = 3000000000;
    return pass;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

test(status_answers_on_one_screen)
{
    cleanup_with(host_free) Pass *pass = a_full_host();
    Strings none = {0};
    char next[] = "tomorrow 04:00 (in 8h): daily";
    const AgentLines agent = {.next = next};
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &none, &agent, false));
    assert_fits(text, 80, false);
    assert_int_equal(count_lines(text), 24);
    assert_says(text, "71.0%  11.6 GB free of 40 GB");
    assert_says(text, "  build cache                 3 GB   11%  ##########  docker builder prune\n");
    assert_says(text, "  volumes (1)               2.3 GB    8%  ########    docker volume rm VOLUME\n");
    assert_says(text, "  total used               28.4 GB  100%\n");
    assert_says(text, "rgc status --all\n");
    assert_says(text, "everything else");
    assert_says(text, "as of today 10:06 (sudo rgc status --deep)");
    assert_says(text, "now: about 0 B, by sudo rgc collect --here: 1 image");
    assert_says(text, "jobs: 230 MB (1 image) from 2026-12-18");
    assert_says(text, "only if configured: unmanaged 230 MB (rgc status --all)\n");
    assert_says(text, "app-00 cannot be rolled back to v8");
    assert_says(text, "Needs attention: 1 of 7 (rgc status --all)\n");
    assert_says(text, "Next pass: tomorrow 04:00 (in 8h): daily\n");
}

test(a_higher_screen_shows_more_of_it)
{
    cleanup_with(host_free) Pass *pass = a_full_host();
    Strings none = {0};
    const char *text =
        SHOWN(120, true, false, (screen_.height = 40, show_status(screen, pass, &none, &no_agent, false)));
    assert_fits(text, 120, true);
    assert_int_equal(count_lines(text), 40);
    assert_says(text, "container logs (20)");
    assert_says(text, "app-19/staging");
    for (size_t height = 1; height < 60; height++) {
        text = SHOWN(80, true, false, (screen_.height = height, show_status(screen, pass, &none, &no_agent, false)));
        assert_says(text, "total used");
        if (height >= 24 && count_lines(text) > height)
            fail_msg("%zu lines on %zu", count_lines(text), height);
    }
}

test(the_lines_shown_add_up_to_what_is_used)
{
    cleanup_with(host_free) Pass *pass = a_full_host();
    Strings none = {0};
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &none, &no_agent, false));
    const char *at = strstr(text, "What holds the disk\n");
    int sum = 0;
    for (at = strchr(at, '\n') + 1; !strstr(at, "total used") || strstr(at, "total used") > at + 2;
         at = strchr(at, '\n') + 1) {
        const char *percent = strchr(at, '%');
        assert_non_null(percent);
        sum += atoi(percent - 3);
    }
    assert_in_range(sum, 97, 103);
}

test(status_tells_of_apps_whose_end_nobody_saw)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    size_t app = host_app(pass, "app-1f3c", NULL);
    pass->plan.apps[app].ended_unseen = true;
    assert_says(
        SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, false)),
        "app-1f3c (up to 1.2 GB): kept as an app of its own, because rgc did not see when the containers ended");
}

test(an_app_that_is_gone_is_not_shown)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    size_t gone = host_app(pass, "gone", NULL);
    pass->plan.apps[gone].is_gone = true;
    host_app(pass, "here", NULL);
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_null(strstr(text, "gone"));
    assert_says(text, "Apps: 1; every kept release can be rolled back to");
}

test(projects_of_one_name_are_told_apart)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    for (size_t i = 0; i < 2; i++) {
        size_t app = host_app(pass, "web/app", NULL);
        pass->plan.apps[app].folder = xstrdup(i == 0 ? "/srv/a" : "/srv/b");
    }
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_says(text, "web/app (/srv/a)");
    assert_says(text, "web/app (/srv/b)");
}

test(status_is_readable_without_apps)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings history = {0};
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &history, &no_agent, true));
    assert_says(text, "rgc knows of no app that has run here");
    assert_says(text, "now: nothing");
    assert_says(text, "Last pass: none yet");
}

test(status_shows_all_of_200_apps)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings history = {0};
    for (int i = 0; i < 200; i++) {
        cleanup_with(free_charp) char *name = xasprintf("app-%03d", i);
        size_t app = host_app(pass, name, "production");
        host_image(pass, name, app, VERDICT_KEEP, REASON_CURRENT);
    }
    pass->plan.apps[7].rollback_ready = 1;
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &history, &no_agent, true));
    for (int i = 0; i < 200; i++) {
        cleanup_with(free_charp) char *row = xasprintf("app-%03d/production  v10      %d/3", i, i == 7 ? 1 : 3);
        assert_says(text, row);
    }
}

test(an_image_is_removed_when_all_its_tags_are)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Report *report = &pass->report;
    report_add(report, TARGET_IMAGE, "sha256:aa", "r/blog:v4", OUTCOME_REMOVED, NULL);
    report_add(report, TARGET_IMAGE, "sha256:bb", "r/blog:v5", OUTCOME_REMOVED, NULL);
    report_add(report, TARGET_IMAGE, "sha256:aa", "r/blog:v4b", OUTCOME_REMOVED, NULL);
    report_add(report, TARGET_IMAGE, "sha256:bb", "r/blog:v5b", OUTCOME_IN_USE, "container keeper uses it");
    report_add(report, TARGET_CONTAINER, "cc", "blog-web-v4", OUTCOME_REMOVED, NULL);
    report->freed = (Freed){.estimated_bytes = 1200000000, .engine_bytes = 1250000000, .disk_bytes = 1300000000};
    const char *text = SHOWN(132, false, false, show_collected(screen, pass));
    assert_says(text, "removed 1 image, 1 container; freed 1.3 GB (estimated 1.2 GB, the engine reported 1.25 GB)");
    assert_says(text, "in-use: image r/blog:v5b: container keeper uses it");
}

test(a_disk_that_filled_meanwhile_is_not_called_freed)
{
    cleanup_with(host_free) Pass *pass = host_new();
    report_add(&pass->report, TARGET_IMAGE, "sha256:aa", "r/blog:v4", OUTCOME_REMOVED, NULL);
    pass->report.freed = (Freed){.disk_bytes = -30000000};
    const char *text = SHOWN(132, false, false, show_collected(screen, pass));
    assert_says(text, "30 MB less free than");
    assert_null(strstr(text, "; freed"));
}

static size_t count(const char *text, const char *needle)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle))
        n++;
    return n;
}

test(a_long_result_names_each_thing_that_was_removed)
{
    cleanup_with(host_free) Pass *pass = host_new();
    size_t blog = host_app(pass, "blog", NULL);
    for (int i = 0; i < 100; i++)
        host_image(pass, "r/blog:x", blog, VERDICT_REMOVE, REASON_SUPERSEDED);
    add_outcomes(pass, 60);
    for (size_t i = 60; i < 100; i++)
        report_add(&pass->report, TARGET_IMAGE, pass->plan.images[i].image->id, "x", OUTCOME_SKIPPED,
                   "the pass was ended");
    const char *text = SHOWN(80, false, false, show_collected(screen, pass));
    assert_int_equal(count(text, "removed  image"), 60);
    assert_says(text, "40 more were not removed");
    assert_says(text, "removed 60 images;");
    assert_says(text, "rollback: blog 3/3");
}

test(configuration_shows_what_differs_from_the_defaults)
{
    Config config;
    config_init(&config);
    config.policy.retention.keep_previous = 7;
    const char *text = SHOWN(80, false, false, show_config(screen, &config));
    assert_says(text, "keep_previous = 7   (default: 3)\n");
    assert_says(text, "  dangling = remove\n");
    assert_fits(text, 80, false);
    config_clear(&config);
}

test(history_says_why_nothing_went)
{
    cleanup_with(strings_clear) Strings history = {0};
    strings_add(&history, "{\"pass\":4,\"error\":null,\"interrupted\":true,\"removed\":{\"images\":2}}");
    strings_add(&history, "{\"pass\":3,\"passes\":2,\"hold\":\"trial\","
                          "\"counts\":{\"keep\":{\"current\":7},\"remove\":{\"superseded\":9,\"failed\":1}}}");
    strings_add(&history, "{\"pass\":2,\"hold\":\"clock\"}");
    const char *text = SHOWN(80, false, false, show_history(screen, &history, NOW));
    assert_says(text, "interrupted\n");
    assert_null(strstr(text, "failed"));
    assert_says(text, "trial\n");
    assert_says(text, "on trial, it would have removed 10 images\n");
    assert_says(text, "held, as the clock had jumped");
}

test(status_says_why_the_last_pass_removed_nothing)
{
    cleanup_with(host_free) Pass *pass = host_new();
    cleanup_with(strings_clear) Strings trial = {0}, interrupted = {0};
    strings_add(&trial, "{\"hold\":\"trial\",\"counts\":{\"remove\":{\"superseded\":1}}}");
    strings_add(&interrupted, "{\"error\":null,\"interrupted\":true}");
    assert_says(SHOWN(80, false, false, show_status(screen, pass, &trial, &no_agent, true)),
                "The last pass removed nothing: on trial, it would have removed 1 image\n");
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &interrupted, &no_agent, true));
    assert_says(text, "; interrupted, the next one continues\n");
    assert_null(strstr(text, "failed"));
}

static void add_builder(Pass *pass, const char *container, int64_t bytes, bool removes)
{
    static char name[] = "b", id[] = "cc";
    static const Builder with_container = {.name = name, .container_id = id, .state = STATE_EXITED};
    static const Builder left = {.name = name};
    *array_add(&pass->plan.builders, &pass->plan.n_builders) =
        (PlannedBuilder){.builder = container ? &with_container : &left,
                         .cache_bytes = bytes,
                         .removes = removes,
                         .needs_orphans = !removes && !container};
}

test(status_says_what_else_could_go)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    host_image(pass, "a:1", NO_APP, VERDICT_WAIT, REASON_YOUNG);
    host_image(pass, "a:2", NO_APP, VERDICT_WAIT, REASON_YOUNG);
    add_builder(pass, "cc", 700000000, false);
    add_builder(pass, NULL, 300000000, true);
    assert_null(strstr(SHOWN(80, false, false, show_status(screen, pass, &none, &no_agent, true)), "left by builders"));
    add_builder(pass, NULL, 5000000000, false);
    const char *text = SHOWN(80, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_says(text, "later: 460 MB (2 images) in their grace period\n");
    assert_says(text, "left by builders: 1 volume, up to 5 GB; orphans = 30d would remove old ones");
}

/* What is set already is no advice: then it says until when. */
test(what_waits_for_a_key_says_until_when_instead_of_naming_the_key)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    PlannedImage *tool = host_image(pass, "tool:1", NO_APP, VERDICT_KEEP, REASON_UNMANAGED);
    PlannedImage *idle = host_image(pass, "old:1", NO_APP, VERDICT_KEEP, REASON_IDLE);
    host_image(pass, "odd:1", NO_APP, VERDICT_KEEP, REASON_OTHER);
    const char *text = SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_says(text, "unmanaged: 230 MB (1 image); unmanaged_max_unused = 30d would remove old ones\n");
    assert_says(text, "idle apps: 230 MB (1 image); idle_apps = 90d would remove their images\n");
    assert_says(text, "other: 230 MB (1 image); docker image rm removes them\n");
    tool->judgement.eligible_at = NOW + USEC_PER_HOUR;
    idle->judgement.eligible_at = NOW + 2 * USEC_PER_HOUR;
    text = SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_says(text, "(in 1h); unmanaged_max_unused\n");
    assert_says(text, "(in 2h); idle_apps\n");
    assert_null(strstr(text, "would remove"));
    assert_null(strstr(SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, false)), "if configured"));
}

/* Each "(in …)" of a screen is in a row of the plan. */
static void assert_times_are_in(const char *text, const char *rows)
{
    for (const char *at = strstr(text, "(in "); at; at = strstr(at + 1, "(in ")) {
        cleanup_with(free_charp) char *time = xstrndup(at, (size_t)(strchr(at, ')') - at) + 1);
        assert_says(rows, time);
    }
}

test(no_time_is_told_that_no_row_of_the_plan_shows)
{
    static const Reason reasons[] = {REASON_JOB, REASON_RECENT, REASON_UNMANAGED, REASON_IDLE, REASON_YOUNG};
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    for (size_t i = 0; i < N_ELEMENTS(reasons); i++) {
        cleanup_with(free_charp) char *tag = xasprintf("r/a:%zu", i);
        PlannedImage *image = host_image(pass, tag, NO_APP, reason_spec(reasons[i])->verdict, reasons[i]);
        image->judgement.eligible_at = NOW + (Time)(i + 1) * USEC_PER_HOUR;
    }
    /* One that waits longer, or not at all, than its image */
    host_container(pass, "replaced", &pass->plan.images[0], NO_APP, VERDICT_WAIT, REASON_DEPLOYING)
        ->judgement.eligible_at = NOW + USEC_PER_MINUTE;
    plan_estimate(&pass->plan);
    cleanup_with(free_charp) char *plan = xstrdup(SHOWN(132, false, false, show_plan(screen, pass)));
    assert_says(plan, "Kept for now\n");
    assert_says(plan, "replaced   exited  deploying");
    assert_says(plan, "until today ");
    const char *all = SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, true));
    assert_says(all, "jobs: 230 MB (1 image) from ");
    assert_times_are_in(all, plan);
    assert_times_are_in(SHOWN(132, false, false, show_collected(screen, pass)), plan);
}

test(why_of_an_app_shows_all_that_belongs_to_it)
{
    cleanup_with(host_free) Pass *pass = host_new();
    size_t apps[] = {host_app(pass, "shop", "production"), host_app(pass, "shop", "staging")};
    PlannedImage *image = host_image(pass, "r/shop:v4", apps[0], VERDICT_KEEP, REASON_CURRENT);
    host_container(pass, "shop-web-v4", image, apps[0], VERDICT_KEEP, REASON_CURRENT);
    image = host_image(pass, "r/shop:v3", apps[1], VERDICT_WAIT, REASON_YOUNG);
    image->judgement.eligible_at = NOW + USEC_PER_HOUR;
    host_image(pass, "r/other:v1", NO_APP, VERDICT_KEEP, REASON_JOB);
    *array_add(&pass->plan.apps[apps[1]].not_ready, &pass->plan.apps[apps[1]].n_not_ready) =
        (NotReady){.version = xstrdup("v2"), .why = xstrdup("there is no container of role web")};
    const char *text = SHOWN(100, false, false, show_why_apps(screen, pass, apps, 2));
    assert_says(text, "App shop/production\n");
    assert_says(text, "App shop/staging\n");
    assert_says(text, "r/shop:v4  230 MB  keep     current");
    assert_says(text, "shop-web-v4  exited  keep     current");
    assert_says(text, "wait     young   until today ");
    assert_says(text, "not to v2: there is no container of role web");
    assert_null(strstr(text, "r/other"));
    for (size_t width = 40; width <= 132; width += 46)
        assert_fits(SHOWN(width, true, false, show_why_apps(screen, pass, apps, 2)), width, true);
}

test(status_says_that_a_disk_is_too_full_before_a_pass_acts)
{
    cleanup_with(host_free) Pass *pass = host_new();
    Strings none = {0};
    assert_null(
        strstr(SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, true)), "above [disk] high"));
    pass->plan.pressure = (Pressure){.is_high = true, .path = "/var/lib/docker", .used_percent = 91.2};
    assert_says(SHOWN(132, false, false, show_status(screen, pass, &none, &no_agent, true)),
                "/var/lib/docker is 91.2% full, which is above [disk] high; after 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_fits_the_screen),
        cmocka_unit_test(a_plan_shows_every_image_with_its_reason),
        cmocka_unit_test(an_estimate_that_is_a_lower_bound_says_so),
        cmocka_unit_test(a_plan_without_removals_says_why_in_one_line),
        cmocka_unit_test(a_hold_and_a_missing_ledger_are_said_first),
        cmocka_unit_test(why_rests_on_facts),
        cmocka_unit_test(why_does_not_tell_a_container_what_holds_of_images),
        cmocka_unit_test(why_tells_an_arrival_only_where_it_is_known),
        cmocka_unit_test(status_answers_on_one_screen),
        cmocka_unit_test(a_higher_screen_shows_more_of_it),
        cmocka_unit_test(the_lines_shown_add_up_to_what_is_used),
        cmocka_unit_test(status_tells_of_apps_whose_end_nobody_saw),
        cmocka_unit_test(an_app_that_is_gone_is_not_shown),
        cmocka_unit_test(projects_of_one_name_are_told_apart),
        cmocka_unit_test(status_is_readable_without_apps),
        cmocka_unit_test(status_shows_all_of_200_apps),
        cmocka_unit_test(history_says_why_nothing_went),
        cmocka_unit_test(status_says_why_the_last_pass_removed_nothing),
        cmocka_unit_test(status_says_what_else_could_go),
        cmocka_unit_test(what_waits_for_a_key_says_until_when_instead_of_naming_the_key),
        cmocka_unit_test(no_time_is_told_that_no_row_of_the_plan_shows),
        cmocka_unit_test(why_of_an_app_shows_all_that_belongs_to_it),
        cmocka_unit_test(status_says_that_a_disk_is_too_full_before_a_pass_acts),
        cmocka_unit_test(an_image_is_removed_when_all_its_tags_are),
        cmocka_unit_test(a_disk_that_filled_meanwhile_is_not_called_freed),
        cmocka_unit_test(a_long_result_names_each_thing_that_was_removed),
        cmocka_unit_test(configuration_shows_what_differs_from_the_defaults),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
