/* SPDX-License-Identifier: MIT */
/* The table of rules, row by row: when a reason applies, and the moment from which it no longer does. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

static void only_what_runs_or_may_run_is_current(void **state)
{
    static const struct {
        ContainerState state;
        const char *verdict;
    } rows[] = {
        {STATE_RUNNING, "keep current"},     {STATE_PAUSED, "keep current"},    {STATE_RESTARTING, "keep current"},
        {STATE_UNKNOWN, "keep current"},     {STATE_REMOVING, "keep in-use"},   {STATE_CREATED, "remove superseded"},
        {STATE_EXITED, "remove superseded"}, {STATE_DEAD, "remove superseded"},
    };
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        world_container(w, "blog-web-v1")->state = rows[i].state;
        world_plan(w);
        if (strcmp(world_verdict(w, "r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", container_state_to_string(rows[i].state), world_verdict(w, "r/blog:v1"));
        world_lose_ledger(w); /* or it would remember that it ran */
        w->host.arrivals_since = 0;
    }
}

static void where_nothing_runs_what_ran_last_is_current(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    kamal_rollback(w, &blog, "v2");
    world_wait(w, HOURS(1));
    world_stop(w, "blog-web-v2", 0);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v2", "keep current");
    assert_verdict(w, "r/blog:v6", "keep rollback");
    assert_string_equal(w->plan.apps[0].current_version, "v2");
    assert_false(w->plan.apps[0].is_running);
}

static void an_exec_container_makes_nothing_current(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    world_run(w, "blog-web-exec-v1-abc", "r/blog:v1")->labels.role = xstrdup("web");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep in-use");
    assert_string_equal(w->plan.apps[0].current_version, "v6");
    world_stop(w, "blog-web-exec-v1-abc", 0);
    world_remove_container(w, "blog-web-exec-v1-abc");
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void a_role_that_is_gone_makes_nothing_current(void **state)
{
    World *w = *state;
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(w, &both, 1, 1);
    world_stop(w, "blog-worker-v1", 0);
    deploy_hourly(w, &blog, 2, 6);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep current");
    world_remove_container(w, "blog-worker-v1");
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

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

static void a_protected_container_stays_with_its_image(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_container(w, "blog-web-v1")->labels.keep = true;
    world_plan(w);
    assert_verdict(w, "blog-web-v1", "keep protected");
    assert_verdict(w, "r/blog:v1", "keep in-use");
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

static void young_ends_with_min_age(void **state)
{
    World *w = *state;
    world_build(w, "old", "x:1");
    Time arrived = w->now;
    world_untag(w, "x:1");
    strings_clear(&world_image(w, "old")->digests);
    world_plan(w);
    assert_changes_at(w, "old", "wait young", arrived + HOURS(1), "remove dangling");
}

static void what_has_run_since_it_came_is_not_young(void **state)
{
    World *w = *state;
    w->policy.retention.min_age_usec = DAYS(1);
    deploy_hourly(w, &blog, 1, 5);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
    kamal_pull(w, &blog, "v1", "blog-v1"); /* it comes anew */
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "wait young");
}

static void deploying_ends_with_quiet_after_an_arrival_or_a_container(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_pull(w, "new", "r/blog:v6");
    Time arrived = w->now;
    assert_changes_at(w, "r/blog:v1", "wait deploying", arrived + MINUTES(5), "remove superseded");
    world_run(w, "blog-web-exec-v5-abc", "r/blog:v5")->labels.role = xstrdup("web");
    assert_changes_at(w, "blog-web-v1", "wait deploying", w->now + MINUTES(5), "remove superseded");
}

static void only_its_own_hook_does_not_wait_for_a_deploy(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    deploy_hourly(w, &shop, 1, 5);
    kamal_deploy(w, &blog, "v6");
    kamal_deploy(w, &shop, "v6");
    w->deployed = "shop";
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "wait deploying");
    assert_verdict(w, "r/shop:v1", "remove superseded");
}

static void next_waits_seven_days(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    world_pull(w, "loaded", "r/blog:v9");
    Time arrived = w->now;
    assert_changes_at(w, "r/blog:v9", "wait young", arrived + HOURS(1), "wait next");
    assert_changes_at(w, "r/blog:v9", "wait next", arrived + DAYS(7), "remove superseded");
}

static void next_are_the_latest_arrivals_keep_previous_of_them_but_one_at_least(void **state)
{
    static const char *const tags[] = {"r/blog:v11", "r/blog:v12", "r/blog:v13"};
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    for (size_t i = 0; i < 3; i++) {
        world_pull(w, tags[i] + 2, tags[i]);
        world_wait(w, HOURS(1));
    }
    world_wait(w, HOURS(1));
    for (int n = 0; n <= 3; n++) {
        w->policy.retention.keep_previous = n;
        world_plan(w);
        for (int i = 0; i < 3; i++)
            if ((strcmp(world_verdict(w, tags[i]), "wait next") == 0) != (i >= 3 - (n ? n : 1)))
                fail_msg("keeping %d: %s: %s", n, tags[i], world_verdict(w, tags[i]));
    }
}

static void next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, HOURS(2));
    kamal_pull(w, &blog, "v7", "blog-v7");
    kamal_boot(w, &blog, "v7");
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "wait next");
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "remove superseded");
}

