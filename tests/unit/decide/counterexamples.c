/* SPDX-License-Identifier: MIT */
/* Histories that once cost somebody a release: found by reviewing, each a counterexample until it was mended. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
/* next release loaded, then a rollback / re-boot of an OLD release: no later arrival. */
static void a_rollback_leaves_the_loaded_next_release(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 10);
    kamal_pull(w, &blog, "v11", "blog-v11");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v11", "wait next");
    kamal_rollback(w, &blog, "v9");
    world_wait(w, MINUTES(30));
    world_plan(w);
    assert_verdict(w, "r/blog:v11", "wait next");
}
static void a_new_container_of_the_current_release_leaves_the_next(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 10);
    kamal_pull(w, &blog, "v11", "blog-v11");
    world_plan(w);
    world_wait(w, HOURS(2));
    kamal_boot(w, &blog, "v10"); /* kamal app boot: new env */
    world_wait(w, MINUTES(30));
    world_plan(w);
    assert_verdict(w, "r/blog:v11", "wait next");
}
/* without any tag event: plain compose recreate of the same image */
static void a_compose_recreate_leaves_the_next(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 6; i++) {
        char t[32], n[32];
        snprintf(t, sizeof t, "x/y:v%d", i);
        snprintf(n, sizeof n, "c%d", i);
        world_pull(w, t, t);
        if (i > 1) {
            char o[32];
            snprintf(o, sizeof o, "c%d", i - 1);
            world_stop(w, o, 143);
            world_remove_container(w, o);
        }
        Container *c = world_run(w, n, t);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("web");
        c->labels.compose_hash = xstrdup("of this container");
        world_wait(w, HOURS(2));
        world_plan(w);
    }
    world_pull(w, "x/y:v7", "x/y:v7");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "x/y:v7", "wait next");
    world_stop(w, "c6", 143);
    world_remove_container(w, "c6");
    Container *c = world_run(w, "c6b", "x/y:v6");
    c->labels.compose_project = xstrdup("p");
    c->labels.compose_service = xstrdup("web");
    c->labels.compose_hash = xstrdup("of this container");
    world_wait(w, MINUTES(30));
    world_plan(w);
    assert_verdict(w, "x/y:v7", "wait next");
}

/* Compose service that does its work and ends with 0 (migrate, init): not "failed". */
static void a_service_that_does_its_work_and_ends_has_not_failed(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 5; i++) {
        char t[32], n[32];
        snprintf(t, sizeof t, "x/migrate:v%d", i);
        snprintf(n, sizeof n, "m%d", i);
        world_pull(w, t, t);
        if (i > 1) {
            char o[32];
            snprintf(o, sizeof o, "m%d", i - 1);
            world_remove_container(w, o);
        }
        Container *c = world_run(w, n, t);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("migrate");
        c->labels.compose_hash = xstrdup("of this container");
        world_wait(w, SECONDS(20));
        world_stop(w, n, 0);
        world_wait(w, HOURS(1));
        world_plan(w);
    }
    world_wait(w, HOURS(25));
    world_plan(w);
    assert_verdict(w, "x/migrate:v5", "keep current");
    assert_verdict(w, "x/migrate:v4", "keep rollback");
    assert_verdict(w, "x/migrate:v3", "keep rollback");
}

/* zombie of a role that is no more runs on: the last releases keep their slots. */
static void a_role_that_runs_on_at_an_old_release_asks_nothing_of_others(void **state)
{
    World *w = *state;
    const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(w, &both, 1, 5);
    world_pass(w);
    for (int i = 6; i <= 9; i++) {
        char v[8];
        snprintf(v, sizeof v, "v%d", i);
        kamal_deploy(w, &blog, v);
        world_wait(w, HOURS(1));
        world_pass(w);
    }
    assert_verdict(w, "r/blog:v8", "keep rollback");
    assert_verdict(w, "r/blog:v7", "keep rollback");
    assert_verdict(w, "r/blog:v6", "keep rollback");
}

