/* SPDX-License-Identifier: MIT */
/* When a file system is too full for a pass to leave it at that, and how much that means. */
#include "full_disk.h"

#include <rgc/limits.h>

static void plan_with(DecideOptions options)
{
    plan_clear(&w->plan);
    snapshot_index(&w->host);
    ledger_learn(&w->ledger, &w->host, &w->policy, w->now);
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &w->plan);
}

/* What a pass has to know before it decides, and what only its estimate needs. */
test(sizes_decide_only_where_room_has_to_be_made)
{
    DecideOptions all = {0}, one = {.app = "blog"};
    clean_host();
    assert_false(plan_weighs_sizes(&w->host, &w->ledger, &w->policy, w->now, &all));
    fill_disk(90);
    look();
    assert_false(plan_weighs_sizes(&w->host, &w->ledger, &w->policy, w->now, &all)); /* for five minutes first */
    after(MINUTES(5));
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_true(plan_weighs_sizes(&w->host, &w->ledger, &w->policy, w->now, &all));
    assert_false(plan_weighs_sizes(&w->host, &w->ledger, &w->policy, w->now, &one));
    w->host.disks[0].has_no_images = true;
    assert_false(plan_weighs_sizes(&w->host, &w->ledger, &w->policy, w->now, &all));
}

test(where_the_images_file_system_is_not_known_only_the_policy_removes)
{
    clean_host();
    fill_disk(90);
    w->host.disks[0].has_no_images = true;
    look();
    after(MINUTES(5));
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_false(plan_removes_anything(&w->plan));
    assert_non_null(w->plan.pressure.explanation);
    deploy_hourly(&blog, 7, 7);
    fill_disk(90);
    after(HOURS(2));
    look();
    assert_true(plan_removes_anything(&w->plan));
    assert_true(w->plan.estimate_bytes > 0);
}

test(pressure_acts_after_five_minutes_or_at_once_below_five_percent_free)
{
    clean_host();
    fill_disk(85.0);
    look();
    assert_false(w->plan.pressure.is_high);
    fill_disk(85.5);
    look();
    assert_true(w->plan.pressure.is_high);
    Time since = w->now;
    look_at(since + MINUTES(5) - 1);
    assert_false(w->plan.pressure.is_acting);
    assert_verdict("r/blog:v3", "keep rollback");
    look_at(since + MINUTES(5));
    assert_true(w->plan.pressure.is_acting);
    assert_verdict("r/blog:v3", "remove pressure");
    fill_disk(80.0); /* it was below in between: five minutes once more */
    look();
    fill_disk(86.0);
    look();
    assert_false(w->plan.pressure.is_acting);
    fill_disk(95.5);
    look();
    assert_true(w->plan.pressure.is_acting);
}

test(what_the_agent_has_seen_for_five_minutes_is_pressure_though_no_pass_has)
{
    clean_host();
    fill_disk(86.0);
    ledger_note_pressure(&w->ledger, w->now);
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_verdict("r/blog:v3", "remove pressure");
    Time since = w->ledger.high_since;
    after(MINUTES(1));
    ledger_note_pressure(&w->ledger, w->now);
    assert_int_equal(w->ledger.high_since, since);
    fill_disk(80.0); /* it is not above any more */
    look();
    assert_false(w->plan.pressure.is_high);
    assert_int_equal(w->ledger.high_since, 0);
}

test(where_the_cache_cannot_be_told_no_previous_release_goes_for_it)
{
    clean_host();
    plan_full(99.0);
    assert_verdict("r/blog:v3", "remove pressure");
    w->host.cache = (BuildCache){.is_unread = true};
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_verdict("r/blog:v3", "keep rollback");
    assert_non_null(strstr(w->plan.pressure.explanation, "build cache"));
}

test(inodes_are_taken_to_go_with_the_bytes)
{
    static const struct {
        double used_inodes_percent;
        int n_gone;
    } rows[] = {{85.0, 0}, {86.0, 1}, {88.0, 2}, {93.0, 0}, {95.5, 2}, {100.0, 2}};
    clean_host();
    fill_disk(50.0); /* an image has a fiftieth of the bytes, and so of the inodes */
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        w->ledger.high_since = 0;
        w->host.disks[0].used_inodes_percent = rows[i].used_inodes_percent;
        look();
        assert_int_equal(w->plan.pressure.is_acting, rows[i].used_inodes_percent > 95.0); /* at once */
        after(MINUTES(5));
        look();
        assert_int_equal(w->plan.pressure.is_high, rows[i].used_inodes_percent > 85.0);
        assert_verdict("r/blog:v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict("r/blog:v4", rows[i].n_gone > 1 ? "remove pressure" : "keep rollback");
    }
}

