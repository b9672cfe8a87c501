/* SPDX-License-Identifier: MIT */
/* What of builders goes: cache in a running one, and what is left of those that nobody uses any more. */
#include "script.h"

#include <rgc/builders.h>

#define STOPPED "buildx_buildkit_old0"
#define LONE "buildx_buildkit_left0_state"

static Container *add_builder(const char *name)
{
    cleanup_with(free_charp) char *volume = xasprintf("%s_state", name);

    if (!the_image("buildkit"))
        pull("buildkit", "moby/buildkit:v1");
    Container *container = run(name, "moby/buildkit:v1");
    strings_add(&container->builder_volumes, volume);
    w->host.knows_volumes = true;
    return container;
}

static void add_volume(const char *name)
{
    w->host.knows_volumes = true;
    *array_add(&w->host.volumes, &w->host.n_volumes) =
        (Volume){.name = xstrdup(name), .created = w->now, .size_bytes = -1};
}

static void find_builders(void)
{
    for (size_t i = 0; i < w->host.n_builders; i++) {
        free(w->host.builders[i].name);
        free(w->host.builders[i].container_id);
        build_cache_clear(&w->host.builders[i].cache);
    }
    w->host.n_builders = 0;
    snapshot_index(&w->host);
    snapshot_find_builders(&w->host);
}

static void look_for_builders(void)
{
    find_builders();
    look();
}

/* "prune", "remove", "keep" or "none" of the builder with this name. */
static const char *builder_verdict(const char *name)
{
    for (size_t i = 0; i < w->plan.n_builders; i++) {
        const PlannedBuilder *planned = &w->plan.builders[i];
        if (strcmp(planned->builder->name, name) == 0) {
            assert_true(planned->reason && planned->reason[0]);
            return planned->removes ? "remove" : planned->prune ? "prune" : "keep";
        }
    }
    return "none";
}

static PlannedBuilder *planned_builder(void)
{
    assert_int_equal(w->plan.n_builders, 1);
    return &w->plan.builders[0];
}

/* 30 GB not used for a week, 5 GB used today, and 1 GB in use. */
static void fill(void)
{
    BuildCache *cache = &w->host.builders[0].cache;

    *cache = (BuildCache){.is_known = true};
    *array_add(&cache->records, &cache->n_records) =
        (CacheRecord){.id = xstrdup("a"), .size_bytes = INT64_C(30000000000), .last_used = w->now - DAYS(7)};
    *array_add(&cache->records, &cache->n_records) =
        (CacheRecord){.id = xstrdup("b"), .size_bytes = INT64_C(5000000000), .last_used = w->now - HOURS(1)};
    *array_add(&cache->records, &cache->n_records) = (CacheRecord){
        .id = xstrdup("c"), .size_bytes = INT64_C(1000000000), .last_used = w->now - DAYS(7), .is_in_use = true};
}

static void fill_running(void)
{
    add_builder("buildx_buildkit_x0");
    find_builders();
    fill();
}

test(names_are_taken_exactly)
{
    static const char *const builders[] = {"buildx_buildkit_x0", "buildx_buildkit_kamal-remote-ssh---root-1-2-3-40"};
    static const char *const others[] = {"buildx_buildkit_",
                                         "buildx_buildkit",
                                         "my_buildx_buildkit_x0",
                                         "buildkit",
                                         "buildx_buildkit_x 0",
                                         "Buildx_buildkit_x0",
                                         ""};
    static const char *const volumes[] = {"buildx_buildkit_x0_state", "buildx_buildkit_x_state_state"};
    static const char *const other_volumes[] = {"buildx_buildkit_x0",        "buildx_buildkit__state",
                                                "buildx_buildkit_state",     "x_buildx_buildkit_x0_state",
                                                "buildx_buildkit_x0_state2", "buildx_buildkit_x/0_state",
                                                "buildx_buildkit_x0_State"};

    for (size_t i = 0; i < N_ELEMENTS(builders); i++)
        assert_string_equal(builder_of_container(builders[i]), builders[i] + strlen(BUILDER_PREFIX));
    for (size_t i = 0; i < N_ELEMENTS(others); i++)
        assert_null(builder_of_container(others[i]));
    assert_null(builder_of_container(NULL));
    for (size_t i = 0; i < N_ELEMENTS(volumes); i++)
        assert_true(is_builder_volume(volumes[i]));
    for (size_t i = 0; i < N_ELEMENTS(other_volumes); i++)
        if (is_builder_volume(other_volumes[i]))
            fail_msg("taken for a builder's: %s", other_volumes[i]);
    assert_false(is_builder_volume(NULL));
}

