/* SPDX-License-Identifier: MIT */
/* How much a plan frees: images by their layers, and build cache. */
#include "cache_of.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static void add_layer(const char *what, const char *digest, int64_t size_bytes)
{
    Image *image = the_image(what);
    Layer *layer = array_add(&image->layers, &image->n_layers);
    *layer = (Layer){.digest = xstrdup(digest), .size_bytes = size_bytes};
}

/* blog v1 to v6: v1 and v2 go. Kamal has removed their containers, of which nobody knows how much they free. */
static void two_go(void)
{
    deploy_hourly(&blog, 1, 6);
    look(); /* remembers which ran */
    remove_container("blog-web-v1");
    remove_container("blog-web-v2");
    look();
    assert_verdict("r/blog:v2", "remove superseded");
    assert_verdict("r/blog:v3", "keep rollback");
}

static void layers_everywhere(void)
{
    for (int i = 1; i <= 6; i++) {
        const char *tag = numbered("r/blog:v%d", i);
        const char *digest = numbered("own-%d", i);
        add_layer(tag, digest, 1000);
    }
}

static int64_t frees(const char *what)
{
    return plan_image(&w->plan, the_image(what)->id)->frees_bytes;
}

test(a_layer_of_two_leaving_images_counts_once)
{
    two_go();
    add_layer("r/blog:v1", "both", 70);
    add_layer("r/blog:v2", "both", 70);
    layers_everywhere();
    look();
    assert_int_equal(w->plan.estimate_bytes, 2070);
    assert_true(w->plan.estimate_is_exact);
    assert_int_equal(frees("r/blog:v1") + frees("r/blog:v2"), 2070);
}

test(a_layer_of_a_staying_image_counts_not_at_all)
{
    two_go();
    add_layer("r/blog:v1", "all", 70);
    add_layer("r/blog:v2", "all", 70);
    add_layer("r/blog:v5", "all", 70);
    layers_everywhere();
    look();
    assert_int_equal(w->plan.estimate_bytes, 2000);
}

/* Of two that were to go one stays after all, and with it the layer of both; what the plan says of itself stays too. */
test(what_was_deleted_frees_its_own_layers_and_the_plan_is_as_before)
{
    cleanup_with(strings_clear) Strings deleted = {0};
    two_go();
    add_layer("r/blog:v1", "both", 70);
    add_layer("r/blog:v2", "both", 70);
    layers_everywhere();
    look();
    int64_t of_one = frees("r/blog:v1"), of_other = frees("r/blog:v2");
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 0);
    strings_add(&deleted, the_image("r/blog:v5")->id); /* which the plan keeps */
    strings_add(&deleted, the_image("r/blog:v1")->id);
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 1000);
    strings_add(&deleted, the_image("r/blog:v2")->id);
    assert_int_equal(plan_bytes_of(&w->plan, &deleted), 2070);
    assert_int_equal(w->plan.estimate_bytes, 2070);
    assert_int_equal(frees("r/blog:v1"), of_one);
    assert_int_equal(frees("r/blog:v2"), of_other);
    assert_verdict("r/blog:v1", "remove superseded");
}

/* On another base it is another one, as an engine unpacks it there once more. */
test(the_same_content_on_another_layer_counts_again)
{
    two_go();
    layers_everywhere();
    add_layer("r/blog:v1", "same", 700000);
    add_layer("r/blog:v2", "same", 700000);
    add_layer("r/blog:v5", "same", 700000);
    look();
    assert_int_equal(w->plan.estimate_bytes, 1402000);
    assert_true(w->plan.estimate_is_exact);
}

test(without_layers_only_what_is_its_own_counts_and_that_is_a_lower_bound)
{
    two_go();
    assert_int_equal(w->plan.estimate_bytes, 0); /* the engine told nothing */
    assert_false(w->plan.estimate_is_exact);
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = w->host.images[i].size_bytes - 300;
    look();
    assert_int_equal(w->plan.estimate_bytes, 600);
    assert_false(w->plan.estimate_is_exact);
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = 0;
    look();
    assert_int_equal(w->plan.estimate_bytes, 200000000);
    assert_true(w->plan.estimate_is_exact);
    layers_everywhere();
    the_image("r/blog:v6")->n_layers = 0; /* one image without: no sum by layers */
    free(the_image("r/blog:v6")->layers[0].digest);
    free(the_image("r/blog:v6")->layers);
    the_image("r/blog:v6")->layers = NULL;
    look();
    assert_int_equal(w->plan.estimate_bytes, 200000000);
}

