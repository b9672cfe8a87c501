/* SPDX-License-Identifier: MIT */
/* What happened on a host, and what a pass must then do: one test a history. */
#include "unit.h"
#include "world.h"

#include <rgc/builders.h>
#include <stdio.h>
#include <string.h>

static const KamalApp blog = {.service = "blog", .roles = "web"};

static int setup(void **state)
{
    World *w = xcalloc(1, sizeof(*w));
    world_init(w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    world_clear(*state);
    free(*state);
    return 0;
}

/* v`from` to v`to`, one an hour, each served and each followed by a pass that learns. */
static void deploy_hourly(World *w, const KamalApp *app, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char version[16];
        snprintf(version, sizeof(version), "v%d", i);
        kamal_deploy(w, app, version);
        world_plan(w);
        world_wait(w, HOURS(1));
    }
}

static void expect(World *w, const char *service, const int *versions, const char *verdict)
{
    for (; *versions; versions++) {
        char tag[64];
        snprintf(tag, sizeof(tag), "r/%s:v%d", service, *versions);
        if (strcmp(world_verdict(w, tag), verdict) != 0)
            fail_msg("%s: %s, expected %s", tag, world_verdict(w, tag), verdict);
    }
}
#define V(...) ((const int[]){__VA_ARGS__, 0})

static void ten_deploys(World *w)
{
    deploy_hourly(w, &blog, 1, 9);
    kamal_deploy(w, &blog, "v10");
    world_wait(w, SECONDS(5));
}

static void h01_ten_deploys_keep_current_and_three(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_plan(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    expect(w, "blog", V(6, 5, 4, 3, 2, 1), "remove superseded");
    assert_verdict(w, "blog-web-v6", "remove superseded");
    assert_verdict(w, "blog-web-v7", "keep rollback");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 3);

    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(1));
    kamal_deploy(w, &blog, "v11");
    w->deployed = "blog";
    world_plan(w);
    expect(w, "blog", V(7), "remove superseded");
    expect(w, "blog", V(8, 9, 10), "keep rollback");
}

static void h02_after_a_rollback_last_run_decides(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(1));
    kamal_rollback(w, &blog, "v8");
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(8), "keep current");
    expect(w, "blog", V(10, 9, 7), "keep rollback");
    expect(w, "blog", V(6), "remove superseded");
}

static void h02_latest_keeps_its_image_where_it_is(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    ten_deploys(w);
    world_tag_long_ago(w, "r/blog:v2", "r/blog:latest");
    world_wait(w, HOURS(1));
    world_plan(w);
    expect(w, "blog", V(2), "keep moving-tag");
}

static void h03_a_deploy_after_a_rollback(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(1));
    kamal_rollback(w, &blog, "v8");
    world_wait(w, HOURS(1));
    world_pass(w);
    deploy_hourly(w, &blog, 11, 11);
    world_plan(w);
    expect(w, "blog", V(11), "keep current");
    expect(w, "blog", V(8, 10, 9), "keep rollback");
    expect(w, "blog", V(7), "remove superseded");
}

static void crashed_three(World *w)
{
    ten_deploys(w);
    world_wait(w, HOURS(1));
    kamal_crash(w, &blog, "v11");
    kamal_crash(w, &blog, "v12");
    kamal_crash(w, &blog, "v13");
    world_wait(w, MINUTES(10));
    world_plan(w);
}

static void h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day(void **state)
{
    World *w = *state;
    crashed_three(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    expect(w, "blog", V(11, 12, 13), "wait failed");
    assert_verdict(w, "blog-web-v11", "wait failed");
    world_wait(w, HOURS(24));
    world_plan(w);
    expect(w, "blog", V(11, 12, 13), "remove failed");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
}

static void h05_unhealthy_deploys_have_not_served_however_long_they_ran(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(1));
    kamal_unhealthy(w, &blog, "v11");
    kamal_unhealthy(w, &blog, "v12");
    kamal_unhealthy(w, &blog, "v13");
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    expect(w, "blog", V(11, 12, 13), "wait failed");
}

