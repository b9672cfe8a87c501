/* SPDX-License-Identifier: MIT */
/*
 * Histories that once cost somebody a release. Reviewers found each of them in a version of rgc that had not been
 * released yet, and each was a counterexample until the decision was mended. The comments tell what rgc did at the
 * time.
 */
#include "full_disk.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp blog_and_worker = {.service = "blog", .roles = "web,worker"};
static const KamalApp staging = {.service = "blog", .destination = "staging", .roles = "web"};
static const KamalApp production = {.service = "blog", .destination = "production", .roles = "web"};

/* v10 runs, and v11 has been here for two hours: it is the next release. */
static void wait_with_a_next_release(void)
{
    deploy_hourly(&blog, 1, 10);
    pull_release(&blog, "v11", "blog-v11");
    look();
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v11", "wait next");
}

/* v11 was loaded for later, and then v10 was rolled back to v9. The container of v9 was newer than v11's arrival, so
 * v11 counted as superseded; but no later arrival has served. */
test(a_rollback_leaves_the_loaded_next_release)
{
    wait_with_a_next_release();
    roll_back(&blog, "v9");
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v11", "wait next");
}

/* The same with `kamal app boot`, which gives the current release a new container for a new environment. */
test(a_new_container_of_the_current_release_leaves_the_next)
{
    wait_with_a_next_release();
    boot(&blog, "v10");
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v11", "wait next");
}

/* The same with Compose, which recreates the container of the current release. No tag moves there, so no event tells
 * anything but the container's. */
test(a_compose_recreate_leaves_the_next)
{
    for (int i = 1; i <= 6; i++) {
        pull(numbered("x/y:v%d", i), numbered("x/y:v%d", i));
        compose_up("p-web-1", numbered("x/y:v%d", i), "p", "web");
        after(HOURS(2));
        look();
    }
    pull("x/y:v7", "x/y:v7");
    after(HOURS(2));
    look();
    assert_verdict("x/y:v7", "wait next");
    compose_up("p-web-1", "x/y:v6", "p", "web");
    after(MINUTES(30));
    look();
    assert_verdict("x/y:v7", "wait next");
}

/* A Compose service migrates the database for 20 seconds and ends with 0. It lived too briefly to have served, so all
 * of its releases counted as failed. */
test(a_service_that_does_its_work_and_ends_has_not_failed)
{
    for (int i = 1; i <= 5; i++) {
        pull(numbered("x/migrate:v%d", i), numbered("x/migrate:v%d", i));
        compose_up("p-migrate-1", numbered("x/migrate:v%d", i), "p", "migrate");
        after(SECONDS(20));
        stop("p-migrate-1", 0);
        after(HOURS(1));
        look();
    }
    after(HOURS(25));
    look();
    assert_verdict("x/migrate:v5", "keep current");
    assert_verdict("x/migrate:v4", "keep rollback");
    assert_verdict("x/migrate:v3", "keep rollback");
}

/* deploy.yml dropped the role worker at v6, and its container of v5 runs on. No later release has a worker, so none
 * counted as ready, and they lost their slots. */
test(a_role_that_runs_on_at_an_old_release_asks_nothing_of_others)
{
    deploy_hourly(&blog_and_worker, 1, 5);
    pass();
    for (int i = 6; i <= 9; i++) {
        deploy(&blog, numbered("v%d", i));
        after(HOURS(1));
        pass();
    }
    assert_versions("blog", V(8, 7, 6), "keep rollback");
}

/* On the containerd store, Compose pulls web:latest again and again, and the ledger is lost. Then nothing told the
 * untagged releases from dangling images, and the pass removed what the pass before had kept. */
