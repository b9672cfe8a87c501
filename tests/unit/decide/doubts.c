/* SPDX-License-Identifier: MIT */
/* Where the benefit of the doubt has its end: it pushes out nothing that is known to have served, it makes no app of
 * somebody's trials, and it does not last for ever. */
#include "full_disk.h"
#include "script.h"

static void up(int number)
{
    const char *content = numbered("web%d", number);
    pull(content, "x/y:latest");
    compose_up("p-web-1", content, "p", "web")->run.has_restart_policy = false;
}

static void started_from(Container *container, const char *reference)
{
    free(container->image_ref);
    container->image_ref = xstrdup(reference);
}

static void serve_hourly(int from, int to)
{
    for (int i = from; i <= to; i++) {
        up(i);
        after(MINUTES(30));
        look();
        after(MINUTES(30));
        stop("p-web-1", 143);
        look();
    }
}

static void crash(void)
{
    after(SECONDS(2));
    stop("p-web-1", 1);
}

/* And it does so for long enough to end every wait. */
static void serve_last(int number)
{
    up(number);
    after(HOURS(2));
    look();
    after(DAYS(2));
    look();
}

/* `docker compose up -d` starts the crashed container once more, and it crashes again: its first life is known. */
test(what_crashed_twice_takes_no_place_from_what_served)
{
    serve_hourly(1, 4);
    for (int i = 5; i <= 7; i++) {
        up(i);
        crash();
        look();
        after(MINUTES(5));
        start_again("p-web-1");
        crash();
        tell_end("p-web-1");
        look();
        after(MINUTES(30));
    }
    serve_last(8);
    assert_verdict("web4", "keep rollback");
    assert_verdict("web2", "keep rollback");
    assert_verdict("web5", "remove failed");
}

/* Events were missed between the two lives, so nobody knows whether there was another one. */
test(what_may_have_served_outside_kamal_is_kept_beside_what_did)
{
    w->policy.retention.keep_previous = 1;
    serve_hourly(1, 1);
    up(2);
    crash();
    look();
    w->knows_events = false;
    after(DAYS(2));
    start_again("p-web-1");
    crash();
    look();
    w->knows_events = true;
    serve_last(3);
    assert_verdict("web2", "keep rollback");
    assert_verdict("web1", "keep rollback");
}

/* It keeps crashing. The list says "exited", and the inspect a moment later that it runs again, for the sixth time. */
test(a_container_that_is_just_being_restarted_has_had_no_power_cut)
{
    serve_hourly(1, 4);
    for (int i = 5; i <= 7; i++) {
        up(i);
        Container *container = the_container("p-web-1");
        container->run.has_restart_policy = true;
        container->state = STATE_RESTARTING;
        container->run.restarts = 5;
        after(MINUTES(2));
        look();
        after(MINUTES(5));
        container->state = STATE_EXITED;
        container->run.started = w->now;
        container->run.finished = 0;
        container->run.restarts = 6;
        look();
        after(MINUTES(30));
    }
    serve_last(8);
    assert_verdict("web4", "keep rollback");
    assert_verdict("web2", "keep rollback");
    assert_verdict("web5", "remove failed");
}

/* Somebody tries node:18 in a container named "test", and ten days later node:20. On a quiet host the engine still tells of
 * the first one. What else was pulled is of no app. */
test(two_trials_of_one_name_make_no_app_though_the_engine_tells_for_long)
{
    static const char *const pulled[] = {"node:12", "node:14", "node:16"};
    for (size_t i = 0; i < N_ELEMENTS(pulled); i++) {
        pull(pulled[i], pulled[i]);
        after(HOURS(1));
        look();
    }
    pull("node:18", "node:18");
    Container *first = run("test", "node:18");
    cleanup_with(free_charp) char *id = xstrdup(first->id);
    Time created = first->created;
    after(MINUTES(5));
    look();
    strings_add(&w->host.killed, id);
    remove_container("test");
    *array_add(&w->host.gone, &w->host.n_gone) =
        (Container){.id = xstrdup(id),
                    .name = xstrdup("test"),
                    .image_ref = xstrdup("node:18"),
                    .created = created,
                    .state = STATE_EXITED,
                    .run = {.started = created, .finished = w->now, .was_killed = true}};
    for (int day = 0; day < 10; day++) {
        look();
        after(DAYS(1));
    }
    pull("node:20", "node:20");
    run("test", "node:20");
    after(MINUTES(10));
    look();
    after(HOURS(3));
    pass();
    for (size_t i = 0; i < N_ELEMENTS(pulled); i++)
        assert_verdict(pulled[i], "keep unmanaged");
}

/* CI gives each build a name for production and one for staging, which was left at the second build. */
test(a_name_in_the_repository_of_another_app_holds_no_release)
{
    for (int i = 1; i <= 9; i++) {
        const char *content = numbered("b%d", i);
        pull(content, numbered("x/prod:v%d", i));
        tag(content, numbered("x/staging:b%d", i));
        if (i <= 2)
            started_from(compose_up("staging-web-1", content, "staging", "web"), numbered("x/staging:b%d", i));
        started_from(compose_up("prod-web-1", content, "prod", "web"), numbered("x/prod:v%d", i));
        after(HOURS(3));
        look();
    }
    after(DAYS(3));
    pass();
    assert_verdict("b3", "gone");
    assert_verdict("b8", "keep rollback");
}

/* `docker import`, or a commit of what is gone, before rgc came: no event, no digest, and it continues nothing that is
 * known. */