static void h05_a_release_that_waits_for_health_is_not_taken_for_served(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(1));
    kamal_pull(w, &blog, "v11", "blog-v11");
    Container *waiting = world_run(w, "blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    world_wait(w, SECONDS(90));
    world_plan(w); /* a pass falls into it */
    world_stop(w, "blog-web-v11", 143);
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(11), "wait failed");
}

static void h06_crashed_ones_go_at_once_when_a_newer_release_serves(void **state)
{
    World *w = *state;
    crashed_three(w);
    kamal_deploy(w, &blog, "v14");
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(10, 9, 8), "keep rollback");
    expect(w, "blog", V(11, 12, 13), "remove failed");
    expect(w, "blog", V(7), "remove superseded");
}

static void h07_a_failed_version_that_is_pulled_again_waits(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    kamal_crash(w, &blog, "v6");
    world_plan(w);
    world_wait(w, MINUTES(90));
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, MINUTES(12));
    world_plan(w);
    expect(w, "blog", V(6), "wait young");
}

static void h08_a_collected_version_pulled_by_hand_waits_and_then_ranks(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    assert_verdict(w, "r/blog:v1", "gone");
    world_wait(w, HOURS(1));
    kamal_pull(w, &blog, "v1", "blog-v1");
    world_plan(w);
    expect(w, "blog", V(1), "wait young");
}

static void h09_a_deploy_under_way_holds_its_app_and_no_other(void **state)
{
    World *w = *state;
    static const KamalApp shop = {.service = "shop", .roles = "web"};
    deploy_hourly(w, &shop, 1, 9);
    ten_deploys(w);
    world_plan(w);
    expect(w, "blog", V(6, 1), "wait deploying");
    expect(w, "shop", V(5, 1), "remove superseded");
}

static void h10_the_pass_of_its_own_hook_does_not_wait(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_plan(w);
    expect(w, "blog", V(6, 1), "remove superseded");
}

static void h11_redeploys_of_one_version_leave_no_trace(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 7);
    for (int i = 0; i < 3; i++) {
        char content[32];
        snprintf(content, sizeof(content), "again-%d", i);
        kamal_redeploy(w, &blog, "v7", content);
        world_plan(w);
        world_wait(w, HOURS(1));
    }
    world_plan(w);
    expect(w, "blog", V(7), "keep current");
    expect(w, "blog", V(6, 5, 4), "keep rollback");
    assert_verdict(w, "blog-v7", "remove superseded");
    assert_verdict(w, "again-0", "remove superseded");
    assert_verdict(w, "again-1", "remove superseded");
    assert_verdict(w, "again-2", "keep current");
    world_pass(w);
    size_t n_replaced = 0;
    for (size_t i = 0; i < w->host.n_containers; i++)
        n_replaced += strstr(w->host.containers[i].name, "_replaced_") != NULL;
    assert_int_equal(n_replaced, 0);
}

static void h11_a_redeploy_makes_no_further_release_to_roll_back_to(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_redeploy(w, &blog, "v2", "again");
    world_wait(w, HOURS(1));
    world_pass(w);
    world_plan(w);
    assert_int_equal(w->plan.apps[0].rollback_ready, 1);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 1);
}

static void h11_the_redeployed_id_stays_until_its_successor_has_served(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 7);
    kamal_redeploy(w, &blog, "v7", "again");
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "blog-v7", "keep rollback");
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "blog-v7", "remove superseded");
}

static void h12_two_versions_on_one_id_are_one_release(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    kamal_redeploy(w, &blog, "v6", "blog-v5");
    world_plan(w);
    world_wait(w, HOURS(1));
    deploy_hourly(w, &blog, 7, 8);
    world_plan(w);
    expect(w, "blog", V(8), "keep current");
    expect(w, "blog", V(7, 6, 5, 4), "keep rollback");
    expect(w, "blog", V(3), "remove superseded");
    assert_ptr_equal(world_image(w, "r/blog:v5"), world_image(w, "r/blog:v6"));
}