/* c8d, Compose web:latest pulled again and again; ledger lost: removes no more than the day before */
static void untagged_images_from_before_the_ledger_wait_on_the_containerd_store(void **state)
{
    World *w = *state;
    w->host.engine.store = STORE_CONTAINERD;
    for (int i = 1; i <= 3; i++) {
        char n[32], id[32];
        snprintf(id, sizeof id, "content%d", i);
        snprintf(n, sizeof n, "c%d", i);
        world_pull(w, id, "x/y:latest");
        if (i > 1) {
            char o[32];
            snprintf(o, sizeof o, "c%d", i - 1);
            world_stop(w, o, 143);
            world_remove_container(w, o);
        }
        Container *c = world_run(w, n, id);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("web");
        c->labels.compose_hash = xstrdup("of this container");
        world_wait(w, HOURS(2));
        world_plan(w);
    }
    assert_verdict(w, "content2", "keep rollback");
    assert_verdict(w, "content1", "keep rollback");
    world_lose_ledger(w);
    for (size_t i = 0; i < w->host.n_arrivals; i++)
        free(w->host.arrivals[i].reference);
    w->host.n_arrivals = 0;
    w->host.arrivals_since = w->now - HOURS(2);
    world_plan(w);
    assert_string_not_equal(world_verdict(w, "content2"), "remove dangling");
}

/* one time-out of an inspect while a release waits for its health: it "has served" for ever */
static void an_inspect_that_times_out_proves_no_service(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 10);
    kamal_pull(w, &blog, "v11", "blog-v11");
    Container *waiting = world_run(w, "blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    waiting->run.has_restart_policy = true;
    world_wait(w, SECONDS(90));
    Container *old = world_container(w, "blog-web-v10");
    Run saved = old->run;
    old->run = (Run){0};
    old->inspect_error = "the engine did not answer in time";
    world_plan(w);
    old = world_container(w, "blog-web-v10");
    old->run = saved;
    old->inspect_error = NULL;
    world_wait(w, SECONDS(30));
    world_stop(w, "blog-web-v11", 143);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v7", "keep rollback");
}

/* dangling = keep, [disk] unmanaged = remove: a dangling image goes under pressure as "unmanaged" */
static void dangling_images_that_are_kept_are_not_unmanaged(void **state)
{
    World *w = *state;
    w->policy.retention.remove_dangling = false;
    w->policy.pressure_removes_unmanaged = true;
    world_build(w, "old", "my/tool:1");
    world_wait(w, HOURS(1));
    world_plan(w);
    world_build(w, "new", "my/tool:1");
    world_wait(w, HOURS(2));
    world_image(w, "old")->shared_bytes = 0;
    w->host.disks = xcalloc(1, sizeof(Disk));
    w->host.n_disks = 1;
    w->host.disks[0] =
        (Disk){.path = xstrdup("/d"), .total_bytes = 1000000000, .available_bytes = 120000000, .used_percent = 88};
    world_plan(w);
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_string_not_equal(world_verdict(w, "old"), "remove pressure");
}

/* --app: an image of two apps; the container of the other stays, plan says remove */
static void what_another_app_needs_is_kept_in_a_pass_for_one_app(void **state)
{
    World *w = *state;
    const KamalApp shop = {.service = "shop", .roles = "web"};
    deploy_hourly(w, &blog, 1, 1);
    /* the same content under both services */
    world_tag(w, "blog-v1", "r/shop:v1");
    Container *c = world_run(w, "shop-web-v1", "r/shop:v1");
    free(c->labels.service);
    c->labels.service = xstrdup("shop");
    c->labels.role = xstrdup("web");
    c->run.has_restart_policy = true;
    world_wait(w, HOURS(1));
    world_plan(w);
    deploy_hourly(w, &blog, 2, 7);
    deploy_hourly(w, &shop, 2, 7);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
    Plan plan = {0};
    DecideOptions options = {.app = "blog"};
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &plan);
    const PlannedImage *image = plan_image(&plan, world_image(w, "r/blog:v1")->id);
    bool box = false;
    for (size_t i = 0; i < plan.n_containers; i++)
        box |= strcmp(plan.containers[i].container->name, "shop-web-v1") == 0;
    bool contradiction = image->judgement.verdict == VERDICT_REMOVE && !box;
    plan_clear(&plan);
    assert_false(contradiction);
}

/* staging ran v11 long ago; production gets it promoted while staging goes on */
static void an_image_pulled_anew_may_be_for_another_destination(void **state)
{
    World *w = *state;
    const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    kamal_deploy(w, &production, "v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    deploy_hourly(w, &staging, 2, 7);
    world_pass(w); /* v7, 6, 5, 4 */
    /* kamal deploy -d production --version v3: pulled anew, long pre-deploy hook; staging is deployed meanwhile */
    kamal_pull(w, &production, "v3", "blog-v3");
    world_plan(w);
    world_wait(w, MINUTES(50));
    kamal_deploy(w, &staging, "v8");
    world_wait(w, MINUTES(30));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "wait next");
}

