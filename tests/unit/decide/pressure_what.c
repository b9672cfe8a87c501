/* SPDX-License-Identifier: MIT */
/* What goes to make room, in which order, and what stays even then. */
#include "full_disk.h"

static void add_cache(World *w, int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){.size_bytes = size_bytes, .last_used = last_used};
}

static void pressure_takes_the_cache_first_and_releases_only_if_that_is_not_enough(void **state)
{
    World *w = *state;
    clean_host(w);
    add_cache(w, 1000000000, w->now);
    plan_full(w, 90.0);
    assert_int_equal(w->plan.cache.evict_bytes, 1000000000);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    w->host.cache.records[0].size_bytes = 450000000; /* 4.5 of 5 percent */
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    assert_verdict(w, "r/blog:v4", "keep rollback");
}

static void pressure_keeps_disk_keep_previous_and_ends_below_high(void **state)
{
    static const struct {
        double used_percent;
        int n_gone;
    } rows[] = {{85.5, 1}, {86.0, 1}, {86.5, 2}, {87.0, 2}, {87.5, 0}, {94.9, 0}, {95.5, 2}, {99.0, 2}};
    World *w = *state;
    clean_host(w);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        plan_full(w, rows[i].used_percent);
        assert_verdict(w, "r/blog:v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict(w, "blog-web-v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict(w, "r/blog:v4", rows[i].n_gone > 1 ? "remove pressure" : "keep rollback");
        assert_verdict(w, "r/blog:v5", "keep rollback");
        assert_int_equal(w->plan.apps[0].rollback_ready, 3 - rows[i].n_gone);
        assert_non_null(w->plan.pressure.explanation);
    }
    w->policy.pressure_keep_previous = 0;
    plan_full(w, 95.5);
    assert_verdict(w, "r/blog:v5", "remove pressure");
    assert_verdict(w, "r/blog:v6", "keep current");
}

/* Nobody knows how v5 ran: it may be a rollback, and v4 is one. */
static void pressure_counts_only_what_is_known_to_have_served(void **state)
{
    World *w = *state;
    clean_host(w);
    ledger_image(&w->ledger, world_image(w, "r/blog:v5")->id)->uses[0].has_served = false;
    plan_full(w, 99.0);
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_verdict(w, "r/blog:v4", "keep rollback");
    assert_verdict(w, "r/blog:v3", "remove pressure");
}

static void pressure_leaves_what_more_than_a_slot_keeps(void **state)
{
    World *w = *state;
    clean_host(w);
    w->policy.retention.keep_for_usec = DAYS(7);
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    w->policy.retention.keep_for_usec = DURATION_OFF;
    world_tag_long_ago(w, "r/blog:v3", "r/blog:latest");
    world_wait(w, DAYS(8));
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v4", "remove pressure");
    world_untag(w, "r/blog:latest");
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    world_run(w, "keeper", "r/blog:v3");
    world_stop(w, "keeper", 0);
    world_wait(w, MINUTES(10));
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    world_remove_container(w, "keeper");
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    world_pull(w, "debug", "tools/debug:1");
    world_image(w, "debug")->parent_id = xstrdup(world_image(w, "r/blog:v3")->id);
    world_wait(w, MINUTES(10));
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "keep rollback");
}

static void pressure_leaves_a_release_of_another_app_that_is_being_deployed(void **state)
{
    World *w = *state;
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(w, &staging, 3, 3);
    deploy_hourly(w, &blog, 1, 6);
    deploy_hourly(w, &staging, 7, 7);
    deploy_hourly(w, &staging, 8, 8);
    world_pass(w);
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    world_run(w, "blog-web-staging-exec-v8-0000ab", "r/blog:v8")->labels.role = xstrdup("web");
    world_container(w, "blog-web-staging-exec-v8-0000ab")->labels.destination = xstrdup("staging");
    world_plan(w);
    assert_string_equal(reason_to_string(judgement_of(w, "r/blog:v3")->reason), "deploying");
}

static void pressure_takes_unmanaged_images_only_if_configured_and_not_in_use(void **state)
{
    World *w = *state;
    clean_host(w);
    world_pull(w, "debian", "debian:12");
    world_pull(w, "data", "data:1");
    world_wait(w, HOURS(2));
    world_plan(w);
    strings_add(&world_container(w, "blog-web-v6")->mounted_images, world_image(w, "data")->id);
    plan_full(w, 86.0);
    assert_verdict(w, "debian", "keep unmanaged");
    w->policy.pressure_removes_unmanaged = true;
    world_plan(w);
    assert_verdict(w, "debian", "remove pressure");
    assert_verdict(w, "data", "keep unmanaged");
    assert_verdict(w, "r/blog:v3", "keep rollback"); /* that was enough */
}

static void where_sizes_are_not_known_pressure_takes_one_release_a_pass(void **state)
{
    World *w = *state;
    clean_host(w);
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v4", "remove pressure");
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = -1;
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    assert_verdict(w, "r/blog:v4", "keep rollback");
}

static void pressure_leaves_untagged_images_that_are_configured_to_stay(void **state)
{
    World *w = *state;
    clean_host(w);
    w->policy.retention.remove_dangling = false;
    w->policy.pressure_removes_unmanaged = true;
    world_build(w, "one", "app:1");
    world_untag(w, "app:1");
    world_wait(w, HOURS(2));
    world_plan(w);
    world_wait(w, HOURS(2));
    plan_full(w, 94.0);
    assert_verdict(w, "one", "keep other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(pressure_takes_the_cache_first_and_releases_only_if_that_is_not_enough),
        world_test(pressure_keeps_disk_keep_previous_and_ends_below_high),
        world_test(pressure_counts_only_what_is_known_to_have_served),
        world_test(pressure_leaves_what_more_than_a_slot_keeps),
        world_test(pressure_leaves_a_release_of_another_app_that_is_being_deployed),
        world_test(pressure_takes_unmanaged_images_only_if_configured_and_not_in_use),
        world_test(where_sizes_are_not_known_pressure_takes_one_release_a_pass),
        world_test(pressure_leaves_untagged_images_that_are_configured_to_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