static void h13_each_destination_keeps_its_own(void **state)
{
    World *w = *state;
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(w, &production, 1, 3);
    deploy_hourly(w, &staging, 4, 12);
    world_plan(w);
    expect(w, "blog", V(3, 12), "keep current");
    expect(w, "blog", V(2, 1, 11, 10, 9), "keep rollback");
    expect(w, "blog", V(4, 5, 6, 7, 8), "remove superseded");
}

static void h13_an_image_that_either_destination_needs_stays(void **state)
{
    World *w = *state;
    static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(w, &staging, 1, 1);
    deploy_hourly(w, &production, 1, 1);
    deploy_hourly(w, &staging, 2, 9);
    world_plan(w);
    expect(w, "blog", V(1), "keep current");
    assert_verdict(w, "blog-web-staging-v1", "remove superseded");
    assert_verdict(w, "blog-web-production-v1", "keep current");
}

static void h14_a_role_that_was_stopped_keeps_its_release(void **state)
{
    World *w = *state;
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(w, &both, 7, 8);
    world_stop(w, "blog-worker-v8", 0);
    deploy_hourly(w, &blog, 9, 13);
    world_plan(w);
    expect(w, "blog", V(13, 8), "keep current");
    expect(w, "blog", V(12, 11, 10), "keep rollback");
    expect(w, "blog", V(9, 7), "remove superseded");
    assert_verdict(w, "blog-worker-v8", "keep current");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
}

static void h15_a_removed_role_that_still_runs_keeps_its_image(void **state)
{
    World *w = *state;
    static const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(w, &both, 7, 8);
    deploy_hourly(w, &blog, 9, 13);
    world_plan(w);
    expect(w, "blog", V(13, 8), "keep current");
    world_stop(w, "blog-worker-v8", 143);
    world_wait(w, HOURS(1));
    world_plan(w);
    expect(w, "blog", V(12, 11, 10), "keep rollback");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_int_equal(w->plan.apps[0].n_not_ready, 0);
}

static void h16_when_everything_is_stopped_nothing_changes(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(1));
    world_stop(w, "blog-web-v10", 0);
    w->host.engine.boot_id[0] = 'x';
    world_wait(w, HOURS(1));
    world_plan(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    assert_false(plan_removes_anything(&w->plan));
}

static void neglected_host(World *w, int n_images, int n_containers)
{
    for (int i = 1; i <= n_images; i++) {
        char version[16], content[32], name[48];
        snprintf(version, sizeof(version), "v%d", i);
        snprintf(content, sizeof(content), "blog-v%d", i);
        snprintf(name, sizeof(name), "blog-web-v%d", i);
        kamal_deploy(w, &blog, version);
        if (i > 1 && i <= n_images - n_containers + 1) {
            snprintf(name, sizeof(name), "blog-web-v%d", i - 1);
            world_remove_container(w, name);
        }
        world_wait(w, HOURS(1));
    }
    world_lose_ledger(w);
}

static void h17_first_pass_on_a_neglected_host(void **state)
{
    World *w = *state;
    neglected_host(w, 60, 6);
    w->host.arrivals_since = w->now - HOURS(3); /* the replay reaches further back than min_age */
    for (size_t i = 0; i < w->host.n_arrivals; i++)
        w->host.arrivals[i].time = 1;
    world_plan(w);
    expect(w, "blog", V(60), "keep current");
    expect(w, "blog", V(59, 58, 57), "keep rollback");
    expect(w, "blog", V(56, 55, 54, 20, 1), "remove superseded");
}

