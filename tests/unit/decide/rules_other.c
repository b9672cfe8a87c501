/* SPDX-License-Identifier: MIT */
/* Rules of what is no release, or whatever it is: protected, infrastructure, in-use, job, idle, unmanaged, dangling,
 * unused. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static void protected_by_pattern_or_label(void **state)
{
    static const struct {
        const char *pattern, *verdict;
    } rows[] = {
        {"r/blog:v1", "keep protected"}, {"r/blog", "keep protected"},
        {"*/blog:*1", "keep protected"}, {"sha256:*", "keep protected"},
        {"r/blog@*", "keep protected"},  {"r/blog:v2", "remove superseded"},
        {"blog", "remove superseded"},   {"docker.io/r/blog", "remove superseded"},
    };
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        strings_clear(&w->policy.protect);
        strings_add(&w->policy.protect, rows[i].pattern);
        world_plan(w);
        if (strcmp(world_verdict(w, "r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].pattern, world_verdict(w, "r/blog:v1"));
    }
    world_image(w, "r/blog:v1")->labels.keep = true;
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep protected");
    assert_verdict(w, "blog-web-v1", "keep protected");
}

static void nothing_of_a_protected_app_is_removed(void **state)
{
    static const KamalApp shop = {.service = "shop", .roles = "web", .destination = "staging"};
    static const struct {
        const char *pattern, *blog, *shop;
    } rows[] = {
        {"blog", "keep protected", "remove superseded"},
        {"shop", "remove superseded", "keep protected"},
        {"shop/staging", "remove superseded", "keep protected"},
        {"shop/production", "remove superseded", "remove superseded"},
        {"*", "keep protected", "keep protected"},
        {"blog/staging", "remove superseded", "remove superseded"},
        {"r/blog", "remove superseded", "remove superseded"},
    };
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    deploy_hourly(w, &shop, 1, 5);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        strings_clear(&w->policy.protect_apps);
        strings_add(&w->policy.protect_apps, rows[i].pattern);
        world_plan(w);
        assert_verdict(w, "r/blog:v1", rows[i].blog);
        assert_verdict(w, "blog-web-v1", rows[i].blog);
        assert_verdict(w, "r/shop:v1", rows[i].shop);
        assert_verdict(w, "shop-web-staging-v1", rows[i].shop);
    }
}

static PatternMatch match_of(World *w, const char *pattern)
{
    char section[64];
    snprintf(section, sizeof(section), "app %s", pattern);
    *(AppPolicy *)array_add(&w->policy.apps, &w->policy.n_apps) =
        (AppPolicy){.section = xstrdup(section), .pattern = xstrdup(pattern), .retention = w->policy.retention};
    world_plan(w);
    PatternMatch match = w->plan.patterns[w->policy.n_apps - 1];
    return match;
}

static void sections_and_patterns_tell_what_they_find(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 3);
    world_pull(w, "tool", "company/tool:1");
    assert_int_equal(match_of(w, "blog").n_apps, 1);
    assert_int_equal(match_of(w, "company/*").n_images, 1);
    PatternMatch slip = match_of(w, "blgo");
    assert_int_equal(slip.n_apps + slip.n_images, 0);
    assert_string_equal(slip.nearest, "blog");
    assert_null(match_of(w, "warehouse").nearest);
    strings_add(&w->policy.protect, "company/tool:*");
    strings_add(&w->policy.protect_apps, "blog/staging");
    world_plan(w);
    assert_int_equal(w->plan.n_patterns, 6);
    assert_string_equal(w->plan.patterns[4].where, "[protect] image = company/tool:*");
    assert_int_equal(w->plan.patterns[4].n_images, 1);
    assert_string_equal(w->plan.patterns[5].where, "[protect] app = blog/staging");
    assert_int_equal(w->plan.patterns[5].n_apps, 0);
}