static void an_older_arrival_than_the_current_release_is_not_next(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    world_pull(w, "skipped", "r/blog:v0");
    world_wait(w, HOURS(1));
    world_plan(w);
    kamal_deploy(w, &blog, "v1");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v0", "remove superseded");
}

static void next_ends_also_where_the_later_arrival_was_rolled_back(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, HOURS(2));
    deploy_hourly(w, &blog, 7, 7);
    kamal_rollback(w, &blog, "v5");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v5", "keep current");
    assert_verdict(w, "r/blog:v7", "keep rollback");
    assert_verdict(w, "r/blog:v6", "remove superseded");
}

static void build(World *w, const char *tag)
{
    world_build(w, tag + 1, tag); /* the content is another name than the tag */
    world_wait(w, HOURS(1));
}

/* A script that keeps no stopped containers; and rgc has forgotten which ran. */
static void blue_green(World *w)
{
    build(w, "site:1");
    build(w, "site:2");
    build(w, "site:3");
    world_run(w, "green", "site:3")->run.has_restart_policy = true;
    world_wait(w, HOURS(1));
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    world_wait(w, HOURS(2));
    w->policy.retention.keep_previous = 1;
    world_plan(w);
    assert_verdict(w, "site:3", "keep current");
    assert_verdict(w, "site:2", "keep rollback");
    assert_verdict(w, "site:1", "remove superseded");
}

static void what_was_here_before_the_ledger_is_next_if_it_was_built_later(void **state)
{
    World *w = *state;
    blue_green(w);
    world_lose_ledger(w);
    build(w, "site:4");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:4", "wait next");
    assert_verdict(w, "site:2", "keep rollback");
}

static void what_is_next_takes_no_slot(void **state)
{
    World *w = *state;
    blue_green(w);
    build(w, "site:4");
    world_wait(w, HOURS(2));
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:4", "wait next");
    assert_verdict(w, "site:2", "keep rollback");
}

static void what_is_young_takes_no_slot(void **state)
{
    World *w = *state;
    blue_green(w);
    world_build(w, "four", "site:4");
    world_plan(w);
    world_wait(w, MINUTES(20));
    world_build(w, "five", "site:5"); /* two have arrived, of which one is next */
    world_plan(w);
    world_wait(w, MINUTES(20));
    world_plan(w);
    assert_verdict(w, "site:4", "wait young");
    assert_verdict(w, "site:5", "wait young");
    assert_verdict(w, "site:2", "keep rollback");
    world_wait(w, MINUTES(20));
    world_plan(w);
    assert_verdict(w, "site:4", "keep rollback");
    assert_verdict(w, "site:2", "remove superseded");
}

static void of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    build(w, "site:new");
    world_plan(w);
    build(w, "site:old");
    world_image(w, "site:old")->created = 1;
    world_plan(w);
    build(w, "site:3");
    world_run(w, "green", "site:3")->run.has_restart_policy = true;
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:old", "keep rollback");
    assert_verdict(w, "site:new", "remove superseded");
}

static void an_id_that_lost_its_version_goes_even_where_slots_are_free(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 1);
    kamal_redeploy(w, &blog, "v1", "again");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "blog-v1", "remove superseded");
    world_tag(w, "blog-v1", "r/blog:latest");
    world_wait(w, DAYS(8));
    world_plan(w);
    assert_verdict(w, "blog-v1", "keep moving-tag"); /* and that is no version */
}

