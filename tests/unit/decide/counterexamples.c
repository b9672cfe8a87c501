/* SPDX-License-Identifier: MIT */
/* Histories that once cost somebody a release: found by reviewing, each a counterexample until it was mended. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
/* next release loaded, then a rollback / re-boot of an OLD release: no later arrival. */
test(a_rollback_leaves_the_loaded_next_release)
{
    deploy_hourly(&blog, 1, 10);
    pull_release(&blog, "v11", "blog-v11");
    look();
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v11", "wait next");
    roll_back(&blog, "v9");
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v11", "wait next");
}
test(a_new_container_of_the_current_release_leaves_the_next)
{
    deploy_hourly(&blog, 1, 10);
    pull_release(&blog, "v11", "blog-v11");
    look();
    after(HOURS(2));
    boot(&blog, "v10"); /* kamal app boot: new env */
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v11", "wait next");
}
/* without any tag event: plain compose recreate of the same image */
test(a_compose_recreate_leaves_the_next)
{
    for (int i = 1; i <= 6; i++) {
        const char *t = numbered("x/y:v%d", i);
        const char *n = numbered("c%d", i);
        pull(t, t);
        if (i > 1) {
            const char *o = numbered("c%d", i - 1);
            stop(o, 143);
            remove_container(o);
        }
        Container *c = run(n, t);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("web");
        c->labels.compose_hash = xstrdup("of this container");
        after(HOURS(2));
        look();
    }
    pull("x/y:v7", "x/y:v7");
    after(HOURS(2));
    look();
    assert_verdict("x/y:v7", "wait next");
    stop("c6", 143);
    remove_container("c6");
    Container *c = run("c6b", "x/y:v6");
    c->labels.compose_project = xstrdup("p");
    c->labels.compose_service = xstrdup("web");
    c->labels.compose_hash = xstrdup("of this container");
    after(MINUTES(30));
    look();
    assert_verdict("x/y:v7", "wait next");
}

/* Compose service that does its work and ends with 0 (migrate, init): not "failed". */
test(a_service_that_does_its_work_and_ends_has_not_failed)
{
    for (int i = 1; i <= 5; i++) {
        const char *t = numbered("x/migrate:v%d", i);
        const char *n = numbered("m%d", i);
        pull(t, t);
        if (i > 1) {
            const char *o = numbered("m%d", i - 1);
            remove_container(o);
        }
        Container *c = run(n, t);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("migrate");
        c->labels.compose_hash = xstrdup("of this container");
        after(SECONDS(20));
        stop(n, 0);
        after(HOURS(1));
        look();
    }
    after(HOURS(25));
    look();
    assert_verdict("x/migrate:v5", "keep current");
    assert_verdict("x/migrate:v4", "keep rollback");
    assert_verdict("x/migrate:v3", "keep rollback");
}

/* zombie of a role that is no more runs on: the last releases keep their slots. */
test(a_role_that_runs_on_at_an_old_release_asks_nothing_of_others)
{
    const KamalApp both = {.service = "blog", .roles = "web,worker"};
    deploy_hourly(&both, 1, 5);
    pass();
    for (int i = 6; i <= 9; i++) {
        const char *v = numbered("v%d", i);
        deploy(&blog, v);
        after(HOURS(1));
        pass();
    }
    assert_verdict("r/blog:v8", "keep rollback");
    assert_verdict("r/blog:v7", "keep rollback");
    assert_verdict("r/blog:v6", "keep rollback");
}

/* c8d, Compose web:latest pulled again and again; ledger lost: removes no more than the day before */
test(untagged_images_from_before_the_ledger_wait_on_the_containerd_store)
{
    w->host.engine.store = STORE_CONTAINERD;
    for (int i = 1; i <= 3; i++) {
        const char *id = numbered("content%d", i);
        const char *n = numbered("c%d", i);
        pull(id, "x/y:latest");
        if (i > 1) {
            const char *o = numbered("c%d", i - 1);
            stop(o, 143);
            remove_container(o);
        }
        Container *c = run(n, id);
        c->labels.compose_project = xstrdup("p");
        c->labels.compose_service = xstrdup("web");
        c->labels.compose_hash = xstrdup("of this container");
        after(HOURS(2));
        look();
    }
    assert_verdict("content2", "keep rollback");
    assert_verdict("content1", "keep rollback");
    lose_ledger();
    for (size_t i = 0; i < w->host.n_arrivals; i++)
        free(w->host.arrivals[i].reference);
    w->host.n_arrivals = 0;
    w->host.arrivals_since = w->now - HOURS(2);
    look();
    assert_string_not_equal(verdict_of("content2"), "remove dangling");
}