static void protected_by_the_short_name_of_an_official_image(void **state)
{
    static const char *const patterns[] = {"redis:7", "redis", "docker.io/library/redis:7", "library/*"};
    World *w = *state;
    w->policy.retention.unmanaged_max_unused_usec = 0;
    world_pull(w, "cache", "docker.io/library/redis:7");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "cache", "remove unused");
    for (size_t i = 0; i < N_ELEMENTS(patterns); i++) {
        strings_clear(&w->policy.protect);
        strings_add(&w->policy.protect, patterns[i]);
        world_plan(w);
        if ((strcmp(world_verdict(w, "cache"), "keep protected") == 0) != (i < 3))
            fail_msg("%s: %s", patterns[i], world_verdict(w, "cache"));
    }
}

static void a_protected_container_stays_with_its_image(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_container(w, "blog-web-v1")->labels.keep = true;
    world_plan(w);
    assert_verdict(w, "blog-web-v1", "keep protected");
    assert_verdict(w, "r/blog:v1", "keep in-use");
}

static void run_once(World *w, const char *tag)
{
    world_pull(w, tag + 1, tag); /* the content is another name than the tag */
    world_run(w, "it", tag);
    world_wait(w, HOURS(1));
    world_stop(w, "it", 0);
    world_plan(w);
    world_remove_container(w, "it");
    world_wait(w, HOURS(1));
}

static void a_duplicate_stays_while_its_image_cannot_be_read(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_redeploy(w, &blog, "v2", "blog-v2");
    world_wait(w, HOURS(1));
    world_plan(w);
    const char *name = NULL;
    for (size_t i = 0; i < w->host.n_containers; i++)
        if (strstr(w->host.containers[i].name, "_replaced_"))
            name = w->host.containers[i].name;
    assert_verdict(w, name, "remove superseded");
    world_image(w, "r/blog:v2")->unreadable = xstrdup("its labels are no object"); /* one may be rgc.keep */
    world_plan(w);
    assert_verdict(w, name, "keep current");
}

static void infrastructure_is_the_last_used_of_its_kind(void **state)
{
    static const struct {
        const char *older, *newer;
        const char *verdict;
    } rows[] = {
        {"basecamp/kamal-proxy:v1", "basecamp/kamal-proxy:v2", "keep infrastructure"},
        {"moby/buildkit:v1", "moby/buildkit:v2", "keep infrastructure"},
        {"registry:2", "registry:3", "keep infrastructure"},
        {"docker.io/library/registry:5", "docker.io/library/registry:6", "keep infrastructure"},
        {"my/registry:2", "my/registry:3", "remove unused"},
        {"my/rgc:2", "my/rgc:3", "remove unused"},
        {"my/kamal-proxies:2", "my/kamal-proxies:3", "remove unused"},
    };
    World *w = *state;
    w->policy.retention.jobs_max_unused_usec = HOURS(1);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        run_once(w, rows[i].older);
        run_once(w, rows[i].newer);
    }
    world_wait(w, DAYS(1));
    world_plan(w);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        assert_verdict(w, rows[i].older, "remove unused");
        if (strcmp(world_verdict(w, rows[i].newer), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].newer, world_verdict(w, rows[i].newer));
    }
    world_image(w, "my/rgc:3")->labels.title = xstrdup("rgc");
    world_plan(w);
    assert_verdict(w, "my/rgc:3", "keep infrastructure");
}

static void infrastructure_that_was_never_used_is_not_kept_for_it(void **state)
{
    World *w = *state;
    world_pull(w, "buildkit", "moby/buildkit:v1");
    world_wait(w, DAYS(1));
    world_plan(w);
    assert_verdict(w, "buildkit", "keep unmanaged");
}

static void a_builder_container_is_infrastructure(void **state)
{
    World *w = *state;
    world_pull(w, "buildkit", "moby/buildkit:v1");
    world_run(w, "buildx_buildkit_kamal0", "moby/buildkit:v1");
    world_wait(w, MINUTES(30));
    world_plan(w);
    assert_verdict(w, "buildx_buildkit_kamal0", "keep infrastructure");
    assert_verdict(w, "buildkit", "keep infrastructure");
}

