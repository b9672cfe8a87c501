/* SPDX-License-Identifier: MIT */
/* What happened on a host, and what a pass must then do: one test a history. */
#include "script.h"

#include <rgc/builders.h>

static const KamalApp blog = {.service = "blog", .roles = "web"};

static void ten_deploys(void)
{
    deploy_hourly(&blog, 1, 9);
    deploy(&blog, "v10");
    after(SECONDS(5));
}

test(h01_ten_deploys_keep_current_and_three)
{
    ten_deploys();
    look_of_hook("blog");
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(6, 5, 4, 3, 2, 1), "remove superseded");
    assert_verdict("blog-web-v6", "remove superseded");
    assert_verdict("blog-web-v7", "keep rollback");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 3);

    pass_of_hook("blog");
    after(HOURS(1));
    deploy(&blog, "v11");
    look_of_hook("blog");
    assert_versions("blog", V(7), "remove superseded");
    assert_versions("blog", V(8, 9, 10), "keep rollback");
}

test(h02_after_a_rollback_last_run_decides)
{
    ten_deploys();
    after(HOURS(1));
    roll_back(&blog, "v8");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(8), "keep current");
    assert_versions("blog", V(10, 9, 7), "keep rollback");
    assert_versions("blog", V(6), "remove superseded");
}

test(h02_latest_keeps_its_image_where_it_is)
{
    w->policy.retention.keep_previous = 1;
    ten_deploys();
    tag_long_ago("r/blog:v2", "r/blog:latest");
    after(HOURS(1));
    look();
    assert_versions("blog", V(2), "keep moving-tag");
}

test(h03_a_deploy_after_a_rollback)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(1));
    roll_back(&blog, "v8");
    after(HOURS(1));
    pass();
    deploy_hourly(&blog, 11, 11);
    look();
    assert_versions("blog", V(11), "keep current");
    assert_versions("blog", V(8, 10, 9), "keep rollback");
    assert_versions("blog", V(7), "remove superseded");
}

static void crashed_three(void)
{
    ten_deploys();
    after(HOURS(1));
    deploy_crashing(&blog, "v11");
    deploy_crashing(&blog, "v12");
    deploy_crashing(&blog, "v13");
    after(MINUTES(10));
    look();
}

test(h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day)
{
    crashed_three();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "wait failed");
    assert_verdict("blog-web-v11", "wait failed");
    after(HOURS(24));
    look();
    assert_versions("blog", V(11, 12, 13), "remove failed");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
}

test(h05_unhealthy_deploys_have_not_served_however_long_they_ran)
{
    ten_deploys();
    after(HOURS(1));
    deploy_unhealthy(&blog, "v11");
    deploy_unhealthy(&blog, "v12");
    deploy_unhealthy(&blog, "v13");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "wait failed");
}

test(h05_a_release_that_waits_for_health_is_not_taken_for_served)
{
    ten_deploys();
    after(HOURS(1));
    pull_release(&blog, "v11", "blog-v11");
    Container *waiting = run("blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    after(SECONDS(90));
    look(); /* a pass falls into it */
    stop("blog-web-v11", 143);
    after(MINUTES(10));
    look();
    assert_versions("blog", V(11), "wait failed");
}

test(h06_crashed_ones_go_at_once_when_a_newer_release_serves)
{
    crashed_three();
    deploy(&blog, "v14");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(10, 9, 8), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "remove failed");
    assert_versions("blog", V(7), "remove superseded");
}

test(h07_a_failed_version_that_is_pulled_again_waits)
{
    deploy_hourly(&blog, 1, 5);
    deploy_crashing(&blog, "v6");
    look();
    after(MINUTES(90));
    pull_release(&blog, "v6", "blog-v6");
    after(MINUTES(12));
    look();
    assert_versions("blog", V(6), "wait young");
}

test(h08_a_collected_version_pulled_by_hand_waits_and_then_ranks)
{
    ten_deploys();
    pass_of_hook("blog");
    assert_verdict("r/blog:v1", "gone");
    after(HOURS(1));
    pull_release(&blog, "v1", "blog-v1");
    look();
    assert_versions("blog", V(1), "wait young");
}

test(h09_a_deploy_under_way_holds_its_app_and_no_other)
{
    static const KamalApp shop = {.service = "shop", .roles = "web"};
    deploy_hourly(&shop, 1, 9);
    ten_deploys();
    look();
    assert_versions("blog", V(6, 1), "wait deploying");
    assert_versions("shop", V(5, 1), "remove superseded");
}

test(h10_the_pass_of_its_own_hook_does_not_wait)
{
    ten_deploys();
    look_of_hook("blog");
    assert_versions("blog", V(6, 1), "remove superseded");
}

