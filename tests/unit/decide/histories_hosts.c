/* SPDX-License-Identifier: MIT */
/* Histories of a whole host, h13 to h20: destinations, roles, a first pass, a lost ledger, a release that waits for
 * its switch. */
#include "blog.h"

/* Production is at v3 and staging goes on to v12: each keeps its own current and three previous releases. */
test(h13_each_destination_keeps_its_own)
{
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(&production, 1, 3);
    deploy_hourly(&staging, 4, 12);
    look();
    assert_versions("blog", V(3, 12), "keep current");
    assert_versions("blog", V(2, 1, 11, 10, 9), "keep rollback");
    assert_versions("blog", V(4, 5, 6, 7, 8), "remove superseded");
}

/* Both destinations ran v1, where production still is: the image is kept, and staging's container of it is removed. */
test(h13_an_image_that_either_destination_needs_stays)
{
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(&staging, 1, 1);
    deploy_hourly(&production, 1, 1);
    deploy_hourly(&staging, 2, 9);
    look();
    assert_versions("blog", V(1), "keep current");
    assert_verdict("blog-web-staging-v1", "remove superseded");
    assert_verdict("blog-web-production-v1", "keep current");
}

/* The role worker was stopped at v8 while web went on to v13: v8 is the current release of worker. */
test(h14_a_role_that_was_stopped_keeps_its_release)
{
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(&both, 7, 8);
    stop("blog-worker-v8", 0);
    deploy_hourly(&blog, 9, 13);
    look();
    assert_versions("blog", V(13, 8), "keep current");
    assert_versions("blog", V(12, 11, 10), "keep rollback");
    assert_versions("blog", V(9, 7), "remove superseded");
    assert_verdict("blog-worker-v8", "keep current");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
}

/* deploy.yml names the role worker no more, and its container of v8 runs on: the image is current. Once it is
 * stopped, no release lacks a container because of it. */
test(h15_a_removed_role_that_still_runs_keeps_its_image)
{
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(&both, 7, 8);
    deploy_hourly(&blog, 9, 13);
    look();
    assert_versions("blog", V(13, 8), "keep current");
    stop("blog-worker-v8", 143);
    after(HOURS(1));
    look();
    assert_versions("blog", V(12, 11, 10), "keep rollback");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_int_equal(w->plan.apps[0].n_not_ready, 0);
}

/* Everything is stopped and the host boots again: what ran last is current, and nothing is removed. */
test(h16_when_everything_is_stopped_nothing_changes)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(1));
    stop("blog-web-v10", 0);
    w->host.engine.boot_id[0] = 'x';
    after(HOURS(1));
    look();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_false(plan_removes_anything(&w->plan));
}

static void neglected_host(int n_images, int n_containers)
{
    for (int i = 1; i <= n_images; i++) {
        deploy(&blog, numbered("v%d", i));
        if (i > 1 && i <= n_images - n_containers + 1)
            remove_container(numbered("blog-web-v%d", i - 1));
        after(HOURS(1));
    }
    lose_ledger();
}

/* rgc is installed on a host with 60 releases, six of which have containers, and the engine tells of no arrival:
 * three keep slots, the rest is removed. */
test(h17_first_pass_on_a_neglected_host)
{
    neglected_host(60, 6);
    w->host.arrivals_since = w->now - HOURS(3); /* the replay reaches further back than min_age */
    for (size_t i = 0; i < w->host.n_arrivals; i++)
        w->host.arrivals[i].time = 1;
    look();
    assert_versions("blog", V(60), "keep current");
    assert_versions("blog", V(59, 58, 57), "keep rollback");
    assert_versions("blog", V(56, 55, 54, 20, 1), "remove superseded");
}

/* The same, where the engine has forgotten its events: any of the images may have come just now, so nothing is
 * removed for an hour. */
test(h17_without_a_replay_nothing_that_may_be_on_its_way_goes)
{
    neglected_host(60, 6);
    w->knows_events = false;
    look();
    assert_false(plan_removes_anything(&w->plan));
    after(HOURS(1));
    look();
    assert_versions("blog", V(59, 58, 57), "keep rollback");
    assert_versions("blog", V(56, 1), "remove superseded");
}

/* A script builds v1 to v60 here, replaces the container each time, and the ledger is lost: the dates of the builds
 * rank what has no run record; the rest waits as what a job may use, for 35 days. */