test(the_old_cache_of_a_running_builder_goes)
{
    fill_running();
    look();
    const PlannedBuilder *planned = planned_builder();
    assert_true(planned->prune && !planned->removes);
    assert_int_equal(planned->cache_bytes, INT64_C(36000000000));
    assert_int_equal(planned->cache.evict_bytes, INT64_C(30000000000));
    assert_int_equal(planned->cache.evict_records, 1);
    assert_int_equal(planned->cache.max_unused_usec, HOURS(72));
    assert_string_equal(planned->reason, "30 GB in 1 record not used for 3 days");
    assert_int_equal(w->plan.estimate_bytes, INT64_C(30000000000));
    assert_true(plan_removes_anything(&w->plan));
    assert_verdict("buildx_buildkit_x0", "keep infrastructure");
}

test(a_size_cap_holds_for_a_builder_too)
{
    w->policy.cache_max_unused_usec = DAYS(30);
    w->policy.cache_max_size = (SizeCap){.bytes = INT64_C(10000000000)};
    w->policy.high.is_off = w->policy.low.is_off = true; /* it holds on any disk */
    fill_running();
    look();
    assert_true(planned_builder()->prune);
    assert_int_equal(planned_builder()->cache.max_size_bytes, INT64_C(10000000000));
    w->policy.cache_max_size = (SizeCap){.bytes = INT64_C(50000000000)};
    w->policy.high.is_off = w->policy.low.is_off = true; /* it holds on any disk */
    look();
    assert_false(planned_builder()->prune);
}

test(a_builder_is_only_reported_where_that_is_wanted)
{
    w->policy.prune_builders = false;
    fill_running();
    look();
    assert_false(planned_builder()->prune);
    assert_int_equal(planned_builder()->cache_bytes, INT64_C(36000000000));
    assert_int_equal(w->plan.estimate_bytes, 0);
    assert_false(plan_removes_anything(&w->plan));
}

test(a_cache_that_could_not_be_read_stays_and_says_why)
{
    fill_running();
    build_cache_clear(&w->host.builders[0].cache);
    w->host.builders[0].error = xstrdup("buildctl failed in it");
    look();
    assert_false(planned_builder()->prune);
    assert_int_equal(planned_builder()->cache_bytes, -1);
    assert_non_null(strstr(planned_builder()->reason, "buildctl failed in it"));
}

test(a_suspended_pass_and_a_pass_for_one_app_prune_no_builder)
{
    const DecideOptions options[] = {{.suspension = SUSPENSION_CLOCK}, {.app = "blog"}};
    fill_running();
    look();
    for (size_t i = 0; i < N_ELEMENTS(options); i++) {
        Plan plan;
        plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options[i], &plan);
        assert_false(plan.builders[0].prune);
        assert_int_equal(plan.estimate_bytes, 0);
        plan_clear(&plan);
    }
}

static void make_full(double used_percent)
{
    Disk *disk = array_add(&w->host.disks, &w->host.n_disks);
    *disk = (Disk){.path = xstrdup("/var/lib/docker"),
                   .total_bytes = INT64_C(100000000000),
                   .available_bytes = (int64_t)((100 - used_percent) * 1e9),
                   .used_percent = used_percent};
}

test(under_pressure_all_that_is_unused_in_builders_goes)
{
    fill_running();
    w->host.builders[0].cache.records[0].size_bytes = INT64_C(1000000000);
    make_full(86);
    look();
    assert_int_equal(planned_builder()->cache.evict_records, 1); /* it is high, but not for long */
    after(MINUTES(6));
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_int_equal(planned_builder()->cache.evict_records, 2);
    assert_int_equal(planned_builder()->cache.max_unused_usec, 0);
    assert_non_null(strstr(planned_builder()->reason, "the disk is too full"));
    w->policy.prune_builders = false;
    look();
    assert_false(planned_builder()->prune);
}

test(under_pressure_builders_go_only_as_far_as_needed)
{
    fill_running();
    make_full(96);
    w->host.builders[0].cache.records[0].size_bytes = INT64_C(25000000000); /* enough to get to 75 % */
    look();
    assert_true(w->plan.pressure.is_acting);
    assert_int_equal(planned_builder()->cache.evict_records, 1);
}

static void stop_builder(void)
{
    add_builder(STOPPED);
    add_volume(STOPPED "_state");
    after(HOURS(1));
    look_for_builders();
    stop(STOPPED, 0);
}