static void the_current_release_is_the_running_one_where_another_role_is_stopped(void **state)
{
    static const char *const stopped[] = {"v7", "v9"}; /* one whose ID sorts before the running one's, one after */
    static const KamalApp worker = {.service = "blog", .roles = "worker"};
    World *w = *state;
    deploy_hourly(w, &blog, 4, 4);
    for (size_t i = 0; i < 2; i++) {
        cleanup_with(free_charp) char *name = xasprintf("blog-worker-%s", stopped[i]);
        kamal_deploy(w, &worker, stopped[i]);
        world_wait(w, HOURS(1));
        world_stop(w, name, 0);
        world_plan(w);
        assert_string_equal(w->plan.apps[0].current_version, "v4");
        assert_int_equal(w->plan.apps[0].current.count, 2);
        world_remove_container(w, name);
    }
}

/* As after a reboot: all have started at once, and a role that was taken out of the deploys still runs an old release.
 */
static void of_two_running_releases_the_newer_is_compared_with(void **state)
{
    static const char *const newer[] = {"v7", "v9"}; /* one whose ID sorts before the older one's, one after */
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    World *w = *state;
    for (size_t i = 0; i < 2; i++) {
        deploy_hourly(w, &both, 4, 4);
        kamal_deploy(w, &blog, newer[i]);
        world_wait(w, HOURS(1));
        for (size_t j = 0; j < w->host.n_containers; j++)
            if (w->host.containers[j].state == STATE_RUNNING)
                w->host.containers[j].run.started = w->now;
        world_plan(w);
        assert_string_equal(w->plan.apps[0].current_version, newer[i]);
        assert_int_equal(w->plan.apps[0].current.count, 2);
        world_lose_ledger(w);
    }
}

static void what_ran_last_stays_current_when_its_container_is_removed(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 3);
    while (w->host.n_containers > 0)
        world_remove_container(w, w->host.containers[0].name);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "keep current");
    assert_int_equal(w->plan.apps[0].rollback_ready, 0); /* Kamal finds no container to tell the version from */
    assert_int_equal(w->plan.apps[0].n_not_ready, 2);
}