static void h17_without_a_replay_nothing_that_may_be_on_its_way_goes(void **state)
{
    World *w = *state;
    neglected_host(w, 60, 6);
    w->knows_events = false;
    world_plan(w);
    assert_false(plan_removes_anything(&w->plan));
    world_wait(w, HOURS(1));
    world_plan(w);
    expect(w, "blog", V(59, 58, 57), "keep rollback");
    expect(w, "blog", V(56, 1), "remove superseded");
}

static void h18_blue_green_script_ranks_by_arrival_then_build_date(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 60; i++) {
        char content[32], tag[32];
        snprintf(content, sizeof(content), "v%d", i);
        snprintf(tag, sizeof(tag), "site:v%d", i);
        world_build(w, content, tag);
        if (i > 1)
            world_remove_container(w, "green");
        Container *green = world_run(w, "green", content);
        green->run.has_restart_policy = true;
        world_wait(w, HOURS(1));
    }
    world_wait(w, HOURS(2));
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "v60", "keep current");
    assert_verdict(w, "v59", "keep rollback");
    assert_verdict(w, "v58", "keep rollback");
    assert_verdict(w, "v57", "keep rollback");
    assert_verdict(w, "v56", "wait superseded"); /* a job may use it */
    world_wait(w, DAYS(35));
    world_plan(w);
    assert_verdict(w, "v57", "keep rollback");
    assert_verdict(w, "v56", "remove superseded");
    assert_verdict(w, "v1", "remove superseded");
}

static void h18_what_nothing_tells_apart_stays(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 60; i++) {
        char content[32], tag[32];
        snprintf(content, sizeof(content), "v%d", i);
        snprintf(tag, sizeof(tag), "site:v%d", i);
        world_build(w, content, tag)->created = 0;
    }
    Container *green = world_run(w, "green", "v60");
    green->run.has_restart_policy = true;
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    world_wait(w, DAYS(40));
    world_plan(w);
    for (int i = 1; i < 60; i++) {
        char content[32];
        snprintf(content, sizeof(content), "v%d", i);
        assert_verdict(w, content, "keep rollback");
    }
    assert_int_equal(w->plan.apps[0].rollback_wanted, 3);
}

static void h19_a_lost_ledger_never_removes_more(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(1));
    kamal_rollback(w, &blog, "v8");
    world_wait(w, HOURS(1));
    kamal_pull(w, &blog, "v11", "blog-v11"); /* on its way in */
    world_plan(w);
    size_t n_before = 0, n_after = 0;
    for (size_t i = 0; i < w->plan.n_images; i++)
        n_before += w->plan.images[i].judgement.verdict == VERDICT_REMOVE;
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    expect(w, "blog", V(11), "wait young");
    for (size_t i = 0; i < w->plan.n_images; i++)
        n_after += w->plan.images[i].judgement.verdict == VERDICT_REMOVE;
    assert_true(n_after <= n_before);
    assert_verdict(w, "blog-v8", "keep current");
}

static void h20_a_loaded_release_waits_for_its_switch(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(5));
    kamal_pull(w, &blog, "v12", "blog-v12");
    world_plan(w);
    expect(w, "blog", V(12), "wait young");
    world_wait(w, HOURS(7));
    world_plan(w);
    expect(w, "blog", V(12), "wait next");
    world_wait(w, HOURS(1));
    deploy_hourly(w, &blog, 13, 13); /* a later arrival serves */
    world_plan(w);
    expect(w, "blog", V(12), "remove superseded");
}

static void h20_a_loaded_release_waits_two_weeks_too(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(5));
    kamal_pull(w, &blog, "v12", "blog-v12");
    for (int days = 0; days < 60; days += 15) {
        world_wait(w, DAYS(15));
        world_plan(w);
        expect(w, "blog", V(12), "wait next");
    }
    kamal_deploy(w, &blog, "v13");
    world_wait(w, HOURS(1));
    world_plan(w);
    expect(w, "blog", V(12), "remove superseded");
}

