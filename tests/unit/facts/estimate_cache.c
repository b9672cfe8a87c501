/* SPDX-License-Identifier: MIT */
/* What a prune evicts of a build cache. */
#include "cache_of.h"

static void estimate_cache(int64_t window, int64_t cap, PlannedCache *ret)
{
    plan_estimate_cache(
        &(CacheQuestion){.cache = &w->host.cache, .now = w->now, .max_unused_usec = window, .max_size_bytes = cap},
        ret);
}

test(cache_goes_from_the_full_hour_of_its_window)
{
    PlannedCache cache;
    add_cache(1, w->now - HOURS(72) + 1);
    add_cache(10, w->now - HOURS(72));
    add_cache(100, 0); /* never used: an engine takes it whatever the window */
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.total_bytes, 111);
    assert_int_equal(cache.evict_bytes, 110);
    assert_int_equal(cache.evict_records, 2);
    estimate_cache(HOURS(71) + 1, -1, &cache);
    assert_int_equal(cache.evict_bytes, 110); /* the engine is told whole hours */
    estimate_cache(HOURS(71), -1, &cache);
    assert_int_equal(cache.evict_bytes, 111);
    estimate_cache(DURATION_OFF, -1, &cache);
    assert_int_equal(cache.evict_bytes, 0);
    estimate_cache(0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 111);
}

test(cache_that_is_in_use_shared_or_internal_is_not_counted)
{
    PlannedCache cache;
    for (int i = 0; i < 4; i++)
        add_cache(1 << i, 0);
    w->host.cache.records[0].is_in_use = true;
    w->host.cache.records[1].is_shared = true;
    w->host.cache.records[2].is_internal = true;
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.total_bytes, 15);
    assert_int_equal(cache.evict_bytes, 8);
    estimate_cache(DURATION_OFF, 0, &cache);
    assert_int_equal(cache.evict_bytes, 8);
}

/* A builder that is used daily: a young record holds all that it was made from, however old. */
test(cache_that_a_younger_record_needs_is_not_counted)
{
    PlannedCache cache;
    for (int i = 0; i < 4; i++)
        add_cache(1 << i, w->now - HOURS(100));
    set_parent(3, 2);
    set_parent(2, 0); /* 0 ← 2 ← 3, and 1 is alone */
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 15);
    w->host.cache.records[3].last_used = w->now - HOURS(1);
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 2);
    assert_int_equal(cache.evict_most_bytes, 2);
    assert_int_equal(cache.evict_records, 1);
    estimate_cache(0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 15);
    w->host.cache.records[3].last_used = w->now - HOURS(100);
    w->host.cache.records[2].is_shared = true; /* an image needs it, and it needs 0 */
    estimate_cache(0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 8 + 2);
    estimate_cache(DURATION_OFF, 0, &cache);
    assert_int_equal(cache.evict_bytes, 8 + 2);
}

test(all_parents_of_a_record_are_needed_and_unknown_ones_are_nobody)
{
    PlannedCache cache;
    for (int i = 0; i < 3; i++)
        add_cache(1 << i, w->now - HOURS(100));
    set_parent(2, 0);
    set_parent(2, 1);
    strings_add(&w->host.cache.records[2].parents, "of another list");
    w->host.cache.records[2].is_in_use = true;
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_records, 0);
    w->host.cache.records[2].is_in_use = false;
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_records, 3);
    set_parent(0, 2); /* which nothing real is: each its own ancestor */
    estimate_cache(HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 0);
}

test(a_cap_takes_no_parent_before_its_child)
{
    PlannedCache cache;
    add_cache(1000, w->now - HOURS(9));
    add_cache(10, w->now - HOURS(1)); /* needs the oldest */
    add_cache(100, w->now - HOURS(5));
    set_parent(1, 0);
    estimate_cache(HOURS(72), 1009, &cache);
    assert_int_equal(cache.evict_records, 2);
    estimate_cache(HOURS(72), 1000, &cache);
    assert_int_equal(cache.evict_bytes, 110); /* by then the rest fits */
    assert_int_equal(cache.evict_records, 2);
    w->host.cache.records[1].is_in_use = true;
    estimate_cache(HOURS(72), 1, &cache);
    assert_int_equal(cache.evict_bytes, 100); /* no more can be had */
    assert_int_equal(cache.evict_most_bytes, 100);
}

test(a_cap_takes_more_until_the_rest_fits)
{
    PlannedCache cache;
    for (int i = 4; i >= 0; i--)
        add_cache(100 + i, w->now - HOURS(i));
    estimate_cache(HOURS(72), 510, &cache);
    assert_int_equal(cache.evict_bytes, 0);
    estimate_cache(HOURS(72), 509, &cache);
    assert_int_equal(cache.evict_records, 1);
    assert_int_equal(cache.evict_bytes, 1); /* which one nobody can tell: at least what is beyond */
    assert_int_equal(cache.evict_most_bytes, 105);
    estimate_cache(HOURS(3), 101, &cache); /* two by age, two more by the cap */
    assert_int_equal(cache.evict_bytes, 104 + 103 + 202);
    assert_int_equal(cache.evict_most_bytes, 104 + 103 + 202 + 102);
    assert_int_equal(cache.evict_records, 4);
    estimate_cache(HOURS(3), 0, &cache);
    assert_int_equal(cache.evict_bytes, 510);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(cache_goes_from_the_full_hour_of_its_window),
        world_test(cache_that_is_in_use_shared_or_internal_is_not_counted),
        world_test(cache_that_a_younger_record_needs_is_not_counted),
        world_test(all_parents_of_a_record_are_needed_and_unknown_ones_are_nobody),
        world_test(a_cap_takes_no_parent_before_its_child),
        world_test(a_cap_takes_more_until_the_rest_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