/* engine SIGKILL: everything exited 0, at one moment; current as before */
static void an_engine_that_was_killed_makes_nobody_fail(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_pass(w);
    world_stop(w, "blog-web-v5", 0);
    w->knows_events = false;
    world_plan(w);
    assert_verdict(w, "r/blog:v5", "keep current");
    assert_verdict(w, "r/blog:v4", "keep rollback");
    world_lose_ledger(w);
    world_plan(w);
    assert_verdict(w, "r/blog:v5", "keep current");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v4", "keep rollback");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "keep rollback");
}

/* mount whose name has moved + pressure */
static void an_image_that_may_be_mounted_stays_under_pressure(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_pass(w);
    for (size_t i = 0; i < w->host.n_images; i++) {
        w->host.images[i].size_bytes = 1000000000;
        w->host.images[i].shared_bytes = 0;
    }
    /* a container that could not be inspected / mounts "r/blog:latest", which has moved since */
    world_pull(w, "reader", "x/reader:1");
    Container *c = world_run(w, "reader", "reader");
    world_wait(w, HOURS(1));
    kamal_deploy(w, &blog, "v6");
    c = world_container(w, "reader");
    strings_add(&c->mounted_images,
                world_image(w, "r/blog:latest")->id); /* engines tell the name only: now v6; it was v5 */
    world_wait(w, HOURS(2));
    world_plan(w);
    kamal_deploy(w, &blog, "v7");
    world_wait(w, HOURS(2));
    c = world_container(w, "reader");
    strings_clear(&c->mounted_images);
    strings_add(&c->mounted_images, world_image(w, "r/blog:latest")->id);
    w->host.disks = xcalloc(1, sizeof(Disk));
    w->host.n_disks = 1;
    w->host.disks[0] =
        (Disk){.path = xstrdup("/d"), .total_bytes = 50000000000, .available_bytes = 5500000000, .used_percent = 89};
    world_plan(w);
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_string_not_equal(world_verdict(w, "r/blog:v5"), "remove pressure");
}

/* empty ledger; an old container of the role was never stopped: what was stopped later is "failed", all of it */
static void an_old_container_that_runs_on_makes_nobody_fail(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 4);
    kamal_deploy(w, &blog, "v5");
    Container *zombie = world_container(w, "blog-web-v5");
    zombie->state = STATE_PAUSED; /* so that the world's next deploys do not stop it */
    for (int i = 6; i <= 10; i++) {
        char v[8];
        snprintf(v, sizeof v, "v%d", i);
        world_wait(w, DAYS(2));
        kamal_deploy(w, &blog, v);
    }
    world_wait(w, DAYS(2));
    world_lose_ledger(w);
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v9", "keep rollback");
}
/* inspect of the running one fails at a pass with N = 1: nothing else moves */
static void when_no_inspect_is_answered_nothing_is_taken_for_failed(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 6);
    world_pass(w);
    for (size_t i = 0; i < w->host.n_containers; i++) {
        w->host.containers[i].run = (Run){0};
        w->host.containers[i].inspect_error = "x";
    }
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "keep current");
    for (int i = 5; i > 2; i--) {
        char v[16];
        snprintf(v, sizeof v, "r/blog:v%d", i);
        assert_int_not_equal(judgement_of(w, v)->verdict, VERDICT_REMOVE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rollback_leaves_the_loaded_next_release, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(a_new_container_of_the_current_release_leaves_the_next, setup_world,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(a_compose_recreate_leaves_the_next, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(a_service_that_does_its_work_and_ends_has_not_failed, setup_world,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(a_role_that_runs_on_at_an_old_release_asks_nothing_of_others, setup_world,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(untagged_images_from_before_the_ledger_wait_on_the_containerd_store,
                                        setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(an_inspect_that_times_out_proves_no_service, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(dangling_images_that_are_kept_are_not_unmanaged, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(what_another_app_needs_is_kept_in_a_pass_for_one_app, setup_world,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(an_image_pulled_anew_may_be_for_another_destination, setup_world,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(an_engine_that_was_killed_makes_nobody_fail, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(an_image_that_may_be_mounted_stays_under_pressure, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(an_old_container_that_runs_on_makes_nobody_fail, setup_world, teardown_world),
        cmocka_unit_test_setup_teardown(when_no_inspect_is_answered_nothing_is_taken_for_failed, setup_world,
                                        teardown_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