static void h21_five_programs_of_one_repository_are_jobs(void **state)
{
    World *w = *state;
    static const char *const names[] = {"backup", "report", "sync", "bill", "mail"};
    for (size_t i = 0; i < 5; i++) {
        char tag[64];
        snprintf(tag, sizeof(tag), "company/tools:%s", names[i]);
        world_pull(w, names[i], tag);
        Container *job = world_run(w, names[i], names[i]);
        job->run.is_auto_remove = true;
        world_wait(w, MINUTES(5));
        world_plan(w);
        world_remove_container(w, names[i]);
    }
    world_wait(w, DAYS(10));
    world_plan(w);
    for (size_t i = 0; i < 5; i++)
        assert_verdict(w, names[i], "keep job");
    world_wait(w, DAYS(26));
    world_plan(w);
    for (size_t i = 0; i < 5; i++)
        assert_verdict(w, names[i], "remove unused");
}

static void h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used(void **state)
{
    World *w = *state;
    for (int i = 16; i <= 22; i++) {
        char content[32], tag[32];
        snprintf(content, sizeof(content), "node%d", i);
        snprintf(tag, sizeof(tag), "node:%d", i);
        world_pull(w, content, tag);
        if (i % 2)
            continue;
        world_run(w, content, content);
        world_wait(w, MINUTES(3));
        world_stop(w, content, 0);
        world_plan(w);
        world_remove_container(w, content);
    }
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "node:16", "keep job");
    assert_verdict(w, "node:22", "keep job");
    assert_verdict(w, "node:17", "keep unmanaged");
}

static void compose_up(World *w, const char *content)
{
    if (world_container(w, "p-web-1"))
        world_remove_container(w, "p-web-1");
    Container *container = world_run(w, "p-web-1", content);
    container->labels.compose_project = xstrdup("p");
    container->labels.compose_service = xstrdup("web");
    container->labels.compose_hash = xstrdup("of this container");
    world_wait(w, MINUTES(30));
    world_plan(w);
    world_wait(w, HOURS(10));
}

static void compose_latest_pulled_six_times(World *w)
{
    for (int i = 1; i <= 6; i++) {
        char content[32];
        snprintf(content, sizeof(content), "web%d", i);
        world_pull(w, content, "x/y:latest");
        compose_up(w, content);
    }
    world_plan(w);
    assert_verdict(w, "web6", "keep current");
    assert_verdict(w, "web5", "keep rollback");
    assert_verdict(w, "web4", "keep rollback");
    assert_verdict(w, "web3", "keep rollback");
    assert_verdict(w, "web2", "remove superseded");
    assert_verdict(w, "web1", "remove superseded");
}

static void h23_compose_latest_pulled_again_keeps_untagged_releases(void **state)
{
    compose_latest_pulled_six_times(*state);
}

static void h23_the_same_where_the_store_forgets_repositories(void **state)
{
    World *w = *state;
    w->host.engine.store = STORE_CONTAINERD;
    compose_latest_pulled_six_times(w);
}

static void h24_old_builds_of_a_compose_service_are_dangling(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 6; i++) {
        char content[32];
        snprintf(content, sizeof(content), "web%d", i);
        world_build(w, content, "p-web:latest");
        if (i == 3) {
            world_run(w, "keeper", content);
            world_stop(w, "keeper", 0);
        }
        compose_up(w, content);
    }
    world_plan(w);
    assert_verdict(w, "web6", "keep current");
    assert_verdict(w, "web5", "remove dangling");
    assert_verdict(w, "web3", "keep in-use");
    assert_verdict(w, "web1", "remove dangling");
}

static void h25_digest_pinned_releases_are_ranked(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 6; i++) {
        char content[32], tag[32];
        snprintf(content, sizeof(content), "web%d", i);
        snprintf(tag, sizeof(tag), "x/y:tmp%d", i);
        world_pull(w, content, tag);
        strings_clear(&world_image(w, content)->tags);
        compose_up(w, content);
    }
    world_plan(w);
    assert_verdict(w, "web6", "keep current");
    assert_verdict(w, "web5", "keep rollback");
    assert_verdict(w, "web3", "keep rollback");
    assert_verdict(w, "web2", "remove superseded");
}

