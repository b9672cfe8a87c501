/* SPDX-License-Identifier: MIT */
/* Rules of releases: current, rollback, recent, moving-tag, superseded, failed, and the containers that go with them.
 */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

test(only_what_runs_or_may_run_is_current)
{
    static const struct {
        ContainerState state;
        const char *verdict;
    } rows[] = {
        {STATE_RUNNING, "keep current"},     {STATE_PAUSED, "keep current"},    {STATE_RESTARTING, "keep current"},
        {STATE_UNKNOWN, "keep current"},     {STATE_REMOVING, "keep in-use"},   {STATE_CREATED, "remove superseded"},
        {STATE_EXITED, "remove superseded"}, {STATE_DEAD, "remove superseded"},
    };
    deploy_hourly(&blog, 1, 6);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        the_container("blog-web-v1")->state = rows[i].state;
        look();
        if (strcmp(verdict_of("r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", container_state_to_string(rows[i].state), verdict_of("r/blog:v1"));
        lose_ledger(); /* or it would remember that it ran */
        w->host.arrivals_since = 0;
    }
}

test(where_nothing_runs_what_ran_last_is_current)
{
    deploy_hourly(&blog, 1, 6);
    roll_back(&blog, "v2");
    after(HOURS(1));
    stop("blog-web-v2", 0);
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v2", "keep current");
    assert_verdict("r/blog:v6", "keep rollback");
    assert_string_equal(w->plan.apps[0].current_version, "v2");
    assert_false(w->plan.apps[0].is_running);
}

test(what_ran_last_stays_current_when_its_container_is_removed)
{
    deploy_hourly(&blog, 1, 3);
    while (w->host.n_containers > 0)
        remove_container(w->host.containers[0].name);
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v3", "keep current");
    assert_int_equal(w->plan.apps[0].rollback_ready, 0); /* Kamal finds no container to tell the version from */
    assert_int_equal(w->plan.apps[0].n_not_ready, 2);
}

test(an_exec_container_makes_nothing_current)
{
    deploy_hourly(&blog, 1, 6);
    run("blog-web-exec-v1-abc123", "r/blog:v1")->labels.role = xstrdup("web");
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v1", "keep in-use");
    assert_string_equal(w->plan.apps[0].current_version, "v6");
    stop("blog-web-exec-v1-abc123", 0);
    remove_container("blog-web-exec-v1-abc123");
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

test(a_version_that_is_called_like_exec_is_a_release)
{
    static const char *const versions[] = {"exec-fix", "exec-", "exec-abc123-", "exec-v1-abc1234", "exec-v1-abcxyz"};
    deploy_hourly(&blog, 1, 3);
    for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
        deploy(&blog, versions[i]);
        after(HOURS(1));
        look();
        assert_string_equal(w->plan.apps[0].current_version, versions[i]);
    }
}

test(a_role_that_is_gone_makes_nothing_current)
{
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(&both, 1, 1);
    stop("blog-worker-v1", 0);
    deploy_hourly(&blog, 2, 6);
    look();
    assert_verdict("r/blog:v1", "keep current");
    remove_container("blog-worker-v1");
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

test(the_current_release_is_the_running_one_where_another_role_is_stopped)
{
    static const char *const stopped[] = {"v7", "v9"}; /* one whose ID sorts before the running one's, one after */
    static const KamalApp worker = {.service = "blog", .roles = "worker"};
    deploy_hourly(&blog, 4, 4);
    for (size_t i = 0; i < 2; i++) {
        cleanup_with(free_charp) char *name = xasprintf("blog-worker-%s", stopped[i]);
        deploy(&worker, stopped[i]);
        after(HOURS(1));
        stop(name, 0);
        look();
        assert_string_equal(w->plan.apps[0].current_version, "v4");
        assert_int_equal(w->plan.apps[0].current.count, 2);
        remove_container(name);
    }
}

/* As after a reboot: all have started at once, and a role that was taken out of the deploys still runs an old release.
 */
test(of_two_running_releases_the_newer_is_compared_with)
{
    static const char *const newer[] = {"v7", "v9"}; /* one whose ID sorts before the older one's, one after */
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    for (size_t i = 0; i < 2; i++) {
        deploy_hourly(&both, 4, 4);
        deploy(&blog, newer[i]);
        after(HOURS(1));
        for (size_t j = 0; j < w->host.n_containers; j++)
            if (w->host.containers[j].state == STATE_RUNNING)
                w->host.containers[j].run.started = w->now;
        look();
        assert_string_equal(w->plan.apps[0].current_version, newer[i]);
        assert_int_equal(w->plan.apps[0].current.count, 2);
        lose_ledger();
    }
}

test(rollback_keeps_exactly_keep_previous)
{
    deploy_hourly(&blog, 1, 6);
    for (int n = 0; n <= 6; n++) {
        w->policy.retention.keep_previous = n;
        look();
        for (int i = 1; i <= 5; i++) {
            const char *tag = numbered("r/blog:v%d", i);
            const char *expected = i > 5 - n ? "keep rollback" : "remove superseded";
            if (strcmp(verdict_of(tag), expected) != 0)
                fail_msg("keeping %d: %s: %s", n, tag, verdict_of(tag));
        }
        assert_int_equal(w->plan.apps[0].rollback_wanted, n < 5 ? n : 5);
        assert_int_equal(w->plan.apps[0].rollback_ready, n < 5 ? n : 5);
    }
}

test(an_id_that_lost_its_version_goes_even_where_slots_are_free)
{
    deploy_hourly(&blog, 1, 1);
    redeploy(&blog, "v1", "again");
    after(HOURS(1));
    look();
    assert_verdict("blog-v1", "remove superseded");
    tag("blog-v1", "r/blog:latest");
    after(DAYS(8));
    look();
    assert_verdict("blog-v1", "keep moving-tag"); /* and that is no version */
}

test(recent_ends_with_keep_for)
{
    deploy_hourly(&blog, 1, 6);
    w->policy.retention.keep_for_usec = DAYS(1);
    Time stopped = the_container("blog-web-v1")->run.finished;
    assert_changes_at("r/blog:v1", "keep recent", stopped + DAYS(1), "remove superseded");
    w->policy.retention.keep_for_usec = 0;
    look();
    assert_verdict("r/blog:v2", "remove superseded");
}

/* It ran at the last pass, and the engine has restarted since: its events are lost, and nobody saw the end. */
test(recent_may_be_what_ended_while_nobody_looked)
{
    w->policy.retention.keep_previous = 0;
    w->policy.retention.keep_for_usec = HOURS(6);
    pull("web-1", "r/web:1");
    compose("erp-web-1", "web-1", "erp", "web");
    after(HOURS(1));
    look();
    after(HOURS(10));
    remove_container("erp-web-1");
    pull("web-2", "r/web:2");
    compose("erp-web-1", "web-2", "erp", "web");
    after(HOURS(2));
    w->knows_events = false;
    look();
    assert_changes_at("r/web:1", "keep recent", w->now + HOURS(6), "remove superseded");
}

/* The same, but the last pass came before its container did. After that it waits, as it may have been a job. */
test(recent_may_be_what_came_and_went_while_nobody_looked)
{
    w->policy.retention.keep_previous = 0;
    w->policy.retention.keep_for_usec = HOURS(6);
    pull("web-1", "r/web:1");
    look();
    after(HOURS(10));
    pull("web-2", "r/web:2");
    compose("erp-web-1", "web-2", "erp", "web");
    after(HOURS(2));
    w->knows_events = false;
    look();
    assert_changes_at("r/web:1", "keep recent", w->now + HOURS(6), "wait superseded");
}

/* Somebody else ran it: had the inspect not failed, it would tell when. */
test(recent_may_be_what_a_container_ran_that_could_not_be_inspected)
{
    w->policy.retention.keep_previous = 1;
    w->policy.retention.keep_for_usec = DAYS(2);
    deploy_hourly(&blog, 1, 3);
    after(DAYS(10));
    Container *copy = compose("copy-web-1", "r/blog:v1", "copy", "web");
    copy->state = STATE_EXITED;
    look();
    after(DAYS(3));
    look();
    assert_verdict("blog-web-v1", "remove superseded");
    ledger_container(&w->ledger, copy->id)->run.is_known = false;
    copy->run.is_known = false;
    copy->inspect_error = "the engine did not answer in time";
    look();
    assert_verdict("blog-web-v1", "keep recent");
    copy->state = STATE_CREATED; /* it has never run */
    look();
    assert_verdict("blog-web-v1", "remove superseded");
}

test(moving_tags_are_latest_and_latest_of_a_known_destination)
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
    deploy_hourly(&staging, 20, 20);
    deploy_hourly(&blog, 1, 6);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        tag_long_ago("r/blog:v1", rows[i].tag);
        after(DAYS(8));
        look();
        if (strcmp(verdict_of("r/blog:v1"), rows[i].verdict) != 0)
            fail_msg("%s: %s", rows[i].tag, verdict_of("r/blog:v1"));
        untag(rows[i].tag);
    }
}

