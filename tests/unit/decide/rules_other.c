/* SPDX-License-Identifier: MIT */
/* Rules of what is no release, or whatever it is: protected, infrastructure, in-use, job, idle, unmanaged, dangling,
 * unused. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

test(protected_by_pattern_or_label)
{
    static const struct {
        const char *pattern, *verdict;
    } rows[] = {
        {"r/blog:v1", "keep protected"}, {"r/blog", "keep protected"},
        {"*/blog:*1", "keep protected"}, {"sha256:*", "keep protected"},
        {"r/blog@*", "keep protected"},  {"r/blog:v2", "remove superseded"},
        {"blog", "remove superseded"},   {"docker.io/r/blog", "remove superseded"},
    };
    deploy_hourly(&blog, 1, 5);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        strings_clear(&w->policy.protect);
        strings_add(&w->policy.protect, rows[i].pattern);
        look();
        if (strcmp(verdict_of("r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].pattern, verdict_of("r/blog:v1"));
    }
    the_image("r/blog:v1")->labels.keep = true;
    look();
    assert_verdict("r/blog:v1", "keep protected");
    assert_verdict("blog-web-v1", "keep protected");
}

test(nothing_of_a_protected_app_is_removed)
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
    deploy_hourly(&blog, 1, 5);
    deploy_hourly(&shop, 1, 5);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        strings_clear(&w->policy.protect_apps);
        strings_add(&w->policy.protect_apps, rows[i].pattern);
        look();
        assert_verdict("r/blog:v1", rows[i].blog);
        assert_verdict("blog-web-v1", rows[i].blog);
        assert_verdict("r/shop:v1", rows[i].shop);
        assert_verdict("shop-web-staging-v1", rows[i].shop);
    }
}

static PatternMatch match_of(const char *pattern)
{
    const char *section = numbered("app %s", pattern);
    *(AppPolicy *)array_add(&w->policy.apps, &w->policy.n_apps) =
        (AppPolicy){.section = xstrdup(section), .pattern = xstrdup(pattern), .retention = w->policy.retention};
    look();
    PatternMatch match = w->plan.patterns[w->policy.n_apps - 1];
    return match;
}

test(sections_and_patterns_tell_what_they_find)
{
    deploy_hourly(&blog, 1, 3);
    pull("tool", "company/tool:1");
    assert_int_equal(match_of("blog").n_apps, 1);
    assert_int_equal(match_of("company/*").n_images, 1);
    PatternMatch slip = match_of("blgo");
    assert_int_equal(slip.n_apps + slip.n_images, 0);
    assert_string_equal(slip.nearest, "blog");
    assert_null(match_of("warehouse").nearest);
    strings_add(&w->policy.protect, "company/tool:*");
    strings_add(&w->policy.protect_apps, "blog/staging");
    look();
    assert_int_equal(w->plan.n_patterns, 6);
    assert_string_equal(w->plan.patterns[4].where, "[protect] image = company/tool:*");
    assert_int_equal(w->plan.patterns[4].n_images, 1);
    assert_string_equal(w->plan.patterns[5].where, "[protect] app = blog/staging");
    assert_int_equal(w->plan.patterns[5].n_apps, 0);
}

test(protected_by_the_short_name_of_an_official_image)
{
    static const char *const patterns[] = {"redis:7", "redis", "docker.io/library/redis:7", "library/*"};
    w->policy.retention.unmanaged_max_unused_usec = 0;
    pull("cache", "docker.io/library/redis:7");
    after(HOURS(2));
    look();
    assert_verdict("cache", "remove unused");
    for (size_t i = 0; i < N_ELEMENTS(patterns); i++) {
        strings_clear(&w->policy.protect);
        strings_add(&w->policy.protect, patterns[i]);
        look();
        if ((strcmp(verdict_of("cache"), "keep protected") == 0) != (i < 3))
            fail_msg("%s: %s", patterns[i], verdict_of("cache"));
    }
}