test(the_plan_counts_the_cache_in)
{
    add_cache(500, w->now - DAYS(4));
    look();
    assert_true(w->plan.cache.is_known);
    assert_int_equal(w->plan.estimate_bytes, 500);
    assert_true(plan_removes_anything(&w->plan));
}

/* What a container has written, and its log. */
test(with_a_container_nobody_knows_how_much_more_it_is)
{
    deploy_hourly(&blog, 1, 6);
    layers_everywhere();
    look();
    assert_verdict("blog-web-v1", "remove superseded");
    assert_int_equal(w->plan.estimate_bytes, 2000);
    assert_int_equal(w->plan.estimate_most_bytes, -1);
    assert_false(w->plan.estimate_is_exact);
}

static CacheRecord *add_shared(int64_t size_bytes)
{
    add_cache(size_bytes, w->now - HOURS(1));
    CacheRecord *record = &w->host.cache.records[w->host.cache.n_records - 1];
    record->is_shared = true;
    return record;
}

/* Layers of 1 MB and more, each of another size: v1 has 1, 100001 …, on a base of 50 MB that all have. */
static void built_here(void)
{
    two_go();
    for (int i = 1; i <= 6; i++) {
        const char *tag = numbered("r/blog:v%d", i);
        const char *digest = numbered("own-%d", i);
        add_layer(tag, "base", 50000000);
        add_layer(tag, digest, 1000000 * i);
    }
}

static void assert_estimate(int64_t least, int64_t most)
{
    look();
    assert_int_equal(w->plan.estimate_bytes, least);
    assert_int_equal(w->plan.estimate_most_bytes, most);
}

test(a_layer_that_build_cache_has_too_is_not_freed_with_its_image)
{
    built_here();
    assert_estimate(3000000, 3000000);
    add_shared(50000000);
    add_shared(2000000);
    set_parent(1, 0);
    assert_estimate(1000000, 1000000);
    assert_true(w->plan.estimate_is_exact);
    assert_int_equal(frees("r/blog:v2"), 0);
    assert_int_equal(w->plan.cache.evict_records, 0);
}

/* A pass prunes after the images, and evicts the record that is no image's any more. */
test(it_is_freed_where_its_record_goes_then)
{
    built_here();
    add_shared(50000000);
    add_shared(2000000)->last_used = w->now - HOURS(100);
    set_parent(1, 0);
    assert_estimate(3000000, 3000000);
    assert_true(w->plan.estimate_is_exact);
    assert_int_equal(w->plan.cache.evict_bytes, 2000000);
    assert_int_equal(w->plan.cache.evict_records, 1); /* that of the base has an image */
    add_cache(5, w->now);
    set_parent(2, 1); /* but not, if a young one needs it */
    assert_estimate(1000000, 1000000);
}

test(which_of_two_layers_a_record_is_nobody_tells)
{
    built_here();
    for (int i = 1; i <= 2; i++)
        the_image(i == 1 ? "r/blog:v1" : "r/blog:v2")->layers[1].size_bytes = 4000000;
    assert_estimate(8000000, 8000000);
    add_shared(50000000);
    add_shared(4000000);
    set_parent(1, 0);
    assert_estimate(0, 8000000); /* and v4 has 4 MB too, and stays */
    assert_false(w->plan.estimate_is_exact);
    w->host.cache.records[1].parents.items[0][0]++; /* of something that is not in the list: it may be anything */
    assert_estimate(0, 8000000);
    w->host.cache.records[1].size_bytes = 4000001;
    assert_estimate(8000000, 8000000);
}

/* A record of a base that was here before the build has no size of its own. */
test(a_record_without_a_size_may_hold_what_lies_where_it_does)
{
    built_here();
    add_shared(0);
    assert_estimate(3000000, 3000000); /* a base, which stays anyway */
    add_shared(0);
    set_parent(1, 0);
    assert_estimate(0, 3000000);
}