static void h26_old_accessory_and_proxy_images_stay_within_n(void **state)
{
    World *w = *state;
    static const char *const tags[] = {"postgres:16.1", "postgres:16.2", "basecamp/kamal-proxy:v0.9.0",
                                       "basecamp/kamal-proxy:v0.9.2"};
    for (size_t i = 0; i < 4; i++) {
        const char *name = i < 2 ? "blog-db" : "kamal-proxy";
        if (i % 2)
            world_remove_container(w, name);
        world_pull(w, tags[i], tags[i]);
        Container *container = world_run(w, name, tags[i]);
        container->run.has_restart_policy = true;
        if (i < 2)
            container->labels.service = xstrdup("blog-db");
        world_wait(w, HOURS(1));
        world_plan(w);
    }
    world_wait(w, DAYS(20));
    world_plan(w);
    assert_verdict(w, "postgres:16.2", "keep current");
    assert_verdict(w, "postgres:16.1", "keep rollback");
    assert_verdict(w, "basecamp/kamal-proxy:v0.9.2", "keep current");
    assert_verdict(w, "basecamp/kamal-proxy:v0.9.0", "keep rollback");
}

static void h27_a_stopped_foreign_container_holds_its_image(void **state)
{
    World *w = *state;
    ten_deploys(w);
    Container *keeper = world_run(w, "keeper", "blog-v2");
    free(keeper->labels.service);
    keeper->labels.service = NULL;
    world_wait(w, SECONDS(1));
    world_stop(w, "keeper", 0);
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(2), "keep in-use");
    assert_verdict(w, "keeper", "keep unmanaged");
    char id[72];
    image_id("blog-v2", id);
    assert_non_null(strstr(plan_image(&w->plan, id)->judgement.detail, "keeper"));
}

static void h28_a_mounted_image_is_in_use(void **state)
{
    World *w = *state;
    ten_deploys(w);
    char id[72];
    image_id("blog-v2", id);
    Container *mounter = world_container(w, "blog-web-v10");
    strings_add(&mounter->mounted_images, id);
    world_wait(w, MINUTES(10));
    world_plan(w);
    expect(w, "blog", V(2), "keep in-use");
    expect(w, "blog", V(1), "remove superseded");
    mounter->has_unresolved_mount = true;
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep in-use");
}

static void h28_a_mount_whose_tag_has_moved_holds_what_had_the_tag(void **state)
{
    World *w = *state;
    char id[72];
    world_pull(w, "data1", "data:v1");
    world_run(w, "mounter", world_pull(w, "app", "app:1")->tags.items[0]);
    world_plan(w);
    world_wait(w, DAYS(2));
    world_pull(w, "data2", "data:v1"); /* the name that the mount is known by is another image's now */
    image_id("data2", id);
    strings_add(&world_container(w, "mounter")->mounted_images, id);
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "data1", "keep in-use");
}

static void h29_an_image_that_another_app_needs_stays(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_tag(w, "blog-v2", "other:1");
    Container *other = world_run(w, "other", "blog-v2");
    free(other->labels.service);
    other->labels = (Labels){.compose_project = xstrdup("p"),
                             .compose_service = xstrdup("other"),
                             .compose_hash = xstrdup("of this container")};
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v2", "keep current");
    assert_verdict(w, "other:1", "keep current");
}