test(the_latest_tag_of_one_destination_keeps_nothing_for_another)
{
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&production, 1, 1);
    deploy_hourly(&staging, 1, 1);
    deploy_hourly(&production, 2, 2);
    look();
    assert_verdict("r/blog:v1", "keep current");
    assert_verdict("blog-web-staging-v1", "keep current");
    assert_verdict("blog-web-production-v1", "remove superseded");
}

test(failed_ends_a_day_after_its_last_container)
{
    deploy_hourly(&blog, 1, 5);
    deploy_crashing(&blog, "v6");
    Time ended = w->now;
    look_at(ended + HOURS(2));
    assert_changes_at("r/blog:v6", "wait failed", ended + HOURS(24), "remove failed");
    assert_verdict("r/blog:v2", "keep rollback");
}

test(failed_ends_when_a_newer_release_has_served)
{
    deploy_hourly(&blog, 1, 5);
    deploy_crashing(&blog, "v6");
    deploy(&blog, "v7");
    look_of_hook("blog");
    assert_verdict("r/blog:v6", "wait failed");
    after(MINUTES(1));
    look_of_hook("blog");
    assert_verdict("r/blog:v6", "remove failed");
}

test(a_release_that_failed_and_came_anew_takes_no_slot_when_it_has_waited)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&blog, 1, 2);
    deploy_crashing(&blog, "v3");
    after(HOURS(1));
    pull_release(&blog, "v3", "blog-v3");
    Time arrived = w->now - SECONDS(2);
    assert_changes_at("r/blog:v3", "wait young", arrived + HOURS(1), "wait next");
    assert_verdict("r/blog:v1", "keep rollback");
    deploy_hourly(&blog, 4, 4);
    look();
    assert_verdict("r/blog:v3", "remove failed");
    assert_verdict("r/blog:v2", "keep rollback");
}

