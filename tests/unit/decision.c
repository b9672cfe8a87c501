/* SPDX-License-Identifier: MIT */
/* What a plan says as a whole: estimate, --app, holds, build cache, pressure. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

static void add_layer(World *w, const char *what, const char *digest, int64_t size_bytes)
{
    Image *image = world_image(w, what);
    Layer *layer = array_add(&image->layers, &image->n_layers);
    *layer = (Layer){.digest = xstrdup(digest), .size_bytes = size_bytes};
}

/* blog v1 to v6: v1 and v2 go. */
static void two_go(World *w)
{
    deploy_hourly(w, &blog, 1, 6);
    world_plan(w);
    assert_verdict(w, "r/blog:v2", "remove superseded");
    assert_verdict(w, "r/blog:v3", "keep rollback");
}

static void layers_everywhere(World *w)
{
    for (int i = 1; i <= 6; i++) {
        char tag[32], digest[32];
        snprintf(tag, sizeof(tag), "r/blog:v%d", i);
        snprintf(digest, sizeof(digest), "own-%d", i);
        add_layer(w, tag, digest, 1000);
    }
}

static int64_t frees(const World *w, const char *what)
{
    return plan_image(&w->plan, world_image(w, what)->id)->frees_bytes;
}

static void a_layer_of_two_leaving_images_counts_once(void **state)
{
    World *w = *state;
    two_go(w);
    layers_everywhere(w);
    add_layer(w, "r/blog:v1", "both", 70);
    add_layer(w, "r/blog:v2", "both", 70);
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 2070);
    assert_true(w->plan.estimate_is_exact);
    assert_int_equal(frees(w, "r/blog:v1") + frees(w, "r/blog:v2"), 2070);
}

static void a_layer_of_a_staying_image_counts_not_at_all(void **state)
{
    World *w = *state;
    two_go(w);
    layers_everywhere(w);
    add_layer(w, "r/blog:v1", "all", 70);
    add_layer(w, "r/blog:v2", "all", 70);
    add_layer(w, "r/blog:v5", "all", 70);
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 2000);
}

static void a_layer_that_an_image_has_twice_counts_once(void **state)
{
    World *w = *state;
    two_go(w);
    layers_everywhere(w);
    add_layer(w, "r/blog:v1", "empty", 70);
    add_layer(w, "r/blog:v1", "empty", 70);
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 2070);
}

static void without_layers_only_what_is_its_own_counts_and_that_is_a_lower_bound(void **state)
{
    World *w = *state;
    two_go(w);
    assert_int_equal(w->plan.estimate_bytes, 0); /* the engine told nothing */
    assert_false(w->plan.estimate_is_exact);
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = w->host.images[i].size_bytes - 300;
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 600);
    assert_false(w->plan.estimate_is_exact);
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = 0;
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 200000000);
    assert_true(w->plan.estimate_is_exact);
    layers_everywhere(w);
    world_image(w, "r/blog:v6")->n_layers = 0; /* one image without: no sum by layers */
    free(world_image(w, "r/blog:v6")->layers[0].digest);
    free(world_image(w, "r/blog:v6")->layers);
    world_image(w, "r/blog:v6")->layers = NULL;
    world_plan(w);
    assert_int_equal(w->plan.estimate_bytes, 200000000);
}

static void plan_with(World *w, DecideOptions options)
{
    plan_clear(&w->plan);
    snapshot_index(&w->host);
    ledger_learn(&w->ledger, &w->host, &w->policy, w->now);
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &w->plan);
}

static void add_cache(World *w, int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){.size_bytes = size_bytes, .last_used = last_used};
}

static void one_app_leaves_out_everything_else(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    deploy_hourly(w, &shop, 1, 6);
    add_cache(w, 500, 0);
    plan_with(w, (DecideOptions){.app = "shop"});
    assert_int_equal(w->plan.n_images, 6);
    assert_int_equal(w->plan.n_containers, 6);
    assert_verdict(w, "r/shop:v1", "remove superseded");
    assert_verdict(w, "r/blog:v1", "gone");
    assert_verdict(w, "blog-web-v1", "gone");
    assert_true(w->plan.apps[0].is_left_out);
    assert_false(w->plan.apps[1].is_left_out);
    assert_true(w->plan.cache.is_left_out);
    assert_int_equal(w->plan.cache.evict_records, 0);
    assert_int_equal(w->plan.apps[1].rollback_ready, 3);
    plan_with(w, (DecideOptions){.app = "unknown"});
    assert_int_equal(w->plan.n_images, 0);
    assert_false(plan_removes_anything(&w->plan));
}