test(a_stopped_builder_goes_after_orphans)
{
    w->policy.orphans_usec = DAYS(30);
    stop_builder();
    Time stopped = w->now;
    w->now = stopped + DAYS(30) - 1;
    look_for_builders();
    assert_verdict(STOPPED, "keep infrastructure");
    assert_string_equal(builder_verdict("old0"), "keep");
    w->now = stopped + DAYS(30);
    look_for_builders();
    assert_verdict(STOPPED, "remove unused");
    assert_string_equal(builder_verdict("old0"), "remove");
    assert_verdict("buildkit", "keep infrastructure");
}

test(a_stopped_builder_stays_by_default)
{
    stop_builder();
    after(DAYS(1000));
    look_for_builders();
    assert_verdict(STOPPED, "keep infrastructure");
    assert_string_equal(builder_verdict("old0"), "keep");
}

test(a_running_builder_is_no_orphan)
{
    w->policy.orphans_usec = 0;
    add_builder("buildx_buildkit_x0");
    after(DAYS(100));
    look_for_builders();
    assert_string_equal(builder_verdict("x0"), "keep");
    assert_verdict("buildx_buildkit_x0", "keep current");
}

test(in_doubt_a_stopped_builder_stays)
{
    w->policy.orphans_usec = DAYS(1);
    stop_builder();
    after(DAYS(10));
    Container *container = the_container(STOPPED);
    Run run = container->run;
    container->run = (Run){.is_known = false};
    container->inspect_error = "no answer in 10 s";
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    container = the_container(STOPPED);
    container->state = STATE_CREATED;
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    container = the_container(STOPPED);
    container->state = STATE_EXITED;
    container->inspect_error = NULL;
    container->run = run;
    container->run.finished = w->now + HOURS(1); /* of another clock */
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    container->run = run;
    container->labels.compose_project = xstrdup("web");
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    free(container->labels.compose_project);
    container->labels.compose_project = NULL;
    container->labels.keep = true;
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    container->labels.keep = false;
    strings_clear(&container->builder_volumes);
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    strings_add(&container->builder_volumes, STOPPED "_state");
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "remove");
    strings_add(&w->policy.protect, "moby/buildkit:*");
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
}

test(the_volume_of_a_stopped_builder_stays_with_it_and_waits_after_it)
{
    w->policy.orphans_usec = DAYS(30);
    stop_builder();
    after(DAYS(31));
    look_for_builders();
    assert_int_equal(w->plan.n_builders, 1); /* the container is removed, its volume is not yet left alone */
    remove_container(STOPPED);
    look_for_builders();
    Time alone = w->now;
    assert_null(planned_builder()->builder->container_id);
    assert_string_equal(builder_verdict("old0"), "keep");
    w->now = alone + DAYS(30) - 1;
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "keep");
    w->now = alone + DAYS(30);
    look_for_builders();
    assert_string_equal(builder_verdict("old0"), "remove");
    assert_false(w->plan.estimate_is_exact);
}

/* One that has been alone for 40 days, of which 30 are enough. */
static void leave_volume(void)
{
    w->policy.orphans_usec = DAYS(30);
    add_volume(LONE);
    look_for_builders();
    after(DAYS(40));
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "remove");
}

test(a_volume_that_was_used_again_waits_anew)
{
    leave_volume();
    add_builder("buildx_buildkit_left0");
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    remove_container("buildx_buildkit_left0");
    after(DAYS(1));
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
}

test(a_volume_that_any_container_mounts_stays)
{
    leave_volume();
    pull("backup", "r/backup:v1");
    Container *container = run("backup", "r/backup:v1");
    strings_add(&container->builder_volumes, LONE);
    stop("backup", 0);
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    assert_non_null(strstr(planned_builder()->reason, "container backup mounts it"));
}

test(in_doubt_a_volume_stays)
{
    leave_volume();
    Volume *volume = &w->host.volumes[0], saved = *volume;
    volume->is_foreign = true;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    *volume = saved;
    volume->is_protected = true;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    *volume = saved;
    volume->created = 0;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    volume->created = w->now - DAYS(3); /* made anew under the name of the one before */
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    *volume = saved;
    w->policy.orphans_usec = DURATION_OFF;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    w->policy.orphans_usec = DAYS(30);
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "remove");
}

test(after_a_lost_ledger_a_volume_waits_anew)
{
    leave_volume();
    lose_ledger();
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "keep");
    after(DAYS(30));
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "remove");
}