test(a_protected_container_stays_with_its_image)
{
    deploy_hourly(&blog, 1, 5);
    the_container("blog-web-v1")->labels.keep = true;
    look();
    assert_verdict("blog-web-v1", "keep protected");
    assert_verdict("r/blog:v1", "keep in-use");
}

static void run_once(const char *tag)
{
    pull(tag + 1, tag); /* the content is another name than the tag */
    run("it", tag);
    after(HOURS(1));
    stop("it", 0);
    look();
    remove_container("it");
    after(HOURS(1));
}

test(a_duplicate_stays_while_its_image_cannot_be_read)
{
    deploy_hourly(&blog, 1, 2);
    redeploy(&blog, "v2", "blog-v2");
    after(HOURS(1));
    look();
    const char *name = NULL;
    for (size_t i = 0; i < w->host.n_containers; i++)
        if (strstr(w->host.containers[i].name, "_replaced_"))
            name = w->host.containers[i].name;
    assert_verdict(name, "remove superseded");
    the_image("r/blog:v2")->unreadable = xstrdup("its labels are no object"); /* one may be rgc.keep */
    look();
    assert_verdict(name, "keep current");
}

test(infrastructure_is_the_last_used_of_its_kind)
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
    w->policy.retention.jobs_max_unused_usec = HOURS(1);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        run_once(rows[i].older);
        run_once(rows[i].newer);
    }
    after(DAYS(1));
    look();
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        assert_verdict(rows[i].older, "remove unused");
        if (strcmp(verdict_of(rows[i].newer), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].newer, verdict_of(rows[i].newer));
    }
    the_image("my/rgc:3")->labels.title = xstrdup("rgc");
    look();
    assert_verdict("my/rgc:3", "keep infrastructure");
}

test(infrastructure_that_was_never_used_is_not_kept_for_it)
{
    pull("buildkit", "moby/buildkit:v1");
    after(DAYS(1));
    look();
    assert_verdict("buildkit", "keep unmanaged");
}

test(a_builder_container_is_infrastructure)
{
    pull("buildkit", "moby/buildkit:v1");
    run("buildx_buildkit_kamal0", "moby/buildkit:v1");
    after(MINUTES(30));
    look();
    assert_verdict("buildx_buildkit_kamal0", "keep infrastructure");
    assert_verdict("buildkit", "keep infrastructure");
}