test(what_no_registry_has_and_came_before_rgc_may_be_an_only_copy)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    build("rootfs", "backup/server:2025");
    pull("debian", "debian:12");
    after(HOURS(2));
    snapshot_drop_events(&w->host);
    lose_ledger();
    look();
    build("seen", "tools/own:1"); /* of which an event says that it was no commit */
    after(DAYS(61));
    pass();
    assert_verdict("rootfs", "keep unmanaged");
    assert_verdict("debian", "gone");
    assert_verdict("seen", "gone");
}

test(what_was_pushed_later_is_no_only_copy_any_more)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    pull("node", "node:20");
    derive("app", "node", "registry.test/app:1");
    look();
    cleanup_with(free_charp) char *digest = xasprintf("registry.test/app@%s", the_image("app")->id);
    strings_add(&the_image("app")->digests, digest);
    after(MINUTES(1));
    look();
    after(DAYS(60));
    pass();
    assert_verdict("app", "gone");
}

/* A slow first pull of several images of one repository, and a full disk. */
test(a_full_disk_takes_nothing_from_a_repository_into_which_images_come)
{
    w->policy.pressure_removes_unmanaged = true;
    pull("api", "me/new:api");
    after(HOURS(2));
    look();
    plan_full(97);
    pull("web", "me/new:web");
    fill_disk(97);
    look();
    assert_verdict("api", "keep unmanaged");
    after(HOURS(2));
    fill_disk(97);
    look();
    assert_verdict("api", "remove pressure");
}

/* The clock is set back by two hours, and then v1 lives again while events are missed. */
test(what_lived_again_unseen_after_the_clock_was_set_back_is_inspected)
{
    up(1);
    after(MINUTES(1));
    stop("p-web-1", 1);
    after(DAYS(1));
    look();
    w->now -= HOURS(2);
    w->host.engine.clock_offset_usec -= HOURS(2);
    after(HOURS(1));
    Container *container = the_container("p-web-1");
    container->in_state_for_usec = MINUTES(5);
    w->host.arrivals_since = w->now - MINUTES(1);
    assert_true(ledger_tells_of_earlier_life(&w->ledger, &w->host, container, w->now));
    container->in_state_for_usec = 0;
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, container, w->now));
}

/* Its first life crashed, the second one served for eight hours between two passes, and the third one crashes. */
test(a_life_between_two_passes_that_events_tell_of_may_have_served)
{
    w->policy.retention.keep_previous = 1;
    serve_hourly(1, 1);
    up(2);
    crash();
    look();
    after(MINUTES(5));
    live_again("p-web-1", HOURS(8));
    after(SECONDS(1));
    start_again("p-web-1");
    crash();
    tell_end("p-web-1");
    look();
    serve_last(3);
    assert_verdict("web2", "keep rollback");
}

/* One container of the release crashed. A pass saw the next one begin, and nobody saw it end. */
test(a_power_cut_in_a_life_that_a_pass_saw_begin_leaves_a_doubt)
{
    w->policy.retention.keep_previous = 1;
    serve_hourly(1, 1);
    up(2);
    crash();
    look();
    after(MINUTES(5));
    compose_up("p-web-1", "web2", "p", "web")->run.has_restart_policy = false;
    after(SECONDS(5));
    look();
    after(HOURS(20));
    Container *container = the_container("p-web-1");
    container->state = STATE_EXITED;
    container->run.finished = 0;
    container->is_asked = true;
    look();
    serve_last(3);
    assert_verdict("web2", "keep rollback");
}

/* Only events tell of it: it was created when the container list had just been read. */
static Container *start_behind_list(int number)
{
    up(number);
    Container *here = the_container("p-web-1");
    Container *gone = array_add(&w->host.gone, &w->host.n_gone);
    *gone = (Container){.id = xstrdup(here->id),
                        .name = xstrdup("p-web-1"),
                        .image_ref = xstrdup("x/y:latest"),
                        .image_id = xstrdup(here->image_id),
                        .created = w->now,
                        .state = STATE_EXITED,
                        .run = {.is_known = true, .started = w->now, .is_auto_remove = true}};
    labels_copy(&gone->labels, &here->labels);
    remove_container("p-web-1");
    return gone;
}

/* It was created when the container list had just been read, serves, and is gone before the next pass. */
test(what_started_behind_the_list_is_not_gone_for_good)
{
    serve_hourly(1, 1);
    Container *gone = start_behind_list(2);
    look();
    after(HOURS(3));
    gone->run.finished = w->now;
    look();
    assert_true(ledger_image(&w->ledger, the_image("web2")->id)->uses[0].has_served);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(what_crashed_twice_takes_no_place_from_what_served),
        world_test(what_may_have_served_outside_kamal_is_kept_beside_what_did),
        world_test(a_container_that_is_just_being_restarted_has_had_no_power_cut),
        world_test(two_trials_of_one_name_make_no_app_though_the_engine_tells_for_long),
        world_test(a_name_in_the_repository_of_another_app_holds_no_release),
        world_test(what_no_registry_has_and_came_before_rgc_may_be_an_only_copy),
        world_test(what_was_pushed_later_is_no_only_copy_any_more),
        world_test(a_full_disk_takes_nothing_from_a_repository_into_which_images_come),
        world_test(what_lived_again_unseen_after_the_clock_was_set_back_is_inspected),
        world_test(a_life_between_two_passes_that_events_tell_of_may_have_served),
        world_test(a_power_cut_in_a_life_that_a_pass_saw_begin_leaves_a_doubt),
        world_test(what_started_behind_the_list_is_not_gone_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