/* one time-out of an inspect while a release waits for its health: it "has served" for ever */
test(an_inspect_that_times_out_proves_no_service)
{
    deploy_hourly(&blog, 1, 10);
    pull_release(&blog, "v11", "blog-v11");
    Container *waiting = run("blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    waiting->run.has_restart_policy = true;
    after(SECONDS(90));
    Container *old = the_container("blog-web-v10");
    Run saved = old->run;
    old->run = (Run){0};
    old->inspect_error = "the engine did not answer in time";
    look();
    old = the_container("blog-web-v10");
    old->run = saved;
    old->inspect_error = NULL;
    after(SECONDS(30));
    stop("blog-web-v11", 143);
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v7", "keep rollback");
}

/* dangling = keep, [disk] unmanaged = remove: a dangling image goes under pressure as "unmanaged" */
test(dangling_images_that_are_kept_are_not_unmanaged)
{
    w->policy.retention.remove_dangling = false;
    w->policy.pressure_removes_unmanaged = true;
    build("old", "my/tool:1");
    after(HOURS(1));
    look();
    build("new", "my/tool:1");
    after(HOURS(2));
    the_image("old")->shared_bytes = 0;
    w->host.disks = xcalloc(1, sizeof(Disk));
    w->host.n_disks = 1;
    w->host.disks[0] =
        (Disk){.path = xstrdup("/d"), .total_bytes = 1000000000, .available_bytes = 120000000, .used_percent = 88};
    look();
    after(MINUTES(10));
    look();
    assert_string_not_equal(verdict_of("old"), "remove pressure");
}

/* --app: an image of two apps; the container of the other stays, plan says remove */
test(what_another_app_needs_is_kept_in_a_pass_for_one_app)
{
    const KamalApp shop = {.service = "shop", .roles = "web"};
    deploy_hourly(&blog, 1, 1);
    /* the same content under both services */
    tag("blog-v1", "r/shop:v1");
    Container *c = run("shop-web-v1", "r/shop:v1");
    free(c->labels.service);
    c->labels.service = xstrdup("shop");
    c->labels.role = xstrdup("web");
    c->run.has_restart_policy = true;
    after(HOURS(1));
    look();
    deploy_hourly(&blog, 2, 7);
    deploy_hourly(&shop, 2, 7);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
    Plan plan = {0};
    DecideOptions options = {.app = "blog"};
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &plan);
    const PlannedImage *image = plan_image(&plan, the_image("r/blog:v1")->id);
    bool box = false;
    for (size_t i = 0; i < plan.n_containers; i++)
        box |= strcmp(plan.containers[i].container->name, "shop-web-v1") == 0;
    bool contradiction = image->judgement.verdict == VERDICT_REMOVE && !box;
    plan_clear(&plan);
    assert_false(contradiction);
}

/* staging ran v11 long ago; production gets it promoted while staging goes on */
test(an_image_pulled_anew_may_be_for_another_destination)
{
    const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
    const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};
    deploy(&production, "v1");
    after(HOURS(1));
    pass();
    deploy_hourly(&staging, 2, 7);
    pass(); /* v7, 6, 5, 4 */
    /* kamal deploy -d production --version v3: pulled anew, long pre-deploy hook; staging is deployed meanwhile */
    pull_release(&production, "v3", "blog-v3");
    look();
    after(MINUTES(50));
    deploy(&staging, "v8");
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v3", "wait next");
}

/* engine SIGKILL: everything exited 0, at one moment; current as before */
test(an_engine_that_was_killed_makes_nobody_fail)
{
    deploy_hourly(&blog, 1, 5);
    pass();
    stop("blog-web-v5", 0);
    w->knows_events = false;
    look();
    assert_verdict("r/blog:v5", "keep current");
    assert_verdict("r/blog:v4", "keep rollback");
    lose_ledger();
    look();
    assert_verdict("r/blog:v5", "keep current");
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v4", "keep rollback");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "keep rollback");
}

/* mount whose name has moved + pressure */
test(an_image_that_may_be_mounted_stays_under_pressure)
{
    deploy_hourly(&blog, 1, 5);
    pass();
    for (size_t i = 0; i < w->host.n_images; i++) {
        w->host.images[i].size_bytes = 1000000000;
        w->host.images[i].shared_bytes = 0;
    }
    /* a container that could not be inspected / mounts "r/blog:latest", which has moved since */
    pull("reader", "x/reader:1");
    Container *c = run("reader", "reader");
    after(HOURS(1));
    deploy(&blog, "v6");
    c = the_container("reader");
    strings_add(&c->mounted_images, the_image("r/blog:latest")->id); /* engines tell the name only: now v6; it was v5 */
    after(HOURS(2));
    look();
    deploy(&blog, "v7");
    after(HOURS(2));
    c = the_container("reader");
    strings_clear(&c->mounted_images);
    strings_add(&c->mounted_images, the_image("r/blog:latest")->id);
    w->host.disks = xcalloc(1, sizeof(Disk));
    w->host.n_disks = 1;
    w->host.disks[0] =
        (Disk){.path = xstrdup("/d"), .total_bytes = 50000000000, .available_bytes = 5500000000, .used_percent = 89};
    look();
    after(MINUTES(10));
    look();
    assert_string_not_equal(verdict_of("r/blog:v5"), "remove pressure");
}

/* empty ledger; an old container of the role was never stopped: what was stopped later is "failed", all of it */
test(an_old_container_that_runs_on_makes_nobody_fail)
{
    deploy_hourly(&blog, 1, 4);
    deploy(&blog, "v5");
    Container *zombie = the_container("blog-web-v5");
    zombie->state = STATE_PAUSED; /* so that the world's next deploys do not stop it */
    for (int i = 6; i <= 10; i++) {
        const char *v = numbered("v%d", i);
        after(DAYS(2));
        deploy(&blog, v);
    }
    after(DAYS(2));
    lose_ledger();
    look();
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v9", "keep rollback");
}
/* inspect of the running one fails at a pass with N = 1: nothing else moves */
test(when_no_inspect_is_answered_nothing_is_taken_for_failed)
{
    deploy_hourly(&blog, 1, 6);
    pass();
    for (size_t i = 0; i < w->host.n_containers; i++) {
        w->host.containers[i].run = (Run){0};
        w->host.containers[i].inspect_error = "x";
    }
    after(DAYS(2));
    look();
    assert_verdict("r/blog:v6", "keep current");
    for (int i = 5; i > 2; i--) {
        const char *v = numbered("r/blog:v%d", i);
        assert_int_not_equal(judgement_of(v)->verdict, VERDICT_REMOVE);
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