test(untagged_images_from_before_the_ledger_wait_on_the_containerd_store)
{
    w->host.engine.store = STORE_CONTAINERD;
    for (int i = 1; i <= 3; i++) {
        pull(numbered("content%d", i), "x/y:latest");
        compose_up("p-web-1", numbered("content%d", i), "p", "web");
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

/* v11 waits for its health check beside v10, and the inspect of v10 times out once. For that pass v11 ran alone, so it
 * had served ever after, though it never became healthy, and took a slot from v7. */
test(an_inspect_that_times_out_proves_no_service)
{
    deploy_hourly(&blog, 1, 10);
    pull_release(&blog, "v11", "blog-v11");
    Container *waiting = run("blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    waiting->run.has_restart_policy = true;
    after(SECONDS(90));
    Run answered = the_container("blog-web-v10")->run;
    fail_inspect("blog-web-v10");
    look();
    the_container("blog-web-v10")->run = answered;
    the_container("blog-web-v10")->inspect_error = NULL;
    after(SECONDS(30));
    stop("blog-web-v11", 143);
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v7", "keep rollback");
}

/* `dangling = keep` and `[disk] unmanaged = remove` on a full disk: a dangling image passed for an unmanaged one, and
 * was removed. */
test(dangling_images_that_are_kept_are_not_unmanaged)
{
    w->policy.retention.remove_dangling = false;
    w->policy.pressure_removes_unmanaged = true;
    build("old", "my/tool:1");
    after(HOURS(1));
    look();
    build("new", "my/tool:1");
    after(HOURS(2));
    plan_full(88);
    assert_string_not_equal(verdict_of("old"), "remove pressure");
}

/* blog and shop ran one image. `rgc plan --app blog` said that it removes the image, and left out shop's container of
 * it, which keeps the engine from doing so. */
test(what_another_app_needs_is_kept_in_a_pass_for_one_app)
{
    deploy_hourly(&blog, 1, 1);
    tag("blog-v1", "r/shop:v1");
    boot(&shop, "v1");
    after(HOURS(1));
    look();
    deploy_hourly(&blog, 2, 7);
    deploy_hourly(&shop, 2, 7);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
    assert_verdict("shop-web-v1", "remove superseded");

    DecideOptions options = {.app = "blog"};
    plan_clear(&w->plan);
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &w->plan);
    bool is_removed = judgement_of("r/blog:v1")->verdict == VERDICT_REMOVE;
    assert_false(is_removed && strcmp(verdict_of("shop-web-v1"), "gone") == 0);
}

/* Staging ran v3 long ago. Production pulls it anew for a deploy whose pre-deploy hook takes an hour, and staging is
 * deployed meanwhile: v3 was an old release of staging's, and nothing more. */
test(an_image_pulled_anew_may_be_for_another_destination)
{
    deploy(&production, "v1");
    after(HOURS(1));
    pass();
    deploy_hourly(&staging, 2, 7);
    pass();
    pull_release(&production, "v3", "blog-v3");
    look();
    after(MINUTES(50));
    deploy(&staging, "v8");
    after(MINUTES(30));
    look();
    assert_verdict("r/blog:v3", "wait next");
}

/* The engine was killed, and says that all containers exited with 0 at one moment: nobody failed by that, with the
 * ledger or without it. */
test(an_engine_that_was_killed_makes_nobody_fail)
{
    deploy_hourly(&blog, 1, 5);
    pass();
    stop("blog-web-v5", 0);
    w->knows_events = false;
    look();
    assert_versions("blog", V(5), "keep current");
    assert_versions("blog", V(4), "keep rollback");
    lose_ledger();
    look();
    assert_versions("blog", V(5), "keep current");
    after(HOURS(2));
    look();
    assert_versions("blog", V(4, 3, 2), "keep rollback");
}

/* The engine tells only by its name which image a container mounts: the one that has the name now. */
static void mount_what_is_latest(const char *container)
{
    strings_clear(&the_container(container)->mounted_images);
    strings_add(&the_container(container)->mounted_images, the_image("r/blog:latest")->id);
}

/* A container mounts r/blog:latest, which was v5 when it started. Two deploys later the name is v7's, the disk is full,
 * and v5 was removed from under the container. */
test(an_image_that_may_be_mounted_stays_under_pressure)
{
    deploy_hourly(&blog, 1, 5);
    pass();
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].size_bytes = 1000000000;
    pull("reader", "x/reader:1");
    run("reader", "reader");
    after(HOURS(1));
    deploy(&blog, "v6");
    mount_what_is_latest("reader");
    after(HOURS(2));
    look();
    deploy(&blog, "v7");
    after(HOURS(2));
    mount_what_is_latest("reader");
    plan_full(89);
    assert_string_not_equal(verdict_of("r/blog:v5"), "remove pressure");
}

/* Somebody paused v5, so that the deploys after it did not stop it, and the ledger is lost. All later releases had run
 * only beside an older container of their role, and so they counted as failed. */
test(an_old_container_that_runs_on_makes_nobody_fail)
{
    deploy_hourly(&blog, 1, 4);
    deploy(&blog, "v5");
    the_container("blog-web-v5")->state = STATE_PAUSED;
    for (int i = 6; i <= 10; i++) {
        after(DAYS(2));
        deploy(&blog, numbered("v%d", i));
    }
    after(DAYS(2));
    lose_ledger();
    look();
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v9", "keep rollback");
}

/* For one pass the engine answered no inspect at all: every release was one of which nobody knew that it served. */
test(when_no_inspect_is_answered_nothing_is_taken_for_failed)
{
    deploy_hourly(&blog, 1, 6);
    pass();
    for (size_t i = 0; i < w->host.n_containers; i++)
        fail_inspect(w->host.containers[i].name);
    after(DAYS(2));
    look();
    assert_verdict("r/blog:v6", "keep current");
    for (int i = 5; i > 2; i--)
        assert_int_not_equal(judgement_of(numbered("r/blog:v%d", i))->verdict, VERDICT_REMOVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_rollback_leaves_the_loaded_next_release),
        world_test(a_new_container_of_the_current_release_leaves_the_next),
        world_test(a_compose_recreate_leaves_the_next),
        world_test(a_service_that_does_its_work_and_ends_has_not_failed),
        world_test(a_role_that_runs_on_at_an_old_release_asks_nothing_of_others),
        world_test(untagged_images_from_before_the_ledger_wait_on_the_containerd_store),
        world_test(an_inspect_that_times_out_proves_no_service),
        world_test(dangling_images_that_are_kept_are_not_unmanaged),
        world_test(what_another_app_needs_is_kept_in_a_pass_for_one_app),
        world_test(an_image_pulled_anew_may_be_for_another_destination),
        world_test(an_engine_that_was_killed_makes_nobody_fail),
        world_test(an_image_that_may_be_mounted_stays_under_pressure),
        world_test(an_old_container_that_runs_on_makes_nobody_fail),
        world_test(when_no_inspect_is_answered_nothing_is_taken_for_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