test(where_build_cache_is_not_told_it_may_hold_everything)
{
    built_here();
    w->host.cache.error = xstrdup("forbidden");
    assert_estimate(0, 3000000);
    assert_false(w->plan.estimate_is_exact);
}

/* The containerd store: `unpacked` is half of v1 to v6, and the rest is compressed, of base and own layers together. */
static void on_containerd(int64_t contents)
{
    w->host.engine.store = STORE_CONTAINERD;
    for (int i = 1; i <= 6; i++) {
        const char *tag = numbered("r/blog:v%d", i);
        the_image(tag)->size_bytes = 50000000 + 1000000 * i + contents;
    }
}

test(compressed_layers_of_images_that_share_none_are_known)
{
    two_go();
    layers_everywhere();
    w->host.engine.store = STORE_CONTAINERD;
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].size_bytes = 1400;
    assert_estimate(2800, 2800);
    assert_true(w->plan.estimate_is_exact);
}

test(how_much_is_shared_of_what_is_compressed_lies_between_bounds)
{
    built_here();
    on_containerd(20000000); /* of which the own layers have at most their size and a little */
    look();
    assert_int_equal(w->plan.estimate_bytes, 3000000);
    assert_in_range(w->plan.estimate_most_bytes, 5200000, 5400000);
    assert_false(w->plan.estimate_is_exact);
    on_containerd(51500000); /* so much cannot be the base's: the own layers of v1 have at least some of it */
    look();
    assert_in_range(w->plan.estimate_bytes, 3000001, 4500000);
    assert_true(w->plan.estimate_most_bytes >= w->plan.estimate_bytes);
}

/* An image that has nothing but what they share says what that takes. */
test(a_base_image_that_is_here_tells_what_the_others_share)
{
    built_here();
    on_containerd(20000000);
    pull("debian", "debian:12");
    add_layer("debian:12", "base", 50000000);
    the_image("debian:12")->size_bytes = 69900000;
    look();
    assert_in_range(w->plan.estimate_bytes, 3190000, 3210000); /* 100 kB each */
    assert_in_range(w->plan.estimate_most_bytes, 3200000, 3500000);
}

test(content_for_other_platforms_may_be_shared_in_any_way)
{
    built_here();
    on_containerd(500000000);
    assert_estimate(3000000, 1003000000);
}

/* What a build made is unpacked once for its cache, and once for its image: only compressed is it the same. */
test(of_what_was_built_on_the_containerd_store_the_cache_holds_the_compressed_form)
{
    two_go();
    layers_everywhere();
    w->host.engine.store = STORE_CONTAINERD;
    for (size_t i = 0; i < w->host.n_images; i++) {
        w->host.images[i].layers[0].size_bytes = 10000000;
        w->host.images[i].size_bytes = 14000000;
    }
    assert_estimate(28000000, 28000000);
    add_shared(14000000); /* of which of the six nobody can tell */
    assert_estimate(20000000, 28000000);
    w->host.cache.records[0].size_bytes = 4000000; /* of an image that was here before the build */
    assert_estimate(0, 28000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_layer_of_two_leaving_images_counts_once),
        world_test(a_layer_of_a_staying_image_counts_not_at_all),
        world_test(what_was_deleted_frees_its_own_layers_and_the_plan_is_as_before),
        world_test(the_same_content_on_another_layer_counts_again),
        world_test(without_layers_only_what_is_its_own_counts_and_that_is_a_lower_bound),
        world_test(the_plan_counts_the_cache_in),
        world_test(with_a_container_nobody_knows_how_much_more_it_is),
        world_test(a_layer_that_build_cache_has_too_is_not_freed_with_its_image),
        world_test(it_is_freed_where_its_record_goes_then),
        world_test(which_of_two_layers_a_record_is_nobody_tells),
        world_test(a_record_without_a_size_may_hold_what_lies_where_it_does),
        world_test(where_build_cache_is_not_told_it_may_hold_everything),
        world_test(compressed_layers_of_images_that_share_none_are_known),
        world_test(how_much_is_shared_of_what_is_compressed_lies_between_bounds),
        world_test(a_base_image_that_is_here_tells_what_the_others_share),
        world_test(of_what_was_built_on_the_containerd_store_the_cache_holds_the_compressed_form),
        world_test(content_for_other_platforms_may_be_shared_in_any_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