test(a_replaced_container_goes_when_its_successor_is_here_and_has_served)
{
    deploy_hourly(&blog, 1, 2);
    redeploy(&blog, "v2", "blog-v2");
    look_of_hook("blog");
    size_t n_waiting = 0;
    const char *replaced = NULL;
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (strstr(w->plan.containers[i].container->name, "_replaced_")) {
            replaced = w->plan.containers[i].container->name;
            n_waiting++;
        }
    assert_int_equal(n_waiting, 1);
    cleanup_with(free_charp) char *name = xstrdup(replaced);
    after(MINUTES(10));
    look();
    assert_verdict(name, "remove superseded");
    remove_container("blog-web-v2");
    look();
    assert_verdict(name, "keep current"); /* it is the only one of its release */
}

/* Of an app whose containers cannot be inspected nobody knows when it ran last: as if that were long ago. */
test(an_app_of_which_no_run_is_known_may_be_idle)
{
    deploy_hourly(&blog, 1, 6);
    while (w->host.n_containers > 1)
        remove_container(w->host.containers[0].name);
    Container *left = &w->host.containers[0];
    left->state = STATE_EXITED;
    left->run = (Run){0};
    left->inspect_error = "the inspect took too long";
    lose_ledger();
    after(DAYS(2));
    look();
    after(DAYS(20));
    look();
    assert_false(plan_removes_anything(&w->plan));
}

test(a_replaced_container_waits_for_its_successor_to_serve)
{
    deploy_hourly(&blog, 1, 2);
    w->policy.retention.quiet_usec = 0;
    pull_release(&blog, "v2", "again");
    rename_container("blog-web-v2", "blog-web-v2_replaced_0a1b");
    run("blog-web-v2", "again")->labels.role = xstrdup("web");
    stop("blog-web-v2_replaced_0a1b", 143);
    Time started = w->now;
    look();
    assert_changes_at("blog-web-v2_replaced_0a1b", "keep rollback", started + MINUTES(1), "remove superseded");
    /* Its successor has another image, and belongs to another release. */
    assert_string_equal(judgement_of("blog-web-v2_replaced_0a1b")->detail, "replaced by another container of its name");
}

test(a_replaced_container_stays_where_it_is_what_ran_last)
{
    deploy_hourly(&blog, 1, 2);
    pull_release(&blog, "v2", "again");
    rename_container("blog-web-v2", "blog-web-v2_replaced_0a1b");
    Container *crashed = run("blog-web-v2", "again");
    crashed->labels.role = xstrdup("web");
    after(SECONDS(1));
    stop("blog-web-v2", 1);
    after(HOURS(1));
    stop("blog-web-v2_replaced_0a1b", 0);
    after(HOURS(1));
    look();
    assert_verdict("blog-v2", "keep current");
    assert_verdict("blog-web-v2_replaced_0a1b", "keep current");
}