static void h30_an_idle_app_stays(void **state)
{
    World *w = *state;
    ten_deploys(w);
    world_wait(w, HOURS(1));
    world_stop(w, "blog-web-v10", 0);
    world_plan(w);
    world_wait(w, DAYS(31));
    world_plan(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    expect(w, "blog", V(6, 1), "keep idle");
    w->policy.retention.idle_apps_usec = DAYS(30);
    world_plan(w);
    expect(w, "blog", V(10), "keep current");
    expect(w, "blog", V(9, 1), "remove unused");
}

static void fill_disk(World *w, double used_percent)
{
    if (w->host.n_disks == 0)
        array_add(&w->host.disks, &w->host.n_disks)->path = xstrdup("/data");
    Disk *disk = &w->host.disks[0];
    disk->total_bytes = 10000000000;
    disk->used_percent = used_percent;
    disk->available_bytes = (int64_t)(100000000.0 * (100.0 - used_percent));
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = 0;
}

static void h31_a_disk_full_of_other_things_costs_no_release(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(1));
    fill_disk(w, 94.0);
    world_plan(w);
    world_wait(w, MINUTES(6));
    world_plan(w);
    assert_true(w->plan.pressure.is_acting);
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    assert_non_null(strstr(w->plan.pressure.explanation, "something else uses the space"));
}

static void h31_previous_releases_go_where_that_helps_and_only_as_far(void **state)
{
    World *w = *state;
    ten_deploys(w);
    w->deployed = "blog";
    world_pass(w);
    world_wait(w, HOURS(1));
    fill_disk(w, 85.5);
    world_plan(w);
    expect(w, "blog", V(9, 8, 7), "keep rollback");
    world_wait(w, MINUTES(6));
    world_plan(w);
    expect(w, "blog", V(7), "remove pressure");
    expect(w, "blog", V(9, 8), "keep rollback");
    assert_verdict(w, "blog-web-v7", "remove pressure");
}

/* A boot without a clock of its own, 1000 days behind, until the time comes from the network. */
static void live_through_a_clock_that_is_behind(World *w, bool has_rebooted)
{
    w->host.engine.boot_id[0] = 'x';
    w->now -= DAYS(1000);
    w->host.engine.clock_offset_usec = w->now - MINUTES(1);
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    w->now += DAYS(1000) + MINUTES(1);
    w->host.engine.boot_id[0] = has_rebooted ? 'y' : 'x';
    w->host.engine.clock_offset_usec += DAYS(1000);
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    world_wait(w, MINUTES(5));
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
}

static void h32_a_clock_that_was_behind_makes_nothing_old(void **state)
{
    World *w = *state;
    w->now += DAYS(700);
    world_plan(w);
    world_pull(w, "job", "tools/job:1");
    world_plan(w);
    world_wait(w, DAYS(400));
    ledger_image(&w->ledger, world_image(w, "job")->id)->last_named = w->now;
    world_plan(w);
    assert_verdict(w, "tools/job:1", "keep job");
    for (int has_rebooted = 0; has_rebooted <= 1; has_rebooted++) {
        live_through_a_clock_that_is_behind(w, has_rebooted);
        world_wait(w, HOURS(2)); /* until then it counts as young */
        world_plan(w);
        assert_verdict(w, "tools/job:1", "keep job");
    }
}

static void h32_a_clock_that_was_wrong_removes_nothing_once(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    Time real = w->now;
    w->now += DAYS(4 * 365);
    w->host.engine.boot_id[0] = 'x';
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
    w->now = real + HOURS(1);
    w->host.engine.clock_offset_usec -= DAYS(4 * 365);
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
}