static void one_app_is_still_judged_with_what_the_others_hold(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    Container *other = world_run(w, "other", "r/blog:v1");
    free(other->labels.service);
    other->labels.service = NULL;
    world_wait(w, HOURS(1));
    plan_with(w, (DecideOptions){.app = "blog"});
    assert_verdict(w, "r/blog:v1", "keep in-use");
    assert_verdict(w, "other", "gone");
}

static void a_clock_that_jumped_turns_every_removal_into_a_wait(void **state)
{
    World *w = *state;
    two_go(w);
    add_cache(w, 500, 0);
    plan_with(w, (DecideOptions){.hold = HOLD_CLOCK});
    assert_int_equal(w->plan.hold, HOLD_CLOCK);
    assert_verdict(w, "r/blog:v1", "wait superseded");
    assert_verdict(w, "blog-web-v1", "wait superseded");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    const PlannedImage *image = plan_image(&w->plan, world_image(w, "r/blog:v1")->id);
    assert_int_equal(image->apps[0].judgement.verdict, VERDICT_WAIT);
    assert_non_null(strstr(image->judgement.detail, "clock"));
    assert_false(plan_removes_anything(&w->plan));
    assert_int_equal(w->plan.estimate_bytes, 0);
    assert_int_equal(w->plan.next_at, 0);
    plan_with(w, (DecideOptions){});
    assert_true(plan_removes_anything(&w->plan));
}

static void on_trial_the_plan_shows_what_would_go(void **state)
{
    World *w = *state;
    two_go(w);
    plan_with(w, (DecideOptions){.hold = HOLD_TRIAL});
    assert_int_equal(w->plan.hold, HOLD_TRIAL);
    assert_verdict(w, "r/blog:v1", "remove superseded");
    assert_verdict(w, "blog-web-v1", "remove superseded");
}

static void the_next_pass_is_due_when_the_first_wait_ends(void **state)
{
    World *w = *state;
    world_pull(w, "one", "one:1");
    Time first = w->now + HOURS(1);
    world_plan(w);
    world_wait(w, MINUTES(10));
    world_pull(w, "two", "two:1");
    world_plan(w);
    assert_int_equal(w->plan.next_at, first);
    plan_at(w, first);
    assert_int_equal(w->plan.next_at, first + MINUTES(10));
}

static void estimate_cache(World *w, int64_t window, int64_t cap, PlannedCache *ret)
{
    plan_estimate_cache(&w->host.cache, w->now, window, cap, ret);
}

static void cache_goes_from_the_full_hour_of_its_window(void **state)
{
    World *w = *state;
    PlannedCache cache;
    add_cache(w, 1, w->now - HOURS(72) + 1);
    add_cache(w, 10, w->now - HOURS(72));
    add_cache(w, 100, 0); /* never used: an engine takes it whatever the window */
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.total_bytes, 111);
    assert_int_equal(cache.evict_bytes, 110);
    assert_int_equal(cache.evict_records, 2);
    estimate_cache(w, HOURS(71) + 1, -1, &cache);
    assert_int_equal(cache.evict_bytes, 110); /* the engine is told whole hours */
    estimate_cache(w, HOURS(71), -1, &cache);
    assert_int_equal(cache.evict_bytes, 111);
    estimate_cache(w, DURATION_OFF, -1, &cache);
    assert_int_equal(cache.evict_bytes, 0);
    estimate_cache(w, 0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 111);
}

static void cache_that_is_in_use_shared_or_internal_is_not_counted(void **state)
{
    World *w = *state;
    PlannedCache cache;
    for (int i = 0; i < 4; i++)
        add_cache(w, 1 << i, 0);
    w->host.cache.records[0].is_in_use = true;
    w->host.cache.records[1].is_shared = true;
    w->host.cache.records[2].is_internal = true;
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.total_bytes, 15);
    assert_int_equal(cache.evict_bytes, 8);
    estimate_cache(w, DURATION_OFF, 0, &cache);
    assert_int_equal(cache.evict_bytes, 8);
}