static void a_container_of_the_future_does_not_hold_its_app(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_container(w, "blog-web-v5")->created = w->now + DAYS(365);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void rollback_keeps_exactly_keep_previous(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    for (int n = 0; n <= 6; n++) {
        w->policy.retention.keep_previous = n;
        world_plan(w);
        for (int i = 1; i <= 5; i++) {
            char tag[32];
            snprintf(tag, sizeof(tag), "r/blog:v%d", i);
            const char *expected = i > 5 - n ? "keep rollback" : "remove superseded";
            if (strcmp(world_verdict(w, tag), expected) != 0)
                fail_msg("keeping %d: %s: %s", n, tag, world_verdict(w, tag));
        }
        assert_int_equal(w->plan.apps[0].rollback_wanted, n < 5 ? n : 5);
        assert_int_equal(w->plan.apps[0].rollback_ready, n < 5 ? n : 5);
    }
}

static void recent_ends_with_keep_for(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    w->policy.retention.keep_for_usec = DAYS(1);
    Time stopped = world_container(w, "blog-web-v1")->run.finished;
    assert_changes_at(w, "r/blog:v1", "keep recent", stopped + DAYS(1), "remove superseded");
    w->policy.retention.keep_for_usec = 0;
    world_plan(w);
    assert_verdict(w, "r/blog:v2", "remove superseded");
}

static void moving_tags_are_latest_and_latest_of_a_known_destination(void **state)
{
    static const struct {
        const char *tag, *verdict;
    } rows[] = {
        {"r/blog:latest", "keep moving-tag"},
        {"r/blog:latest-staging", "keep moving-tag"},
        {"r/blog:latest-unknown", "remove superseded"},
        {"r/blog:latest2", "remove superseded"},
        {"other:latest", "keep moving-tag"},
    };
    World *w = *state;
    deploy_hourly(w, &staging, 20, 20);
    deploy_hourly(w, &blog, 1, 6);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        world_tag(w, "r/blog:v1", rows[i].tag);
        world_wait(w, DAYS(8));
        world_plan(w);
        if (strcmp(world_verdict(w, "r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].tag, world_verdict(w, "r/blog:v1"));
        world_untag(w, rows[i].tag);
    }
}

static void the_latest_tag_of_one_destination_keeps_nothing_for_another(void **state)
{
    World *w = *state;
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &production, 1, 1);
    deploy_hourly(w, &staging, 1, 1);
    deploy_hourly(w, &production, 2, 2);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep current");
    assert_verdict(w, "blog-web-staging-v1", "keep current");
    assert_verdict(w, "blog-web-production-v1", "remove superseded");
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

static void a_release_container_that_could_not_be_inspected_keeps_its_image(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    Container *container = world_container(w, "blog-web-v1");
    container->run = (Run){};
    container->inspect_error = "the inspect took longer than 10 s";
    world_plan(w);
    assert_verdict(w, "blog-web-v1", "keep in-use");
    assert_verdict(w, "r/blog:v1", "keep in-use");
    assert_non_null(strstr(judgement_of(w, "r/blog:v1")->detail, "10 s"));
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

static void failed_ends_a_day_after_its_last_container(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    kamal_crash(w, &blog, "v6");
    Time ended = w->now;
    plan_at(w, ended + HOURS(2));
    assert_changes_at(w, "r/blog:v6", "wait failed", ended + HOURS(24), "remove failed");
    assert_verdict(w, "r/blog:v2", "keep rollback");
}

static void failed_ends_when_a_newer_release_has_served(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    kamal_crash(w, &blog, "v6");
    kamal_deploy(w, &blog, "v7");
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "wait failed");
    world_wait(w, MINUTES(1));
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "remove failed");
}

static void a_release_that_failed_and_came_anew_takes_no_slot_when_it_has_waited(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &blog, 1, 2);
    kamal_crash(w, &blog, "v3");
    world_wait(w, HOURS(1));
    kamal_pull(w, &blog, "v3", "blog-v3");
    Time arrived = w->now - SECONDS(2);
    assert_changes_at(w, "r/blog:v3", "wait young", arrived + HOURS(1), "wait next");
    assert_changes_at(w, "r/blog:v3", "wait next", arrived + DAYS(7), "remove failed");
    assert_verdict(w, "r/blog:v1", "keep rollback");
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
    assert_verdict(w, "two", "keep unmanaged");
    w->policy.retention.remove_dangling = false;
    world_plan(w);
    assert_verdict(w, "one", "keep unmanaged");
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
    assert_verdict(w, "one", "keep unmanaged");
}

static void an_app_of_its_own_policy(void **state)
{
    World *w = *state;
    AppPolicy *own = array_add(&w->policy.apps, &w->policy.n_apps);
    *own = (AppPolicy){.pattern = xstrdup("r/sh*"), .retention = w->policy.retention};
    own->retention.keep_previous = 1;
    own->retention.remove_superseded_containers = false;
    deploy_hourly(w, &blog, 1, 5);
    deploy_hourly(w, &shop, 1, 5);
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "blog-web-v1", "remove superseded");
    assert_verdict(w, "shop-web-v3", "keep protected");
    assert_verdict(w, "r/shop:v3", "keep in-use");
    assert_verdict(w, "r/shop:v4", "keep rollback");
    own->retention.remove_superseded_containers = true;
    world_plan(w);
    assert_verdict(w, "r/shop:v3", "remove superseded");
}

/* Of an image in two apps: a keep wins over a wait, a wait over a removal, and of two waits the longer one. */
static void of_two_apps_the_one_that_keeps_wins(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    deploy_hourly(w, &staging, 1, 1); /* v1 comes anew: blog may be about to deploy it */
    Time arrived = w->now - HOURS(1);
    deploy_hourly(w, &staging, 6, 6);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep rollback");
    w->policy.retention.keep_previous = 0;
    kamal_deploy(w, &staging, "v7");
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "wait next");
    assert_int_equal(judgement_of(w, "r/blog:v1")->eligible_at, arrived + DAYS(7));
    world_wait(w, DAYS(7));
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void a_replaced_container_goes_when_its_successor_is_here_and_has_served(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_redeploy(w, &blog, "v2", "blog-v2");
    w->deployed = "blog";
    world_plan(w);
    size_t n_waiting = 0;
    const char *replaced = NULL;
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (strstr(w->plan.containers[i].container->name, "_replaced_")) {
            replaced = w->plan.containers[i].container->name;
            n_waiting++;
        }
    assert_int_equal(n_waiting, 1);
    cleanup_with(free_charp) char *name = xstrdup(replaced);
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, name, "remove superseded");
    world_remove_container(w, "blog-web-v2");
    world_plan(w);
    assert_verdict(w, name, "keep current"); /* it is the only one of its release */
}