test(in_use_by_any_container_that_stays)
{
    deploy_hourly(&blog, 1, 6);
    run("keeper", "r/blog:v1");
    for (ContainerState s = STATE_UNKNOWN; s < STATE_MAX_; s++) {
        the_container("keeper")->state = s;
        after(MINUTES(10));
        look();
        assert_verdict("r/blog:v1", "keep in-use");
    }
    remove_container("keeper");
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

/* An engine refuses to remove an image that has a child, made by `docker commit` or the classic builder. */
test(in_use_by_an_image_that_stays_and_was_made_from_it)
{
    deploy_hourly(&blog, 1, 7);
    pull("debug", "tools/debug:1");
    the_image("r/blog:v2")->parent_id = xstrdup(the_image("r/blog:v1")->id);
    the_image("debug")->parent_id = xstrdup(the_image("r/blog:v2")->id);
    after(MINUTES(10));
    look();
    assert_verdict("r/blog:v3", "remove superseded");
    assert_verdict("r/blog:v2", "keep in-use");
    assert_verdict("r/blog:v1", "keep in-use");
    assert_string_equal(judgement_of("r/blog:v2")->detail, "tools/debug:1, which is kept, was made from it");
    w->host.engine.store = STORE_CONTAINERD; /* it removes a parent under its children */
    look();
    assert_verdict("r/blog:v2", "remove superseded");
    w->host.engine.store = STORE_OVERLAY2;
    w->policy.retention.unmanaged_max_unused_usec = 0;
    after(HOURS(2));
    look();
    assert_verdict("debug", "remove unused");
    assert_verdict("r/blog:v2", "remove superseded");
    assert_verdict("r/blog:v1", "remove superseded");
}

test(a_release_container_that_could_not_be_inspected_keeps_its_image)
{
    deploy_hourly(&blog, 1, 6);
    Container *container = the_container("blog-web-v1");
    container->run = (Run){0};
    container->inspect_error = "the inspect took longer than 10 s";
    look();
    assert_verdict("blog-web-v1", "keep in-use");
    assert_verdict("r/blog:v1", "keep in-use");
    assert_non_null(strstr(judgement_of("r/blog:v1")->detail, "10 s"));
}

test(a_container_of_unknown_kind_keeps_what_may_be_releases_of_its_app)
{
    w->policy.retention.keep_previous = 0;
    run_once("site:1");
    run_once("site:2");
    w->policy.retention.jobs_max_unused_usec = HOURS(1);
    run_once("other:1");
    after(DAYS(2));
    look();
    assert_verdict("site:2", "remove unused");
    Container *unknown = run("unknown", "site:1");
    unknown->state = STATE_EXITED;
    unknown->run = (Run){0};
    unknown->inspect_error = "the inspect took longer than 10 s";
    look();
    assert_verdict("site:1", "keep in-use");
    assert_verdict("site:2", "keep in-use");
    assert_verdict("other:1", "remove unused");
}

test(a_job_ends_with_jobs_max_unused)
{
    run_backup_job();
    Time last = w->now;
    assert_changes_at("backup", "keep job", last + DAYS(35), "remove unused");
    w->policy.retention.jobs_max_unused_usec = DURATION_OFF;
    look();
    assert_verdict("backup", "keep job");
    w->policy.retention.jobs_max_unused_usec = 0;
    look();
    assert_verdict("backup", "remove unused");
}

test(a_job_is_a_program_of_its_own_beside_an_app_of_its_repository)
{
    w->policy.retention.keep_previous = 0;
    run_backup_job();
    pull("server", "company/tools:server");
    run("server-1", "company/tools:server")->run.has_restart_policy = true;
    after(DAYS(10));
    look();
    assert_verdict("server", "keep current");
    assert_verdict("backup", "keep job");
}

static void add_start(const char *reference)
{
    ArrivalEvent *start = array_add(&w->host.starts, &w->host.n_starts);
    *start = (ArrivalEvent){.reference = xstrdup(reference), .time = w->now};
}

test(a_job_that_ran_between_two_passes_shows_in_its_event)
{
    run_backup_job();
    after(DAYS(20));
    add_start("company/tools:backup");
    Time last = w->now;
    after(DAYS(1));
    look();
    assert_changes_at("backup", "keep job", last + DAYS(35), "remove unused");
}

test(a_window_counts_from_when_no_event_was_missed)
{
    run_backup_job();
    after(DAYS(30));
    w->host.arrivals_since = w->now - DAYS(2); /* it may have run until then */
    Time since = w->host.arrivals_since;
    look();
    assert_changes_at("backup", "keep job", since + DAYS(35), "remove unused");
}

test(an_app_is_idle_after_thirty_days)
{
    deploy_hourly(&blog, 1, 6);
    stop("blog-web-v6", 0);
    look();
    Time last = w->now;
    assert_changes_at("r/blog:v1", "remove superseded", last + DAYS(30), "keep idle");
    w->policy.retention.idle_apps_usec = DAYS(60);
    assert_changes_at("r/blog:v1", "keep idle", last + DAYS(60), "remove unused");
    assert_verdict("r/blog:v5", "remove unused");
    assert_verdict("r/blog:v6", "keep current");
}

/* As rgc.conf(5) says of idle_apps. */
test(less_than_thirty_days_of_idle_apps_are_thirty)
{
    deploy_hourly(&blog, 1, 3);
    stop("blog-web-v3", 0);
    look();
    w->policy.retention.idle_apps_usec = DAYS(10);
    assert_changes_at("r/blog:v2", "keep rollback", w->now + DAYS(30), "remove unused");
    assert_verdict("r/blog:v3", "keep current");
}

test(unmanaged_ends_with_its_window_if_it_has_one)
{
    pull("debian", "debian:12");
    Time arrived = w->now;
    look_at(arrived + DAYS(400));
    assert_verdict("debian", "keep unmanaged");
    w->policy.retention.unmanaged_max_unused_usec = DAYS(500);
    assert_changes_at("debian", "keep unmanaged", arrived + DAYS(500), "remove unused");
}

test(dangling_goes_unless_configured)
{
    build("one", "app:1");
    build("two", "app:1");
    look();
    after(HOURS(2));
    look();
    assert_verdict("one", "remove dangling");
    assert_string_equal(judgement_of("one")->detail, "no tag, and not a release of any app");
    assert_verdict("two", "keep unmanaged");
    w->policy.retention.remove_dangling = false;
    look();
    assert_verdict("one", "keep other");
    assert_string_equal(judgement_of("one")->detail, DETAIL_KEPT_DANGLING);
}

static void label_as_wiki(Labels *labels)
{
    labels->compose_project = xstrdup("wiki");
    labels->compose_service = xstrdup("web");
}

/* Compose builds anew under one tag: what had it before is of the app still. */
test(a_dangling_image_of_an_app_is_not_said_to_be_of_none)
{
    const char *const builds[] = {"one", "two"};
    for (size_t i = 0; i < N_ELEMENTS(builds); i++) {
        label_as_wiki(&build(builds[i], "wiki-web:latest")->labels);
        /* It has the labels of its image too; the hash is what Compose gave it. */
        run("wiki-web-1", builds[i])->labels.compose_hash = xstrdup("of this container");
        after(HOURS(2));
        look();
        if (i == 0)
            remove_container("wiki-web-1");
    }
    assert_verdict("two", "keep current");
    assert_verdict("one", "remove dangling");
    assert_int_equal(plan_image(&w->plan, the_image("one")->id)->n_apps, 1);
    assert_string_equal(judgement_of("one")->detail, "no tag names it any more, and no rollback of wiki/web needs it");
    untag("wiki-web:latest");
    look();
    assert_verdict("one", "remove superseded"); /* its repository has no tags, so no build has taken its own */
    assert_string_equal(judgement_of("one")->detail,
                        "no tag names it any more, so no rollback of wiki/web leads to it");
}

test(a_digest_of_a_repository_without_tags_is_not_dangling)
{
    pull("pinned", "x/y:1");
    untag("x/y:1");
    look();
    after(HOURS(2));
    look();
    assert_verdict("pinned", "keep unmanaged");
    pull("tagged", "x/y:2");
    after(HOURS(2));
    look();
    assert_verdict("pinned", "remove dangling");
}

test(what_the_containerd_store_cannot_tell_of_waits_a_week_after_the_ledger_was_lost)
{
    build("one", "app:1");
    build("two", "app:1");
    after(HOURS(2));
    w->host.engine.store = STORE_CONTAINERD;
    strings_clear(&the_image("one")->digests);
    lose_ledger();
    w->knows_events = false;
    look();
    Time seen = w->now;
    w->host.engine.store = STORE_OVERLAY2; /* which forgets nothing */
    look_at(seen + HOURS(2));
    assert_verdict("one", "remove dangling");
    w->host.engine.store = STORE_CONTAINERD;
    assert_changes_at("one", "wait dangling", seen + DAYS(7), "remove dangling");
}

test(what_no_rule_describes_stays)
{
    w->policy.retention.remove_dangling = false;
    build("one", "app:1");
    run("used", "one")->run.is_auto_remove = true;
    after(MINUTES(5));
    look();
    remove_container("used");
    untag("app:1");
    after(DAYS(400));
    look();
    assert_verdict("one", "keep other");
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