test(volumes_that_the_engine_did_not_tell_are_not_forgotten)
{
    leave_volume();
    Volume volume = w->host.volumes[0];
    w->host.knows_volumes = false;
    w->host.n_volumes = 0;
    look_for_builders();
    assert_int_equal(w->plan.n_builders, 0);
    w->host.knows_volumes = true;
    w->host.n_volumes = 1;
    w->host.volumes[0] = volume;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "remove");
}

test(what_stays_of_builders_says_why)
{
    w->policy.cache_max_unused_usec = DAYS(10);
    fill_running();
    look();
    assert_string_equal(planned_builder()->reason,
                        "all of it is in use, was used within 10 days, or is needed by a record that was");
    w->policy.cache_max_size = (SizeCap){.bytes = INT64_C(50000000000)};
    w->policy.high.is_off = w->policy.low.is_off = true; /* it holds on any disk */
    look();
    assert_string_equal(
        planned_builder()->reason,
        "all of it is in use, was used within 10 days, or is needed by a record that was, and it is not larger than "
        "max_size");
    w->policy.cache_max_unused_usec = DURATION_OFF;
    look();
    assert_string_equal(planned_builder()->reason, "nothing in it is beyond 50 GB ([build_cache] max_size)");
    build_cache_clear(&w->host.builders[0].cache);
    w->host.builders[0].cache.is_known = true;
    look();
    assert_string_equal(planned_builder()->reason, "it is empty");
}

test(a_stopped_builder_says_until_when_it_stays)
{
    w->policy.orphans_usec = DAYS(30);
    stop_builder();
    after(DAYS(3));
    look_for_builders();
    assert_string_equal(planned_builder()->reason, "stopped for 3 days; removed in 27 days ([build_cache] orphans)");
    strings_add(&w->policy.protect, "moby/buildkit:*");
    look_for_builders();
    assert_string_equal(planned_builder()->reason, "stopped for 3 days; kept, because its image is protected");
}

test(a_volume_that_was_just_seen_alone_says_so)
{
    w->policy.orphans_usec = DAYS(30);
    add_volume(LONE);
    look_for_builders();
    assert_string_equal(
        planned_builder()->reason,
        "only its volume is left, now first seen without a container; removed in 30 days ([build_cache] orphans)");
    after(DAYS(2));
    look_for_builders();
    assert_string_equal(
        planned_builder()->reason,
        "only its volume is left, without a container for 2 days; removed in 28 days ([build_cache] orphans)");
    assert_false(planned_builder()->needs_orphans);
    w->policy.orphans_usec = 0;
    look_for_builders();
    assert_string_equal(builder_verdict("left0"), "remove");
}

test(a_container_that_is_only_called_so_is_no_builder)
{
    w->policy.orphans_usec = 0;
    pull("thing", "r/thing:v1");
    run("buildx_buildkit_thing0", "r/thing:v1");
    stop("buildx_buildkit_thing0", 0);
    after(DAYS(10));
    look_for_builders();
    assert_int_equal(w->plan.n_builders, 0);
    assert_true(strncmp(verdict_of("buildx_buildkit_thing0"), "keep", 4) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_taken_exactly),
        world_test(the_old_cache_of_a_running_builder_goes),
        world_test(a_size_cap_holds_for_a_builder_too),
        world_test(a_builder_is_only_reported_where_that_is_wanted),
        world_test(a_cache_that_could_not_be_read_stays_and_says_why),
        world_test(a_suspended_pass_and_a_pass_for_one_app_prune_no_builder),
        world_test(under_pressure_all_that_is_unused_in_builders_goes),
        world_test(under_pressure_builders_go_only_as_far_as_needed),
        world_test(a_stopped_builder_goes_after_orphans),
        world_test(a_stopped_builder_stays_by_default),
        world_test(a_running_builder_is_no_orphan),
        world_test(in_doubt_a_stopped_builder_stays),
        world_test(the_volume_of_a_stopped_builder_stays_with_it_and_waits_after_it),
        world_test(a_volume_that_was_used_again_waits_anew),
        world_test(a_volume_that_any_container_mounts_stays),
        world_test(in_doubt_a_volume_stays),
        world_test(after_a_lost_ledger_a_volume_waits_anew),
        world_test(volumes_that_the_engine_did_not_tell_are_not_forgotten),
        world_test(what_stays_of_builders_says_why),
        world_test(a_stopped_builder_says_until_when_it_stays),
        world_test(a_volume_that_was_just_seen_alone_says_so),
        world_test(a_container_that_is_only_called_so_is_no_builder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
