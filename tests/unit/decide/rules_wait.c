/* SPDX-License-Identifier: MIT */
/* Rules of what waits: young, deploying, next. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

/* An image without Kamal's label is no release of Kamal's. */
static void pull_release(World *w, const char *content, const char *tag)
{
    Image *image = world_pull(w, content, tag);
    free(image->labels.service);
    image->labels.service = xstrdup("blog");
}

static void young_ends_with_min_age(void **state)
{
    World *w = *state;
    world_build(w, "old", "x:1");
    Time arrived = w->now;
    world_untag(w, "x:1");
    strings_clear(&world_image(w, "old")->digests);
    world_plan(w);
    assert_changes_at(w, "old", "wait young", arrived + HOURS(1), "remove dangling");
}

static void what_has_run_since_it_came_is_not_young(void **state)
{
    World *w = *state;
    w->policy.retention.min_age_usec = DAYS(1);
    deploy_hourly(w, &blog, 1, 5);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
    kamal_pull(w, &blog, "v1", "blog-v1"); /* it comes anew */
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "wait young");
}

static void deploying_ends_with_quiet_after_an_arrival_or_a_container(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    pull_release(w, "new", "r/blog:v6");
    Time arrived = w->now;
    assert_changes_at(w, "r/blog:v1", "wait deploying", arrived + MINUTES(5), "remove superseded");
    world_run(w, "blog-web-exec-v5-000abc", "r/blog:v5")->labels.role = xstrdup("web");
    assert_changes_at(w, "blog-web-v1", "wait deploying", w->now + MINUTES(5), "remove superseded");
}

static void only_its_own_hook_does_not_wait_for_a_deploy(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    deploy_hourly(w, &shop, 1, 5);
    kamal_deploy(w, &blog, "v6");
    kamal_deploy(w, &shop, "v6");
    w->deployed = "shop";
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "wait deploying");
    assert_verdict(w, "r/shop:v1", "remove superseded");
}

static void a_container_of_the_future_does_not_hold_its_app(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    world_container(w, "blog-web-v5")->created = w->now + DAYS(365);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void next_waits_until_a_later_arrival_has_served(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    pull_release(w, "loaded", "r/blog:v9");
    Time arrived = w->now;
    assert_changes_at(w, "r/blog:v9", "wait young", arrived + HOURS(1), "wait next");
    plan_at(w, arrived + DAYS(100));
    assert_verdict(w, "r/blog:v9", "wait next");
    assert_int_equal(judgement_of(w, "r/blog:v9")->eligible_at, 0);
    assert_int_equal(w->plan.next_at, 0);
    deploy_hourly(w, &blog, 10, 10);
    world_plan(w);
    assert_verdict(w, "r/blog:v9", "remove superseded");
}

/* `docker build` of a debug image, FROM what is to be deployed: which of the two is a release nobody knows. */
static void what_is_made_of_the_next_release_takes_no_place_from_it(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 0;
    pull_release(w, "loaded", "r/blog:v9");
    world_wait(w, HOURS(1));
    world_derive(w, "debug", "loaded", "r/blog:debug");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v9", "wait next");
    assert_verdict(w, "r/blog:debug", "wait next");
    deploy_hourly(w, &blog, 10, 11); /* which of the two is somebody's own nobody ever learns */
    world_wait(w, DAYS(9));
    world_pass(w);
    assert_verdict(w, "r/blog:v9", "keep unmanaged");
    assert_verdict(w, "r/blog:debug", "keep unmanaged");
}

static void next_are_the_latest_arrivals_keep_previous_of_them_but_one_at_least(void **state)
{
    static const char *const tags[] = {"r/blog:v11", "r/blog:v12", "r/blog:v13"};
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    for (size_t i = 0; i < 3; i++) {
        pull_release(w, tags[i] + 2, tags[i]);
        world_wait(w, HOURS(1));
    }
    world_wait(w, HOURS(1));
    for (int n = 0; n <= 3; n++) {
        w->policy.retention.keep_previous = n;
        world_plan(w);
        for (int i = 0; i < 3; i++)
            if ((strcmp(world_verdict(w, tags[i]), "wait next") == 0) != (i >= 3 - (n ? n : 1)))
                fail_msg("keeping %d: %s: %s", n, tags[i], world_verdict(w, tags[i]));
    }
}

static void next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, HOURS(2));
    kamal_pull(w, &blog, "v7", "blog-v7");
    kamal_boot(w, &blog, "v7");
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "wait next");
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "remove superseded");
}

static void next_ends_also_where_the_later_arrival_was_rolled_back(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, HOURS(2));
    deploy_hourly(w, &blog, 7, 7);
    kamal_rollback(w, &blog, "v5");
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v5", "keep current");
    assert_verdict(w, "r/blog:v7", "keep rollback");
    assert_verdict(w, "r/blog:v6", "remove superseded");
}

