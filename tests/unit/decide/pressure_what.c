/* SPDX-License-Identifier: MIT */
/* What goes to make room, in which order, and what stays even then. */
#include "full_disk.h"

static void add_cache(int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){.size_bytes = size_bytes, .last_used = last_used};
}

test(pressure_takes_the_cache_first_and_releases_only_if_that_is_not_enough)
{
    clean_host();
    add_cache(1000000000, w->now);
    plan_full(90.0);
    assert_int_equal(w->plan.cache.evict_bytes, 1000000000);
    assert_verdict("r/blog:v3", "keep rollback");
    w->host.cache.records[0].size_bytes = 450000000; /* 4.5 of 5 percent */
    look();
    assert_verdict("r/blog:v3", "remove pressure");
    assert_verdict("r/blog:v4", "keep rollback");
}

test(pressure_keeps_disk_keep_previous_and_ends_below_high)
{
    static const struct {
        double used_percent;
        int n_gone;
    } rows[] = {{85.5, 1}, {86.0, 1}, {86.5, 2}, {87.0, 2}, {87.5, 0}, {94.9, 0}, {95.5, 2}, {99.0, 2}};
    clean_host();
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        plan_full(rows[i].used_percent);
        assert_verdict("r/blog:v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict("blog-web-v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict("r/blog:v4", rows[i].n_gone > 1 ? "remove pressure" : "keep rollback");
        assert_verdict("r/blog:v5", "keep rollback");
        assert_int_equal(w->plan.apps[0].rollback_ready, 3 - rows[i].n_gone);
        assert_non_null(w->plan.pressure.explanation);
    }
    w->policy.pressure_keep_previous = 0;
    plan_full(95.5);
    assert_verdict("r/blog:v5", "remove pressure");
    assert_verdict("r/blog:v6", "keep current");
}

/* Nobody knows how v5 ran: it may be a rollback, and v4 is one. */
test(pressure_counts_only_what_is_known_to_have_served)
{
    clean_host();
    ledger_image(&w->ledger, the_image("r/blog:v5")->id)->uses[0].has_served = false;
    plan_full(99.0);
    assert_verdict("r/blog:v5", "keep rollback");
    assert_verdict("r/blog:v4", "keep rollback");
    assert_verdict("r/blog:v3", "remove pressure");
}

test(pressure_leaves_what_more_than_a_slot_keeps)
{
    clean_host();
    w->policy.retention.keep_for_usec = DAYS(7);
    plan_full(96.0);
    assert_verdict("r/blog:v3", "keep rollback");
    w->policy.retention.keep_for_usec = DURATION_OFF;
    tag_long_ago("r/blog:v3", "r/blog:latest");
    after(DAYS(8));
    plan_full(96.0);
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v4", "remove pressure");
    untag("r/blog:latest");
    plan_full(96.0);
    assert_verdict("r/blog:v3", "remove pressure");
    run("keeper", "r/blog:v3");
    stop("keeper", 0);
    after(MINUTES(10));
    plan_full(96.0);
    assert_verdict("r/blog:v3", "keep rollback");
    remove_container("keeper");
    plan_full(96.0);
    assert_verdict("r/blog:v3", "remove pressure");
    pull("debug", "tools/debug:1");
    the_image("debug")->parent_id = xstrdup(the_image("r/blog:v3")->id);
    after(MINUTES(10));
    plan_full(96.0);
    assert_verdict("r/blog:v3", "keep rollback");
}

test(pressure_leaves_a_release_of_another_app_that_is_being_deployed)
{
    static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    deploy_hourly(&staging, 3, 3);
    deploy_hourly(&blog, 1, 6);
    deploy_hourly(&staging, 7, 7);
    deploy_hourly(&staging, 8, 8);
    pass();
    plan_full(96.0);
    assert_verdict("r/blog:v3", "remove pressure");
    run("blog-web-staging-exec-v8-0000ab", "r/blog:v8")->labels.role = xstrdup("web");
    the_container("blog-web-staging-exec-v8-0000ab")->labels.destination = xstrdup("staging");
    look();
    assert_string_equal(reason_to_string(judgement_of("r/blog:v3")->reason), "deploying");
}

test(pressure_takes_unmanaged_images_only_if_configured_and_not_in_use)
{
    clean_host();
    pull("debian", "debian:12");
    pull("data", "data:1");
    commit("backup", "blog-web-v6", "backup/blog:1");
    after(HOURS(2));
    look();
    strings_add(&the_container("blog-web-v6")->mounted_images, the_image("data")->id);
    plan_full(86.0);
    assert_verdict("debian", "keep unmanaged");
    w->policy.pressure_removes_unmanaged = true;
    look();
    assert_verdict("debian", "remove pressure");
    assert_verdict("data", "keep unmanaged");
    assert_verdict("backup", "keep unmanaged");
    assert_verdict("r/blog:v3", "keep rollback"); /* that was enough */
}

test(where_sizes_are_not_known_pressure_takes_one_release_a_pass)
{
    clean_host();
    plan_full(96.0);
    assert_verdict("r/blog:v4", "remove pressure");
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = -1;
    look();
    assert_verdict("r/blog:v3", "remove pressure");
    assert_verdict("r/blog:v4", "keep rollback");
}

test(pressure_leaves_untagged_images_that_are_configured_to_stay)
{
    clean_host();
    w->policy.retention.remove_dangling = false;
    w->policy.pressure_removes_unmanaged = true;
    build("one", "app:1");
    untag("app:1");
    after(HOURS(2));
    look();
    after(HOURS(2));
    plan_full(94.0);
    assert_verdict("one", "keep other");
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