static void in_use_by_any_container_that_stays(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    world_run(w, "keeper", "r/blog:v1");
    for (ContainerState s = STATE_UNKNOWN; s < STATE_MAX_; s++) {
        world_container(w, "keeper")->state = s;
        world_wait(w, MINUTES(10));
        world_plan(w);
        assert_verdict(w, "r/blog:v1", "keep in-use");
    }
    world_remove_container(w, "keeper");
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

/* An engine refuses to remove an image that has a child, made by `docker commit` or the classic builder. */
static void in_use_by_an_image_that_stays_and_was_made_from_it(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 7);
    world_pull(w, "debug", "tools/debug:1");
    world_image(w, "r/blog:v2")->parent_id = xstrdup(world_image(w, "r/blog:v1")->id);
    world_image(w, "debug")->parent_id = xstrdup(world_image(w, "r/blog:v2")->id);
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "remove superseded");
    assert_verdict(w, "r/blog:v2", "keep in-use");
    assert_verdict(w, "r/blog:v1", "keep in-use");
    assert_string_equal(judgement_of(w, "r/blog:v2")->detail, "tools/debug:1, which is kept, was made from it");
    w->host.engine.store = STORE_CONTAINERD; /* it removes a parent under its children */
    world_plan(w);
    assert_verdict(w, "r/blog:v2", "remove superseded");
    w->host.engine.store = STORE_OVERLAY2;
    w->policy.retention.unmanaged_max_unused_usec = 0;
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "debug", "remove unused");
    assert_verdict(w, "r/blog:v2", "remove superseded");
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void a_release_container_that_could_not_be_inspected_keeps_its_image(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    Container *container = world_container(w, "blog-web-v1");
    container->run = (Run){0};
    container->inspect_error = "the inspect took longer than 10 s";
    world_plan(w);
    assert_verdict(w, "blog-web-v1", "keep in-use");
    assert_verdict(w, "r/blog:v1", "keep in-use");
    assert_non_null(strstr(judgement_of(w, "r/blog:v1")->detail, "10 s"));
}

static void a_container_of_unknown_kind_keeps_what_may_be_releases_of_its_app(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    run_once(w, "site:1");
    run_once(w, "site:2");
    w->policy.retention.jobs_max_unused_usec = HOURS(1);
    run_once(w, "other:1");
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "site:2", "remove unused");
    Container *unknown = world_run(w, "unknown", "site:1");
    unknown->state = STATE_EXITED;
    unknown->run = (Run){0};
    unknown->inspect_error = "the inspect took longer than 10 s";
    world_plan(w);
    assert_verdict(w, "site:1", "keep in-use");
    assert_verdict(w, "site:2", "keep in-use");
    assert_verdict(w, "other:1", "remove unused");
}

static void run_job(World *w)
{
    world_pull(w, "backup", "company/tools:backup");
    world_run(w, "backup-1", "company/tools:backup")->run.is_auto_remove = true;
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_remove_container(w, "backup-1");
}

static void a_job_ends_with_jobs_max_unused(void **state)
{
    World *w = *state;
    run_job(w);
    Time last = w->now;
    assert_changes_at(w, "backup", "keep job", last + DAYS(35), "remove unused");
    w->policy.retention.jobs_max_unused_usec = DURATION_OFF;
    world_plan(w);
    assert_verdict(w, "backup", "keep job");
    w->policy.retention.jobs_max_unused_usec = 0;
    world_plan(w);
    assert_verdict(w, "backup", "remove unused");
}