test(h11_redeploys_of_one_version_leave_no_trace)
{
    deploy_hourly(&blog, 1, 7);
    for (int i = 0; i < 3; i++) {
        const char *content = numbered("again-%d", i);
        redeploy(&blog, "v7", content);
        look();
        after(HOURS(1));
    }
    look();
    assert_versions("blog", V(7), "keep current");
    assert_versions("blog", V(6, 5, 4), "keep rollback");
    assert_verdict("blog-v7", "remove superseded");
    assert_verdict("again-0", "remove superseded");
    assert_verdict("again-1", "remove superseded");
    assert_verdict("again-2", "keep current");
    pass();
    size_t n_replaced = 0;
    for (size_t i = 0; i < w->host.n_containers; i++)
        n_replaced += strstr(w->host.containers[i].name, "_replaced_") != NULL;
    assert_int_equal(n_replaced, 0);
}

test(h11_a_redeploy_makes_no_further_release_to_roll_back_to)
{
    deploy_hourly(&blog, 1, 2);
    redeploy(&blog, "v2", "again");
    after(HOURS(1));
    pass();
    look();
    assert_int_equal(w->plan.apps[0].rollback_ready, 1);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 1);
}

test(h11_the_redeployed_id_stays_until_its_successor_has_served)
{
    deploy_hourly(&blog, 1, 7);
    redeploy(&blog, "v7", "again");
    look_of_hook("blog");
    assert_verdict("blog-v7", "keep rollback");
    after(MINUTES(10));
    look();
    assert_verdict("blog-v7", "remove superseded");
}

test(h12_two_versions_on_one_id_are_one_release)
{
    deploy_hourly(&blog, 1, 5);
    redeploy(&blog, "v6", "blog-v5");
    look();
    after(HOURS(1));
    deploy_hourly(&blog, 7, 8);
    look();
    assert_versions("blog", V(8), "keep current");
    assert_versions("blog", V(7, 6, 5, 4), "keep rollback");
    assert_versions("blog", V(3), "remove superseded");
    assert_ptr_equal(the_image("r/blog:v5"), the_image("r/blog:v6"));
}

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

test(h21_five_programs_of_one_repository_are_jobs)
{
    static const char *const names[] = {"backup", "report", "sync", "bill", "mail"};
    for (size_t i = 0; i < 5; i++) {
        const char *tag = numbered("company/tools:%s", names[i]);
        pull(names[i], tag);
        Container *job = run(names[i], names[i]);
        job->run.is_auto_remove = true;
        after(MINUTES(5));
        look();
        remove_container(names[i]);
    }
    after(DAYS(10));
    look();
    for (size_t i = 0; i < 5; i++)
        assert_verdict(names[i], "keep job");
    after(DAYS(26));
    look();
    for (size_t i = 0; i < 5; i++)
        assert_verdict(names[i], "remove unused");
}

test(h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used)
{
    for (int i = 16; i <= 22; i++) {
        const char *content = numbered("node%d", i);
        const char *tag = numbered("node:%d", i);
        pull(content, tag);
        if (i % 2)
            continue;
        run(content, content);
        after(MINUTES(3));
        stop(content, 0);
        look();
        remove_container(content);
    }
    after(DAYS(2));
    look();
    assert_verdict("node:16", "keep job");
    assert_verdict("node:22", "keep job");
    assert_verdict("node:17", "keep unmanaged");
}

static void compose_up(const char *content)
{
    if (the_container("p-web-1"))
        remove_container("p-web-1");
    Container *container = run("p-web-1", content);
    container->labels.compose_project = xstrdup("p");
    container->labels.compose_service = xstrdup("web");
    container->labels.compose_hash = xstrdup("of this container");
    after(MINUTES(30));
    look();
    after(HOURS(10));
}

static void compose_latest_pulled_six_times(void)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        pull(content, "x/y:latest");
        compose_up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "keep rollback");
    assert_verdict("web4", "keep rollback");
    assert_verdict("web3", "keep rollback");
    assert_verdict("web2", "remove superseded");
    assert_verdict("web1", "remove superseded");
}

test(h23_compose_latest_pulled_again_keeps_untagged_releases)
{
    compose_latest_pulled_six_times();
}

test(h23_the_same_where_the_store_forgets_repositories)
{
    w->host.engine.store = STORE_CONTAINERD;
    compose_latest_pulled_six_times();
}

test(h24_old_builds_of_a_compose_service_are_dangling)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        build(content, "p-web:latest");
        if (i == 3) {
            run("keeper", content);
            stop("keeper", 0);
        }
        compose_up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "remove dangling");
    assert_verdict("web3", "keep in-use");
    assert_verdict("web1", "remove dangling");
}

test(h25_digest_pinned_releases_are_ranked)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        const char *tag = numbered("x/y:tmp%d", i);
        pull(content, tag);
        strings_clear(&the_image(content)->tags);
        compose_up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "keep rollback");
    assert_verdict("web3", "keep rollback");
    assert_verdict("web2", "remove superseded");
}

