/* SPDX-License-Identifier: MIT */
/* Histories of what keeps an image or all of them, h27 to h33: containers, mounts, other apps, a full disk, a wrong
 * clock, builders. */
#include "full_disk.h"

#include <rgc/builders.h>

/* A stopped container of somebody's own is of v2's image: the image is kept, and the reason names the container. */
test(h27_a_stopped_foreign_container_keeps_its_image)
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

/* v2 is mounted into a container: it is in use. A mount that cannot be resolved may be of any image, and keeps all. */
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

/* A container mounts data:v1, and the tag moves to another image: the mount keeps the image that had the tag. */
test(h28_a_mount_whose_tag_has_moved_keeps_what_had_the_tag)
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

/* v2 is an old release of blog and the current one of another app: both tags of it are kept. */
test(h29_an_image_that_another_app_needs_stays)
{
    ten_deploys();
    tag("blog-v2", "other:1");
    compose("other", "blog-v2", "p", "other");
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v2", "keep current");
    assert_verdict("other:1", "keep current");
}

/* Nothing of blog has run for a month: it is kept as idle, and only `idle_apps` removes it, except for what ran
 * last. */
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

/* The disk is full of something else: no previous release is removed for it, and the plan says so. */
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

/* The disk is a little too full: after five minutes one previous release is removed, which is enough. */
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

/* The host boots with a clock that is 1000 days behind, until the time comes from the network: no window has ended
 * by that, in this boot or after another one. */
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

/* The host boots with a clock four years ahead, which is then corrected: neither pass removes anything, and the one
 * after them is an ordinary one. */
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

/* A builder runs with 30 GB of old cache: the cache is pruned inside it, and its volume, container and image are
 * kept. */
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
        world_test(h27_a_stopped_foreign_container_keeps_its_image),
        world_test(h28_a_mounted_image_is_in_use),
        world_test(h28_a_mount_whose_tag_has_moved_keeps_what_had_the_tag),
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