test(h18_blue_green_script_ranks_by_arrival_then_build_date)
{
    for (int i = 1; i <= 60; i++) {
        const char *content = numbered("v%d", i);
        const char *tag = numbered("site:v%d", i);
        build(content, tag);
        if (i > 1)
            remove_container("green");
        Container *green = run("green", content);
        green->run.has_restart_policy = true;
        after(HOURS(1));
    }
    after(HOURS(2));
    lose_ledger();
    w->knows_events = false;
    look();
    after(HOURS(2));
    look();
    assert_verdict("v60", "keep current");
    assert_verdict("v59", "keep rollback");
    assert_verdict("v58", "keep rollback");
    assert_verdict("v57", "keep rollback");
    assert_verdict("v56", "wait superseded"); /* a job may use it */
    after(DAYS(35));
    look();
    assert_verdict("v57", "keep rollback");
    assert_verdict("v56", "remove superseded");
    assert_verdict("v1", "remove superseded");
}

/* The same, all built at one moment: nothing tells which releases are older, so all are kept. */
test(h18_what_nothing_tells_apart_stays)
{
    for (int i = 1; i <= 60; i++) {
        const char *content = numbered("v%d", i);
        const char *tag = numbered("site:v%d", i);
        build(content, tag)->created = 0;
    }
    Container *green = run("green", "v60");
    green->run.has_restart_policy = true;
    lose_ledger();
    w->knows_events = false;
    look();
    after(DAYS(40));
    look();
    for (int i = 1; i < 60; i++) {
        const char *content = numbered("v%d", i);
        assert_verdict(content, "keep rollback");
    }
    assert_int_equal(w->plan.apps[0].rollback_wanted, 3);
}

/* A rollback to v8, v11 on its way in, and the ledger is lost: the pass removes no more than it would have before. */
test(h19_a_lost_ledger_never_removes_more)
{
    ten_deploys();
    after(HOURS(1));
    roll_back(&blog, "v8");
    after(HOURS(1));
    pull_release(&blog, "v11", "blog-v11"); /* on its way in */
    look();
    size_t n_before = 0, n_after = 0;
    for (size_t i = 0; i < w->plan.n_images; i++)
        n_before += w->plan.images[i].judgement.verdict == VERDICT_REMOVE;
    lose_ledger();
    w->knows_events = false;
    look();
    assert_versions("blog", V(11), "wait young");
    for (size_t i = 0; i < w->plan.n_images; i++)
        n_after += w->plan.images[i].judgement.verdict == VERDICT_REMOVE;
    assert_true(n_after <= n_before);
    assert_verdict("blog-v8", "keep current");
}

/* v12 was loaded for the evening: it is young, then next, and is superseded once a later arrival has served. */
test(h20_a_loaded_release_waits_for_its_switch)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(5));
    pull_release(&blog, "v12", "blog-v12");
    look();
    assert_versions("blog", V(12), "wait young");
    after(HOURS(7));
    look();
    assert_versions("blog", V(12), "wait next");
    after(HOURS(1));
    deploy_hourly(&blog, 13, 13); /* a later arrival serves */
    look();
    assert_versions("blog", V(12), "remove superseded");
}

/* v12 was loaded, and nobody switches to it for two months: it is next all that time. */
test(h20_a_loaded_release_waits_two_weeks_too)
{
    ten_deploys();
    after(HOURS(5));
    pull_release(&blog, "v12", "blog-v12");
    for (int days = 0; days < 60; days += 15) {
        after(DAYS(15));
        look();
        assert_versions("blog", V(12), "wait next");
    }
    deploy(&blog, "v13");
    after(HOURS(1));
    look();
    assert_versions("blog", V(12), "remove superseded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h13_each_destination_keeps_its_own),
        world_test(h13_an_image_that_either_destination_needs_stays),
        world_test(h14_a_role_that_was_stopped_keeps_its_release),
        world_test(h15_a_removed_role_that_still_runs_keeps_its_image),
        world_test(h16_when_everything_is_stopped_nothing_changes),
        world_test(h17_first_pass_on_a_neglected_host),
        world_test(h17_without_a_replay_nothing_that_may_be_on_its_way_goes),
        world_test(h18_blue_green_script_ranks_by_arrival_then_build_date),
        world_test(h18_what_nothing_tells_apart_stays),
        world_test(h19_a_lost_ledger_never_removes_more),
        world_test(h20_a_loaded_release_waits_for_its_switch),
        world_test(h20_a_loaded_release_waits_two_weeks_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