static void an_older_arrival_than_the_current_release_is_not_next(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    pull_release(w, "skipped", "r/blog:v0");
    world_wait(w, HOURS(1));
    world_plan(w);
    kamal_deploy(w, &blog, "v1");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v0", "remove superseded");
}

static void build(World *w, const char *tag)
{
    world_build(w, tag + 1, tag); /* the content is another name than the tag */
    world_wait(w, HOURS(1));
}

/* A script that keeps no stopped containers; and rgc has forgotten which ran. */
static void blue_green(World *w)
{
    build(w, "site:1");
    build(w, "site:2");
    build(w, "site:3");
    world_run(w, "green", "site:3")->run.has_restart_policy = true;
    world_wait(w, HOURS(1));
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
    world_wait(w, HOURS(2));
    w->policy.retention.keep_previous = 1;
    world_plan(w);
    assert_verdict(w, "site:3", "keep current");
    assert_verdict(w, "site:2", "keep rollback");
    assert_verdict(w, "site:1", "wait superseded"); /* a job may use it */
    world_wait(w, DAYS(35));
    world_plan(w);
    assert_verdict(w, "site:1", "remove superseded");
}

static void what_was_here_before_the_ledger_is_next_if_it_was_built_later(void **state)
{
    World *w = *state;
    blue_green(w);
    world_lose_ledger(w);
    build(w, "site:4");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:4", "wait next");
    assert_verdict(w, "site:2", "keep rollback");
}

static void what_is_next_takes_no_slot(void **state)
{
    World *w = *state;
    blue_green(w);
    build(w, "site:4");
    world_wait(w, HOURS(2));
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:4", "wait next");
    assert_verdict(w, "site:2", "keep rollback");
}

static void what_is_young_takes_no_slot(void **state)
{
    World *w = *state;
    blue_green(w);
    world_build(w, "four", "site:4");
    world_plan(w);
    world_wait(w, MINUTES(20));
    world_build(w, "five", "site:5"); /* two have arrived, of which one is next */
    world_plan(w);
    world_wait(w, MINUTES(20));
    world_plan(w);
    assert_verdict(w, "site:4", "wait young");
    assert_verdict(w, "site:5", "wait young");
    assert_verdict(w, "site:2", "keep rollback");
    world_wait(w, MINUTES(20));
    world_plan(w);
    assert_verdict(w, "site:4", "keep rollback");
    assert_verdict(w, "site:2", "remove superseded");
}

static void of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    build(w, "site:new");
    world_plan(w);
    build(w, "site:old");
    world_image(w, "site:old")->created = 1;
    world_plan(w);
    build(w, "site:3");
    world_run(w, "green", "site:3")->run.has_restart_policy = true;
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_verdict(w, "site:old", "keep rollback");
    assert_verdict(w, "site:new", "remove superseded");
}

/* A cron job of `docker compose pull`, which says each time that the image is up to date. */
static void a_pull_that_changes_nothing_counts_for_young_only(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    for (int i = 1; i <= 3; i++) {
        cleanup_with(free_charp) char *content = xasprintf("x-%d", i), *tag = xasprintf("x/y:%d", i);
        if (i > 1)
            world_remove_container(w, "p-web-1");
        world_pull(w, content, tag);
        world_compose(w, "p-web-1", content, "p", "web");
        world_wait(w, HOURS(2));
        world_plan(w);
    }
    assert_verdict(w, "x/y:1", "remove superseded");
    world_pull(w, "x-3", "x/y:3");
    world_plan(w);
    assert_verdict(w, "x/y:1", "remove superseded"); /* no deploy is under way */
    world_pull(w, "x-1", "x/y:1");
    world_plan(w);
    assert_verdict(w, "x/y:1", "wait young");
    assert_verdict(w, "x/y:2", "keep rollback");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "x/y:1", "remove superseded"); /* not the next one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(young_ends_with_min_age),
        world_test(what_has_run_since_it_came_is_not_young),
        world_test(deploying_ends_with_quiet_after_an_arrival_or_a_container),
        world_test(only_its_own_hook_does_not_wait_for_a_deploy),
        world_test(a_container_of_the_future_does_not_hold_its_app),
        world_test(next_waits_until_a_later_arrival_has_served),
        world_test(what_is_made_of_the_next_release_takes_no_place_from_it),
        world_test(next_are_the_latest_arrivals_keep_previous_of_them_but_one_at_least),
        world_test(next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started),
        world_test(next_ends_also_where_the_later_arrival_was_rolled_back),
        world_test(an_older_arrival_than_the_current_release_is_not_next),
        world_test(what_was_here_before_the_ledger_is_next_if_it_was_built_later),
        world_test(what_is_next_takes_no_slot),
        world_test(what_is_young_takes_no_slot),
        world_test(of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built),
        world_test(a_pull_that_changes_nothing_counts_for_young_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