static void a_replaced_container_stays_where_it_is_what_ran_last(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_pull(w, &blog, "v2", "again");
    world_rename(w, "blog-web-v2", "blog-web-v2_replaced_0a1b");
    Container *crashed = world_run(w, "blog-web-v2", "again");
    crashed->labels.role = xstrdup("web");
    world_wait(w, SECONDS(1));
    world_stop(w, "blog-web-v2", 1);
    world_wait(w, HOURS(1));
    world_stop(w, "blog-web-v2_replaced_0a1b", 0);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "blog-v2", "keep current");
    assert_verdict(w, "blog-web-v2_replaced_0a1b", "keep current");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(only_what_runs_or_may_run_is_current),
        world_test(where_nothing_runs_what_ran_last_is_current),
        world_test(an_exec_container_makes_nothing_current),
        world_test(a_role_that_is_gone_makes_nothing_current),
        world_test(protected_by_pattern_or_label),
        world_test(protected_by_the_short_name_of_an_official_image),
        world_test(a_protected_container_stays_with_its_image),
        world_test(infrastructure_is_the_last_used_of_its_kind),
        world_test(infrastructure_that_was_never_used_is_not_kept_for_it),
        world_test(a_builder_container_is_infrastructure),
        world_test(young_ends_with_min_age),
        world_test(what_has_run_since_it_came_is_not_young),
        world_test(deploying_ends_with_quiet_after_an_arrival_or_a_container),
        world_test(only_its_own_hook_does_not_wait_for_a_deploy),
        world_test(next_waits_seven_days),
        world_test(next_are_the_latest_arrivals_keep_previous_of_them_but_one_at_least),
        world_test(next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started),
        world_test(an_older_arrival_than_the_current_release_is_not_next),
        world_test(next_ends_also_where_the_later_arrival_was_rolled_back),
        world_test(what_was_here_before_the_ledger_is_next_if_it_was_built_later),
        world_test(what_is_next_takes_no_slot),
        world_test(what_is_young_takes_no_slot),
        world_test(of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built),
        world_test(an_id_that_lost_its_version_goes_even_where_slots_are_free),
        world_test(the_current_release_is_the_running_one_where_another_role_is_stopped),
        world_test(of_two_running_releases_the_newer_is_compared_with),
        world_test(what_ran_last_stays_current_when_its_container_is_removed),
        world_test(a_container_of_the_future_does_not_hold_its_app),
        world_test(rollback_keeps_exactly_keep_previous),
        world_test(recent_ends_with_keep_for),
        world_test(moving_tags_are_latest_and_latest_of_a_known_destination),
        world_test(the_latest_tag_of_one_destination_keeps_nothing_for_another),
        world_test(in_use_by_any_container_that_stays),
        world_test(a_release_container_that_could_not_be_inspected_keeps_its_image),
        world_test(a_job_ends_with_jobs_max_unused),
        world_test(a_job_is_a_program_of_its_own_beside_an_app_of_its_repository),
        world_test(a_job_that_ran_between_two_passes_shows_in_its_event),
        world_test(a_window_counts_from_when_no_event_was_missed),
        world_test(an_app_is_idle_after_thirty_days),
        world_test(unmanaged_ends_with_its_window_if_it_has_one),
        world_test(failed_ends_a_day_after_its_last_container),
        world_test(failed_ends_when_a_newer_release_has_served),
        world_test(a_release_that_failed_and_came_anew_takes_no_slot_when_it_has_waited),
        world_test(dangling_goes_unless_configured),
        world_test(a_digest_of_a_repository_without_tags_is_not_dangling),
        world_test(what_the_containerd_store_cannot_tell_of_waits_a_week_after_the_ledger_was_lost),
        world_test(what_no_rule_describes_stays),
        world_test(an_app_of_its_own_policy),
        world_test(of_two_apps_the_one_that_keeps_wins),
        world_test(a_replaced_container_goes_when_its_successor_is_here_and_has_served),
        world_test(a_replaced_container_stays_where_it_is_what_ran_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