static void a_job_is_a_program_of_its_own_beside_an_app_of_its_repository(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    run_job(w);
    world_pull(w, "server", "company/tools:server");
    world_run(w, "server-1", "company/tools:server")->run.has_restart_policy = true;
    world_wait(w, DAYS(10));
    world_plan(w);
    assert_verdict(w, "server", "keep current");
    assert_verdict(w, "backup", "keep job");
}

static void add_start(World *w, const char *reference)
{
    ArrivalEvent *start = array_add(&w->host.starts, &w->host.n_starts);
    *start = (ArrivalEvent){.reference = xstrdup(reference), .time = w->now};
}

static void a_job_that_ran_between_two_passes_shows_in_its_event(void **state)
{
    World *w = *state;
    run_job(w);
    world_wait(w, DAYS(20));
    add_start(w, "company/tools:backup");
    Time last = w->now;
    world_wait(w, DAYS(1));
    world_plan(w);
    assert_changes_at(w, "backup", "keep job", last + DAYS(35), "remove unused");
}

static void a_window_counts_from_when_no_event_was_missed(void **state)
{
    World *w = *state;
    run_job(w);
    world_wait(w, DAYS(30));
    w->host.arrivals_since = w->now - DAYS(2); /* it may have run until then */
    Time since = w->host.arrivals_since;
    world_plan(w);
    assert_changes_at(w, "backup", "keep job", since + DAYS(35), "remove unused");
}

static void an_app_is_idle_after_thirty_days(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    world_stop(w, "blog-web-v6", 0);
    world_plan(w);
    Time last = w->now;
    assert_changes_at(w, "r/blog:v1", "remove superseded", last + DAYS(30), "keep idle");
    w->policy.retention.idle_apps_usec = DAYS(60);
    assert_changes_at(w, "r/blog:v1", "keep idle", last + DAYS(60), "remove unused");
    assert_verdict(w, "r/blog:v5", "remove unused");
    assert_verdict(w, "r/blog:v6", "keep current");
}

/* As rgc.conf(5) says of idle_apps. */
static void less_than_thirty_days_of_idle_apps_are_thirty(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 3);
    world_stop(w, "blog-web-v3", 0);
    world_plan(w);
    w->policy.retention.idle_apps_usec = DAYS(10);
    assert_changes_at(w, "r/blog:v2", "keep rollback", w->now + DAYS(30), "remove unused");
    assert_verdict(w, "r/blog:v3", "keep current");
}

static void unmanaged_ends_with_its_window_if_it_has_one(void **state)
{
    World *w = *state;
    world_pull(w, "debian", "debian:12");
    Time arrived = w->now;
    plan_at(w, arrived + DAYS(400));
    assert_verdict(w, "debian", "keep unmanaged");
    w->policy.retention.unmanaged_max_unused_usec = DAYS(500);
    assert_changes_at(w, "debian", "keep unmanaged", arrived + DAYS(500), "remove unused");
}

static void dangling_goes_unless_configured(void **state)
{
    World *w = *state;
    world_build(w, "one", "app:1");
    world_build(w, "two", "app:1");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "one", "remove dangling");
    assert_string_equal(judgement_of(w, "one")->detail, "no tag, and not a release of any app");
    assert_verdict(w, "two", "keep unmanaged");
    w->policy.retention.remove_dangling = false;
    world_plan(w);
    assert_verdict(w, "one", "keep other");
    assert_string_equal(judgement_of(w, "one")->detail, DETAIL_KEPT_DANGLING);
}

static void label_as_wiki(Labels *labels)
{
    labels->compose_project = xstrdup("wiki");
    labels->compose_service = xstrdup("web");
}