static void a_cap_takes_more_until_the_rest_fits(void **state)
{
    World *w = *state;
    PlannedCache cache;
    for (int i = 4; i >= 0; i--)
        add_cache(w, 100 + i, w->now - HOURS(i));
    estimate_cache(w, HOURS(72), 510, &cache);
    assert_int_equal(cache.evict_bytes, 0);
    estimate_cache(w, HOURS(72), 509, &cache);
    assert_int_equal(cache.evict_bytes, 104);
    estimate_cache(w, HOURS(3), 101, &cache); /* two by age, two more by the cap */
    assert_int_equal(cache.evict_bytes, 104 + 103 + 102 + 101);
    assert_int_equal(cache.evict_records, 4);
    estimate_cache(w, HOURS(3), 0, &cache);
    assert_int_equal(cache.evict_bytes, 510);
}

static void the_plan_counts_the_cache_in(void **state)
{
    World *w = *state;
    add_cache(w, 500, w->now - DAYS(4));
    world_plan(w);
    assert_true(w->plan.cache.is_known);
    assert_int_equal(w->plan.estimate_bytes, 500);
    assert_true(plan_removes_anything(&w->plan));
}

static void fill_disk(World *w, double used_percent)
{
    if (w->host.n_disks == 0)
        array_add(&w->host.disks, &w->host.n_disks)->path = xstrdup("/data");
    Disk *disk = &w->host.disks[0];
    disk->total_bytes = 10000000000; /* an image is one percent of it */
    disk->used_percent = used_percent;
    disk->available_bytes = (int64_t)(100000000.0 * (100.0 - used_percent));
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = 0;
}

/* v6 current, v5, v4, v3 in slots, nothing more to remove. */
static void clean_host(World *w)
{
    deploy_hourly(w, &blog, 1, 6);
    world_pass(w);
    assert_false(plan_removes_anything(&w->plan));
}

/* So full since long enough. */
static void plan_full(World *w, double used_percent)
{
    fill_disk(w, used_percent);
    world_plan(w);
    world_wait(w, MINUTES(5));
    world_plan(w);
}