test(where_the_bound_is_free_space_inodes_count_at_the_very_end)
{
    clean_host();
    w->policy.high = (DiskBound){.free_bytes = 1000};
    fill_disk(97.0);
    w->host.disks[0].used_inodes_percent = 95.0;
    look();
    assert_false(w->plan.pressure.is_high);
    w->host.disks[0].used_inodes_percent = 96.0;
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_verdict("r/blog:v3", "remove pressure");
}

test(a_pass_for_one_app_does_not_go_further_under_pressure)
{
    clean_host();
    plan_full(96.0);
    assert_verdict("r/blog:v3", "remove pressure");
    plan_with((DecideOptions){.app = "blog"});
    assert_verdict("r/blog:v3", "keep rollback");
    assert_true(w->plan.pressure.is_high);
}

test(a_bound_may_be_free_space_and_inodes_count)
{
    clean_host();
    w->policy.high = (DiskBound){.free_bytes = 1500000000};
    plan_full(85.0);
    assert_false(w->plan.pressure.is_high);
    plan_full(86.0);
    assert_verdict("r/blog:v3", "remove pressure");
    w->policy.high = (DiskBound){.is_off = true, .free_bytes = -1};
    plan_full(99.0);
    assert_false(w->plan.pressure.is_high);
    w->policy.high = (DiskBound){.used_percent = 85, .free_bytes = -1};
    fill_disk(50.0);
    w->host.disks[0].used_inodes_percent = 86;
    look();
    assert_true(w->plan.pressure.is_high);
}

/* A percentage of the disk, but enough for a build; and only where room is scarce. */
test(build_cache_has_a_limit_above_low)
{
    const Disk full = {.total_bytes = 100000000000, .used_percent = 80, .available_bytes = 20000000000};
    const Disk small = {.total_bytes = 10000000000, .used_percent = 80, .available_bytes = 2000000000};
    const Disk roomy = {.total_bytes = 100000000000, .used_percent = 75, .available_bytes = 25000000000};
    Policy *policy = &w->policy;
    assert_int_equal(disk_cache_cap(&full, policy), 10000000000);
    assert_int_equal(disk_cache_cap(&small, policy), 2000000000);
    assert_int_equal(disk_cache_cap(&roomy, policy), -1);
    assert_int_equal(disk_cache_cap(NULL, policy), -1);
    policy->low.is_off = true; /* then high is what counts */
    assert_int_equal(disk_cache_cap(&full, policy), -1);
    policy->high.is_off = true; /* then any disk is full enough */
    assert_int_equal(disk_cache_cap(&roomy, policy), 10000000000);
    policy->cache_max_size = (SizeCap){.bytes = 5000000};
    assert_int_equal(disk_cache_cap(&small, policy), 5000000); /* what somebody asked for */
    policy->cache_max_size = (SizeCap){.is_off = true, .bytes = -1};
    assert_int_equal(disk_cache_cap(&full, policy), -1);
}

test(young_cache_beyond_its_limit_is_evicted_above_low)
{
    clean_host();
    w->host.cache.is_known = true;
    for (int i = 0; i < 3; i++)
        *array_add(&w->host.cache.records, &w->host.cache.n_records) =
            (CacheRecord){.id = xasprintf("%d", i), .size_bytes = 1000000000, .last_used = w->now - HOURS(i)};
    fill_disk(75);
    look();
    assert_int_equal(w->plan.cache.max_size_bytes, -1);
    assert_false(plan_removes_anything(&w->plan));
    fill_disk(76);
    look();
    assert_int_equal(w->plan.cache.max_size_bytes, 2000000000);
    assert_int_equal(w->plan.cache.evict_records, 1);
    assert_int_equal(w->plan.cache.evict_bytes, 1000000000);
    assert_int_equal(planned_cache_cap(&w->plan.cache), 2000000000);
    w->plan.cache.total_bytes = 2000000000; /* all of it fits */
    assert_int_equal(planned_cache_cap(&w->plan.cache), -1);
    w->plan.cache.total_bytes = 2000000001;
    w->plan.cache.is_blind = true;
    assert_int_equal(planned_cache_cap(&w->plan.cache), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(sizes_decide_only_where_room_has_to_be_made),
        world_test(where_the_images_file_system_is_not_known_only_the_policy_removes),
        world_test(build_cache_has_a_limit_above_low),
        world_test(young_cache_beyond_its_limit_is_evicted_above_low),
        world_test(pressure_acts_after_five_minutes_or_at_once_below_five_percent_free),
        world_test(what_the_agent_has_seen_for_five_minutes_is_pressure_though_no_pass_has),
        world_test(where_the_cache_cannot_be_told_no_previous_release_goes_for_it),
        world_test(inodes_are_taken_to_go_with_the_bytes),
        world_test(where_the_bound_is_free_space_inodes_count_at_the_very_end),
        world_test(a_pass_for_one_app_does_not_go_further_under_pressure),
        world_test(a_bound_may_be_free_space_and_inodes_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