/* Compose builds anew under one tag: what had it before is of the app still. */
static void a_dangling_image_of_an_app_is_not_said_to_be_of_none(void **state)
{
    World *w = *state;
    const char *const builds[] = {"one", "two"};
    for (size_t i = 0; i < N_ELEMENTS(builds); i++) {
        label_as_wiki(&world_build(w, builds[i], "wiki-web:latest")->labels);
        /* It has the labels of its image too; the hash is what Compose gave it. */
        world_run(w, "wiki-web-1", builds[i])->labels.compose_hash = xstrdup("of this container");
        world_wait(w, HOURS(2));
        world_plan(w);
        if (i == 0)
            world_remove_container(w, "wiki-web-1");
    }
    assert_verdict(w, "two", "keep current");
    assert_verdict(w, "one", "remove dangling");
    assert_int_equal(plan_image(&w->plan, world_image(w, "one")->id)->n_apps, 1);
    assert_string_equal(judgement_of(w, "one")->detail,
                        "no tag names it any more, and no rollback of wiki/web needs it");
}

static void a_digest_of_a_repository_without_tags_is_not_dangling(void **state)
{
    World *w = *state;
    world_pull(w, "pinned", "x/y:1");
    world_untag(w, "x/y:1");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "pinned", "keep unmanaged");
    world_pull(w, "tagged", "x/y:2");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "pinned", "remove dangling");
}

static void what_the_containerd_store_cannot_tell_of_waits_a_week_after_the_ledger_was_lost(void **state)
{
    World *w = *state;
    world_build(w, "one", "app:1");
    world_build(w, "two", "app:1");
    world_wait(w, HOURS(2));
    w->host.engine.store = STORE_CONTAINERD;
    strings_clear(&world_image(w, "one")->digests);
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    Time seen = w->now;
    w->host.engine.store = STORE_OVERLAY2; /* which forgets nothing */
    plan_at(w, seen + HOURS(2));
    assert_verdict(w, "one", "remove dangling");
    w->host.engine.store = STORE_CONTAINERD;
    assert_changes_at(w, "one", "wait dangling", seen + DAYS(7), "remove dangling");
}

static void what_no_rule_describes_stays(void **state)
{
    World *w = *state;
    w->policy.retention.remove_dangling = false;
    world_build(w, "one", "app:1");
    world_run(w, "used", "one")->run.is_auto_remove = true;
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_remove_container(w, "used");
    world_untag(w, "app:1");
    world_wait(w, DAYS(400));
    world_plan(w);
    assert_verdict(w, "one", "keep other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(protected_by_pattern_or_label),
        world_test(nothing_of_a_protected_app_is_removed),
        world_test(sections_and_patterns_tell_what_they_find),
        world_test(protected_by_the_short_name_of_an_official_image),
        world_test(a_protected_container_stays_with_its_image),
        world_test(a_duplicate_stays_while_its_image_cannot_be_read),
        world_test(in_use_by_an_image_that_stays_and_was_made_from_it),
        world_test(infrastructure_is_the_last_used_of_its_kind),
        world_test(infrastructure_that_was_never_used_is_not_kept_for_it),
        world_test(a_builder_container_is_infrastructure),
        world_test(in_use_by_any_container_that_stays),
        world_test(a_release_container_that_could_not_be_inspected_keeps_its_image),
        world_test(a_container_of_unknown_kind_keeps_what_may_be_releases_of_its_app),
        world_test(a_job_ends_with_jobs_max_unused),
        world_test(a_job_is_a_program_of_its_own_beside_an_app_of_its_repository),
        world_test(a_job_that_ran_between_two_passes_shows_in_its_event),
        world_test(a_window_counts_from_when_no_event_was_missed),
        world_test(an_app_is_idle_after_thirty_days),
        world_test(less_than_thirty_days_of_idle_apps_are_thirty),
        world_test(unmanaged_ends_with_its_window_if_it_has_one),
        world_test(dangling_goes_unless_configured),
        world_test(a_dangling_image_of_an_app_is_not_said_to_be_of_none),
        world_test(a_digest_of_a_repository_without_tags_is_not_dangling),
        world_test(what_the_containerd_store_cannot_tell_of_waits_a_week_after_the_ledger_was_lost),
        world_test(what_no_rule_describes_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