static void h33_a_builder_is_pruned_inside_and_its_volume_and_container_stay(void **state)
{
    static const char name[] = "buildx_buildkit_kamal-remote-ssh---root-1-2-3-40";
    World *w = *state;
    w->policy.orphans_usec = DAYS(30);
    world_pull(w, "buildkit", "moby/buildkit:buildx-stable-1");
    Container *container = world_run(w, name, "moby/buildkit:buildx-stable-1");
    cleanup_with(free_charp) char *volume = xasprintf("%s_state", name);
    strings_add(&container->builder_volumes, volume);
    w->host.knows_volumes = true;
    *array_add(&w->host.volumes, &w->host.n_volumes) =
        (Volume){.name = xstrdup(volume), .created = w->now, .size_bytes = -1};
    world_wait(w, DAYS(100));
    snapshot_index(&w->host);
    snapshot_find_builders(&w->host);
    BuildCache *cache = &w->host.builders[0].cache;
    cache->is_known = true;
    *array_add(&cache->records, &cache->n_records) =
        (CacheRecord){.id = xstrdup("old"), .size_bytes = INT64_C(30000000000), .last_used = w->now - DAYS(4)};
    world_plan(w);
    assert_int_equal(w->plan.n_builders, 1);
    assert_true(w->plan.builders[0].prune);
    assert_false(w->plan.builders[0].removes);
    assert_int_equal(w->plan.builders[0].cache.evict_bytes, INT64_C(30000000000));
    assert_verdict(w, name, "keep current");
    assert_true(strncmp(world_verdict(w, "buildkit"), "keep", 4) == 0);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(h01_ten_deploys_keep_current_and_three),
        test(h02_after_a_rollback_last_run_decides),
        test(h02_latest_keeps_its_image_where_it_is),
        test(h03_a_deploy_after_a_rollback),
        test(h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day),
        test(h05_unhealthy_deploys_have_not_served_however_long_they_ran),
        test(h05_a_release_that_waits_for_health_is_not_taken_for_served),
        test(h06_crashed_ones_go_at_once_when_a_newer_release_serves),
        test(h07_a_failed_version_that_is_pulled_again_waits),
        test(h08_a_collected_version_pulled_by_hand_waits_and_then_ranks),
        test(h09_a_deploy_under_way_holds_its_app_and_no_other),
        test(h10_the_pass_of_its_own_hook_does_not_wait),
        test(h11_redeploys_of_one_version_leave_no_trace),
        test(h11_a_redeploy_makes_no_further_release_to_roll_back_to),
        test(h11_the_redeployed_id_stays_until_its_successor_has_served),
        test(h12_two_versions_on_one_id_are_one_release),
        test(h13_each_destination_keeps_its_own),
        test(h13_an_image_that_either_destination_needs_stays),
        test(h14_a_role_that_was_stopped_keeps_its_release),
        test(h15_a_removed_role_that_still_runs_keeps_its_image),
        test(h16_when_everything_is_stopped_nothing_changes),
        test(h17_first_pass_on_a_neglected_host),
        test(h17_without_a_replay_nothing_that_may_be_on_its_way_goes),
        test(h18_blue_green_script_ranks_by_arrival_then_build_date),
        test(h18_what_nothing_tells_apart_stays),
        test(h19_a_lost_ledger_never_removes_more),
        test(h20_a_loaded_release_waits_for_its_switch),
        test(h20_a_loaded_release_waits_two_weeks_too),
        test(h21_five_programs_of_one_repository_are_jobs),
        test(h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used),
        test(h23_compose_latest_pulled_again_keeps_untagged_releases),
        test(h23_the_same_where_the_store_forgets_repositories),
        test(h24_old_builds_of_a_compose_service_are_dangling),
        test(h25_digest_pinned_releases_are_ranked),
        test(h26_old_accessory_and_proxy_images_stay_within_n),
        test(h27_a_stopped_foreign_container_holds_its_image),
        test(h28_a_mounted_image_is_in_use),
        test(h28_a_mount_whose_tag_has_moved_holds_what_had_the_tag),
        test(h29_an_image_that_another_app_needs_stays),
        test(h30_an_idle_app_stays),
        test(h31_a_disk_full_of_other_things_costs_no_release),
        test(h31_previous_releases_go_where_that_helps_and_only_as_far),
        test(h32_a_clock_that_was_behind_makes_nothing_old),
        test(h32_a_clock_that_was_wrong_removes_nothing_once),
        test(h33_a_builder_is_pruned_inside_and_its_volume_and_container_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