test(h26_old_accessory_and_proxy_images_stay_within_n)
{
    static const char *const tags[] = {"postgres:16.1", "postgres:16.2", "basecamp/kamal-proxy:v0.9.0",
                                       "basecamp/kamal-proxy:v0.9.2"};
    for (size_t i = 0; i < 4; i++) {
        const char *name = i < 2 ? "blog-db" : "kamal-proxy";
        if (i % 2)
            remove_container(name);
        pull(tags[i], tags[i]);
        Container *container = run(name, tags[i]);
        container->run.has_restart_policy = true;
        if (i < 2)
            container->labels.service = xstrdup("blog-db");
        after(HOURS(1));
        look();
    }
    after(DAYS(20));
    look();
    assert_verdict("postgres:16.2", "keep current");
    assert_verdict("postgres:16.1", "keep rollback");
    assert_verdict("basecamp/kamal-proxy:v0.9.2", "keep current");
    assert_verdict("basecamp/kamal-proxy:v0.9.0", "keep rollback");
}

test(h27_a_stopped_foreign_container_holds_its_image)
{
    ten_deploys();
    Container *keeper = run("keeper", "blog-v2");
    free(keeper->labels.service);
    keeper->labels.service = NULL;
    after(SECONDS(1));
    stop("keeper", 0);
    after(MINUTES(10));
    look();
    assert_versions("blog", V(2), "keep in-use");
    assert_verdict("keeper", "keep unmanaged");
    char id[72];
    image_id("blog-v2", id);
    assert_non_null(strstr(plan_image(&w->plan, id)->judgement.detail, "keeper"));
}

test(h28_a_mounted_image_is_in_use)
{
    ten_deploys();
    char id[72];
    image_id("blog-v2", id);
    Container *mounter = the_container("blog-web-v10");
    strings_add(&mounter->mounted_images, id);
    after(MINUTES(10));
    look();
    assert_versions("blog", V(2), "keep in-use");
    assert_versions("blog", V(1), "remove superseded");
    mounter->has_unresolved_mount = true;
    look();
    assert_verdict("r/blog:v1", "keep in-use");
}

test(h28_a_mount_whose_tag_has_moved_holds_what_had_the_tag)
{
    char id[72];
    pull("data1", "data:v1");
    run("mounter", pull("app", "app:1")->tags.items[0]);
    look();
    after(DAYS(2));
    pull("data2", "data:v1"); /* the name that the mount is known by is another image's now */
    image_id("data2", id);
    strings_add(&the_container("mounter")->mounted_images, id);
    after(DAYS(2));
    look();
    assert_verdict("data1", "keep in-use");
}

test(h29_an_image_that_another_app_needs_stays)
{
    ten_deploys();
    tag("blog-v2", "other:1");
    Container *other = run("other", "blog-v2");
    free(other->labels.service);
    other->labels = (Labels){.compose_project = xstrdup("p"),
                             .compose_service = xstrdup("other"),
                             .compose_hash = xstrdup("of this container")};
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v2", "keep current");
    assert_verdict("other:1", "keep current");
}

test(h30_an_idle_app_stays)
{
    ten_deploys();
    after(HOURS(1));
    stop("blog-web-v10", 0);
    look();
    after(DAYS(31));
    look();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(6, 1), "keep idle");
    w->policy.retention.idle_apps_usec = DAYS(30);
    look();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 1), "remove unused");
}

static void fill_disk(double used_percent)
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

test(h31_a_disk_full_of_other_things_costs_no_release)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(1));
    fill_disk(94.0);
    look();
    after(MINUTES(6));
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_non_null(strstr(w->plan.pressure.explanation, "something else uses the space"));
}

test(h31_previous_releases_go_where_that_helps_and_only_as_far)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(1));
    fill_disk(85.5);
    look();
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    after(MINUTES(6));
    look();
    assert_versions("blog", V(7), "remove pressure");
    assert_versions("blog", V(9, 8), "keep rollback");
    assert_verdict("blog-web-v7", "remove pressure");
}

/* A boot without a clock of its own, 1000 days behind, until the time comes from the network. */
static void live_through_a_clock_that_is_behind(bool has_rebooted)
{
    w->host.engine.boot_id[0] = 'x';
    w->now -= DAYS(1000);
    w->host.engine.clock_offset_usec = w->now - MINUTES(1);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    w->now += DAYS(1000) + MINUTES(1);
    w->host.engine.boot_id[0] = has_rebooted ? 'y' : 'x';
    w->host.engine.clock_offset_usec += DAYS(1000);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    after(MINUTES(5));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
}