test(an_app_of_its_own_policy)
{
    AppPolicy *own = array_add(&w->policy.apps, &w->policy.n_apps);
    *own = (AppPolicy){.pattern = xstrdup("r/sh*"), .retention = w->policy.retention};
    own->retention.keep_previous = 1;
    own->retention.remove_superseded_containers = false;
    deploy_hourly(&blog, 1, 5);
    deploy_hourly(&shop, 1, 5);
    look();
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("blog-web-v1", "remove superseded");
    assert_verdict("shop-web-v3", "keep protected");
    assert_verdict("r/shop:v3", "keep in-use");
    assert_verdict("r/shop:v4", "keep rollback");
    own->retention.remove_superseded_containers = true;
    look();
    assert_verdict("r/shop:v3", "remove superseded");
}

/* The prune at the end of a deploy of Kamal's goes through the containers of all destinations. */
test(a_deploy_of_one_destination_holds_the_others_also_in_the_pass_of_their_own_hook)
{
    deploy_hourly(&blog, 1, 6);
    deploy_hourly(&staging, 11, 16);
    deploy(&staging, "v17");
    look_of_hook("blog");
    assert_verdict("r/blog:v1", "wait deploying");
    assert_verdict("blog-web-v1", "wait deploying");
    assert_string_equal(judgement_of("r/blog:v1")->detail, "a deploy of blog/staging may be under way");
    assert_verdict("r/blog:v11", "wait deploying");

    w->deployed = "blog/staging";
    look();
    assert_verdict("r/blog:v1", "remove superseded");
    assert_verdict("r/blog:v11", "remove superseded");

    deploy(&blog, "v7");
    w->deployed = "blog/staging";
    look();
    assert_verdict("r/blog:v11", "wait deploying");

    after(MINUTES(6));
    pull("plain", "blog:1"); /* a repository of that name is another app */
    run("plain", "blog:1")->run.has_restart_policy = true;
    look();
    assert_verdict("blog:1", "keep current");
    assert_verdict("r/blog:v11", "remove superseded");
}

/* Of an image in two apps: a keep wins over a wait, a wait over a removal, and of two waits the longer one. */
test(of_two_apps_the_one_that_keeps_wins)
{
    deploy_hourly(&blog, 1, 5);
    redeploy(&shop, "v1", "blog-v1"); /* it comes anew: blog may be about to deploy it */
    after(HOURS(1));
    deploy_hourly(&shop, 6, 6);
    look();
    assert_verdict("r/blog:v1", "keep rollback");
    w->policy.retention.keep_previous = 0;
    deploy(&shop, "v7");
    look();
    assert_verdict("r/blog:v1", "wait next");
    assert_int_equal(judgement_of("r/blog:v1")->eligible_at, 0); /* longer than any time */
    deploy_hourly(&blog, 6, 6);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(only_what_runs_or_may_run_is_current),
        world_test(where_nothing_runs_what_ran_last_is_current),
        world_test(what_ran_last_stays_current_when_its_container_is_removed),
        world_test(an_exec_container_makes_nothing_current),
        world_test(a_version_that_is_called_like_exec_is_a_release),
        world_test(a_role_that_is_gone_makes_nothing_current),
        world_test(the_current_release_is_the_running_one_where_another_role_is_stopped),
        world_test(of_two_running_releases_the_newer_is_compared_with),
        world_test(rollback_keeps_exactly_keep_previous),
        world_test(an_id_that_lost_its_version_goes_even_where_slots_are_free),
        world_test(recent_ends_with_keep_for),
        world_test(recent_may_be_what_ended_while_nobody_looked),
        world_test(recent_may_be_what_came_and_went_while_nobody_looked),
        world_test(recent_may_be_what_a_container_ran_that_could_not_be_inspected),
        world_test(moving_tags_are_latest_and_latest_of_a_known_destination),
        world_test(the_latest_tag_of_one_destination_keeps_nothing_for_another),
        world_test(failed_ends_a_day_after_its_last_container),
        world_test(failed_ends_when_a_newer_release_has_served),
        world_test(a_release_that_failed_and_came_anew_takes_no_slot_when_it_has_waited),
        world_test(a_replaced_container_goes_when_its_successor_is_here_and_has_served),
        world_test(an_app_of_which_no_run_is_known_may_be_idle),
        world_test(a_replaced_container_waits_for_its_successor_to_serve),
        world_test(a_replaced_container_stays_where_it_is_what_ran_last),
        world_test(an_app_of_its_own_policy),
        world_test(of_two_apps_the_one_that_keeps_wins),
        world_test(a_deploy_of_one_destination_holds_the_others_also_in_the_pass_of_their_own_hook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
