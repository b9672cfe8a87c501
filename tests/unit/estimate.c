/* SPDX-License-Identifier: MIT */
/* How much a plan frees: images by their layers, and build cache. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

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

/* Of two that were to go one stays after all, and with it the layer of both; what the plan says of itself stays too. */
static void what_was_deleted_frees_its_own_layers_and_the_plan_is_as_before(void **state)
{
    World *w = *state;
    cleanup_with(strings_clear) Strings deleted = {0};
    two_go(w);
    layers_everywhere(w);
    add_layer(w, "r/blog:v1", "both", 70);
    add_layer(w, "r/blog:v2", "both", 70);
    world_plan(w);
    int64_t of_one = frees(w, "r/blog:v1"), of_other = frees(w, "r/blog:v2");
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 0);
    strings_add(&deleted, world_image(w, "r/blog:v5")->id); /* which the plan keeps */
    strings_add(&deleted, world_image(w, "r/blog:v1")->id);
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 1000);
    strings_add(&deleted, world_image(w, "r/blog:v2")->id);
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 2070);
    assert_int_equal(w->plan.estimate_bytes, 2070);
    assert_int_equal(frees(w, "r/blog:v1"), of_one);
    assert_int_equal(frees(w, "r/blog:v2"), of_other);
    assert_verdict(w, "r/blog:v1", "remove superseded");
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

static void add_cache(World *w, int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){
        .id = xasprintf("record-%zu", w->host.cache.n_records), .size_bytes = size_bytes, .last_used = last_used};
}

/* From which record (of 0, 1, …) this one was made. */
static void set_parent(World *w, size_t record, size_t parent)
{
    strings_add(&w->host.cache.records[record].parents, w->host.cache.records[parent].id);
}

static void estimate_cache(World *w, int64_t window, int64_t cap, PlannedCache *ret)
{
    plan_estimate_cache(
        &(CacheQuestion){.cache = &w->host.cache, .now = w->now, .max_unused_usec = window, .max_size_bytes = cap},
        ret);
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

/* A builder that is used daily: a young record holds all that it was made from, however old. */
static void cache_that_a_younger_record_needs_is_not_counted(void **state)
{
    World *w = *state;
    PlannedCache cache;
    for (int i = 0; i < 4; i++)
        add_cache(w, 1 << i, w->now - HOURS(100));
    set_parent(w, 3, 2);
    set_parent(w, 2, 0); /* 0 ← 2 ← 3, and 1 is alone */
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 15);
    w->host.cache.records[3].last_used = w->now - HOURS(1);
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 2);
    assert_int_equal(cache.evict_most_bytes, 2);
    assert_int_equal(cache.evict_records, 1);
    estimate_cache(w, 0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 15);
    w->host.cache.records[3].last_used = w->now - HOURS(100);
    w->host.cache.records[2].is_shared = true; /* an image needs it, and it needs 0 */
    estimate_cache(w, 0, -1, &cache);
    assert_int_equal(cache.evict_bytes, 8 + 2);
    estimate_cache(w, DURATION_OFF, 0, &cache);
    assert_int_equal(cache.evict_bytes, 8 + 2);
}

static void all_parents_of_a_record_are_needed_and_unknown_ones_are_nobody(void **state)
{
    World *w = *state;
    PlannedCache cache;
    for (int i = 0; i < 3; i++)
        add_cache(w, 1 << i, w->now - HOURS(100));
    set_parent(w, 2, 0);
    set_parent(w, 2, 1);
    strings_add(&w->host.cache.records[2].parents, "of another list");
    w->host.cache.records[2].is_in_use = true;
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_records, 0);
    w->host.cache.records[2].is_in_use = false;
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_records, 3);
    set_parent(w, 0, 2); /* which nothing real is: each its own ancestor */
    estimate_cache(w, HOURS(72), -1, &cache);
    assert_int_equal(cache.evict_bytes, 0);
}

static void a_cap_takes_no_parent_before_its_child(void **state)
{
    World *w = *state;
    PlannedCache cache;
    add_cache(w, 1000, w->now - HOURS(9));
    add_cache(w, 10, w->now - HOURS(1)); /* needs the oldest */
    add_cache(w, 100, w->now - HOURS(5));
    set_parent(w, 1, 0);
    estimate_cache(w, HOURS(72), 1009, &cache);
    assert_int_equal(cache.evict_records, 2);
    estimate_cache(w, HOURS(72), 1000, &cache);
    assert_int_equal(cache.evict_bytes, 110); /* by then the rest fits */
    assert_int_equal(cache.evict_records, 2);
    w->host.cache.records[1].is_in_use = true;
    estimate_cache(w, HOURS(72), 1, &cache);
    assert_int_equal(cache.evict_bytes, 100); /* no more can be had */
    assert_int_equal(cache.evict_most_bytes, 100);
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
    assert_int_equal(cache.evict_records, 1);
    assert_int_equal(cache.evict_bytes, 1); /* which one nobody can tell: at least what is beyond */
    assert_int_equal(cache.evict_most_bytes, 105);
    estimate_cache(w, HOURS(3), 101, &cache); /* two by age, two more by the cap */
    assert_int_equal(cache.evict_bytes, 104 + 103 + 202);
    assert_int_equal(cache.evict_most_bytes, 104 + 103 + 202 + 102);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_layer_of_two_leaving_images_counts_once),
        world_test(a_layer_of_a_staying_image_counts_not_at_all),
        world_test(what_was_deleted_frees_its_own_layers_and_the_plan_is_as_before),
        world_test(a_layer_that_an_image_has_twice_counts_once),
        world_test(without_layers_only_what_is_its_own_counts_and_that_is_a_lower_bound),
        world_test(cache_goes_from_the_full_hour_of_its_window),
        world_test(cache_that_is_in_use_shared_or_internal_is_not_counted),
        world_test(cache_that_a_younger_record_needs_is_not_counted),
        world_test(all_parents_of_a_record_are_needed_and_unknown_ones_are_nobody),
        world_test(a_cap_takes_no_parent_before_its_child),
        world_test(a_cap_takes_more_until_the_rest_fits),
        world_test(the_plan_counts_the_cache_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