test(h32_a_clock_that_was_behind_makes_nothing_old)
{
    w->now += DAYS(700);
    look();
    pull("job", "tools/job:1");
    look();
    after(DAYS(400));
    ledger_image(&w->ledger, the_image("job")->id)->last_named = w->now;
    look();
    assert_verdict("tools/job:1", "keep job");
    for (int has_rebooted = 0; has_rebooted <= 1; has_rebooted++) {
        live_through_a_clock_that_is_behind(has_rebooted);
        after(HOURS(2)); /* until then it counts as young */
        look();
        assert_verdict("tools/job:1", "keep job");
    }
}

test(h32_a_clock_that_was_wrong_removes_nothing_once)
{
    deploy_hourly(&blog, 1, 5);
    Time real = w->now;
    w->now += DAYS(4 * 365);
    w->host.engine.boot_id[0] = 'x';
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
    w->now = real + HOURS(1);
    w->host.engine.clock_offset_usec -= DAYS(4 * 365);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
    after(HOURS(1));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
}

test(h33_a_builder_is_pruned_inside_and_its_volume_and_container_stay)
{
    static const char name[] = "buildx_buildkit_kamal-remote-ssh---root-1-2-3-40";
    w->policy.orphans_usec = DAYS(30);
    pull("buildkit", "moby/buildkit:buildx-stable-1");
    Container *container = run(name, "moby/buildkit:buildx-stable-1");
    cleanup_with(free_charp) char *volume = xasprintf("%s_state", name);
    strings_add(&container->builder_volumes, volume);
    w->host.knows_volumes = true;
    *array_add(&w->host.volumes, &w->host.n_volumes) =
        (Volume){.name = xstrdup(volume), .created = w->now, .size_bytes = -1};
    after(DAYS(100));
    snapshot_index(&w->host);
    snapshot_find_builders(&w->host);
    BuildCache *cache = &w->host.builders[0].cache;
    cache->is_known = true;
    *array_add(&cache->records, &cache->n_records) =
        (CacheRecord){.id = xstrdup("old"), .size_bytes = INT64_C(30000000000), .last_used = w->now - DAYS(4)};
    look();
    assert_int_equal(w->plan.n_builders, 1);
    assert_true(w->plan.builders[0].prune);
    assert_false(w->plan.builders[0].removes);
    assert_int_equal(w->plan.builders[0].cache.evict_bytes, INT64_C(30000000000));
    assert_verdict(name, "keep current");
    assert_true(strncmp(verdict_of("buildkit"), "keep", 4) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h01_ten_deploys_keep_current_and_three),
        world_test(h02_after_a_rollback_last_run_decides),
        world_test(h02_latest_keeps_its_image_where_it_is),
        world_test(h03_a_deploy_after_a_rollback),
        world_test(h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day),
        world_test(h05_unhealthy_deploys_have_not_served_however_long_they_ran),
        world_test(h05_a_release_that_waits_for_health_is_not_taken_for_served),
        world_test(h06_crashed_ones_go_at_once_when_a_newer_release_serves),
        world_test(h07_a_failed_version_that_is_pulled_again_waits),
        world_test(h08_a_collected_version_pulled_by_hand_waits_and_then_ranks),
        world_test(h09_a_deploy_under_way_holds_its_app_and_no_other),
        world_test(h10_the_pass_of_its_own_hook_does_not_wait),
        world_test(h11_redeploys_of_one_version_leave_no_trace),
        world_test(h11_a_redeploy_makes_no_further_release_to_roll_back_to),
        world_test(h11_the_redeployed_id_stays_until_its_successor_has_served),
        world_test(h12_two_versions_on_one_id_are_one_release),
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
        world_test(h21_five_programs_of_one_repository_are_jobs),
        world_test(h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used),
        world_test(h23_compose_latest_pulled_again_keeps_untagged_releases),
        world_test(h23_the_same_where_the_store_forgets_repositories),
        world_test(h24_old_builds_of_a_compose_service_are_dangling),
        world_test(h25_digest_pinned_releases_are_ranked),
        world_test(h26_old_accessory_and_proxy_images_stay_within_n),
        world_test(h27_a_stopped_foreign_container_holds_its_image),
        world_test(h28_a_mounted_image_is_in_use),
        world_test(h28_a_mount_whose_tag_has_moved_holds_what_had_the_tag),
        world_test(h29_an_image_that_another_app_needs_stays),
        world_test(h30_an_idle_app_stays),
        world_test(h31_a_disk_full_of_other_things_costs_no_release),
        world_test(h31_previous_releases_go_where_that_helps_and_only_as_far),
        world_test(h32_a_clock_that_was_behind_makes_nothing_old),
        world_test(h32_a_clock_that_was_wrong_removes_nothing_once),
        world_test(h33_a_builder_is_pruned_inside_and_its_volume_and_container_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