static void pressure_acts_after_five_minutes_or_at_once_below_five_percent_free(void **state)
{
    World *w = *state;
    clean_host(w);
    fill_disk(w, 85.0);
    world_plan(w);
    assert_false(w->plan.pressure.is_high);
    fill_disk(w, 85.5);
    world_plan(w);
    assert_true(w->plan.pressure.is_high);
    Time since = w->now;
    plan_at(w, since + MINUTES(5) - 1);
    assert_false(w->plan.pressure.is_acting);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    plan_at(w, since + MINUTES(5));
    assert_true(w->plan.pressure.is_acting);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    fill_disk(w, 80.0); /* it was below in between: five minutes once more */
    world_plan(w);
    fill_disk(w, 86.0);
    world_plan(w);
    assert_false(w->plan.pressure.is_acting);
    fill_disk(w, 95.5);
    world_plan(w);
    assert_true(w->plan.pressure.is_acting);
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

static void what_the_agent_has_seen_for_five_minutes_is_pressure_though_no_pass_has(void **state)
{
    World *w = *state;
    clean_host(w);
    fill_disk(w, 86.0);
    ledger_note_pressure(&w->ledger, w->now);
    world_plan(w);
    assert_true(w->plan.pressure.is_acting);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    Time since = w->ledger.high_since;
    world_wait(w, MINUTES(1));
    ledger_note_pressure(&w->ledger, w->now);
    assert_int_equal(w->ledger.high_since, since);
    fill_disk(w, 80.0); /* it is not above any more */
    world_plan(w);
    assert_false(w->plan.pressure.is_high);
    assert_int_equal(w->ledger.high_since, 0);
}

static void where_the_cache_cannot_be_told_no_previous_release_goes_for_it(void **state)
{
    World *w = *state;
    clean_host(w);
    plan_full(w, 99.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    w->host.cache = (BuildCache){.is_unread = true};
    world_plan(w);
    assert_true(w->plan.pressure.is_acting);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_non_null(strstr(w->plan.pressure.explanation, "build cache"));
}

static void inodes_are_taken_to_go_with_the_bytes(void **state)
{
    static const struct {
        double used_inodes_percent;
        int n_gone;
    } rows[] = {{85.0, 0}, {86.0, 1}, {88.0, 2}, {93.0, 0}, {95.5, 2}, {100.0, 2}};
    World *w = *state;
    clean_host(w);
    fill_disk(w, 50.0); /* an image has a fiftieth of the bytes, and so of the inodes */
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        w->ledger.high_since = 0;
        w->host.disks[0].used_inodes_percent = rows[i].used_inodes_percent;
        world_plan(w);
        assert_int_equal(w->plan.pressure.is_acting, rows[i].used_inodes_percent > 95.0); /* at once */
        world_wait(w, MINUTES(5));
        world_plan(w);
        assert_int_equal(w->plan.pressure.is_high, rows[i].used_inodes_percent > 85.0);
        assert_verdict(w, "r/blog:v3", rows[i].n_gone > 0 ? "remove pressure" : "keep rollback");
        assert_verdict(w, "r/blog:v4", rows[i].n_gone > 1 ? "remove pressure" : "keep rollback");
    }
}

static void where_the_bound_is_free_space_inodes_count_at_the_very_end(void **state)
{
    World *w = *state;
    clean_host(w);
    w->policy.high = (DiskBound){.free_bytes = 1000};
    fill_disk(w, 97.0);
    w->host.disks[0].used_inodes_percent = 95.0;
    world_plan(w);
    assert_false(w->plan.pressure.is_high);
    w->host.disks[0].used_inodes_percent = 96.0;
    world_plan(w);
    assert_true(w->plan.pressure.is_acting);
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
    world_tag(w, "r/blog:v3", "r/blog:latest");
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

static void pressure_takes_unmanaged_images_only_if_configured_and_not_held(void **state)
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
    assert_verdict(w, "one", "keep unmanaged");
}

static void a_pass_for_one_app_does_not_go_further_under_pressure(void **state)
{
    World *w = *state;
    clean_host(w);
    plan_full(w, 96.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    plan_with(w, (DecideOptions){.app = "blog"});
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_true(w->plan.pressure.is_high);
}

static void a_bound_may_be_free_space_and_inodes_count(void **state)
{
    World *w = *state;
    clean_host(w);
    w->policy.high = (DiskBound){.free_bytes = 1500000000};
    plan_full(w, 85.0);
    assert_false(w->plan.pressure.is_high);
    plan_full(w, 86.0);
    assert_verdict(w, "r/blog:v3", "remove pressure");
    w->policy.high = (DiskBound){.is_off = true, .free_bytes = -1};
    plan_full(w, 99.0);
    assert_false(w->plan.pressure.is_high);
    w->policy.high = (DiskBound){.used_percent = 85, .free_bytes = -1};
    fill_disk(w, 50.0);
    w->host.disks[0].used_inodes_percent = 86;
    world_plan(w);
    assert_true(w->plan.pressure.is_high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_layer_of_two_leaving_images_counts_once),
        world_test(a_layer_of_a_staying_image_counts_not_at_all),
        world_test(a_layer_that_an_image_has_twice_counts_once),
        world_test(without_layers_only_what_is_its_own_counts_and_that_is_a_lower_bound),
        world_test(one_app_leaves_out_everything_else),
        world_test(one_app_is_still_judged_with_what_the_others_hold),
        world_test(a_clock_that_jumped_turns_every_removal_into_a_wait),
        world_test(on_trial_the_plan_shows_what_would_go),
        world_test(the_next_pass_is_due_when_the_first_wait_ends),
        world_test(cache_goes_from_the_full_hour_of_its_window),
        world_test(cache_that_is_in_use_shared_or_internal_is_not_counted),
        world_test(a_cap_takes_more_until_the_rest_fits),
        world_test(the_plan_counts_the_cache_in),
        world_test(pressure_acts_after_five_minutes_or_at_once_below_five_percent_free),
        world_test(pressure_takes_the_cache_first_and_releases_only_if_that_is_not_enough),
        world_test(pressure_keeps_disk_keep_previous_and_ends_below_high),
        world_test(what_the_agent_has_seen_for_five_minutes_is_pressure_though_no_pass_has),
        world_test(where_the_cache_cannot_be_told_no_previous_release_goes_for_it),
        world_test(inodes_are_taken_to_go_with_the_bytes),
        world_test(where_the_bound_is_free_space_inodes_count_at_the_very_end),
        world_test(pressure_leaves_what_more_than_a_slot_keeps),
        world_test(pressure_leaves_a_release_of_another_app_that_is_being_deployed),
        world_test(pressure_takes_unmanaged_images_only_if_configured_and_not_held),
        world_test(where_sizes_are_not_known_pressure_takes_one_release_a_pass),
        world_test(pressure_leaves_untagged_images_that_are_configured_to_stay),
        world_test(a_pass_for_one_app_does_not_go_further_under_pressure),
        world_test(a_bound_may_be_free_space_and_inodes_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
