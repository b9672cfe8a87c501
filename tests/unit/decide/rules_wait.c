/* SPDX-License-Identifier: MIT */
/* Rules of what waits: young, deploying, next. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

/* An image without Kamal's label is no release of Kamal's. */
static void pull_labelled(const char *content, const char *tag)
{
    Image *image = pull(content, tag);
    free(image->labels.service);
    image->labels.service = xstrdup("blog");
}

test(young_ends_with_min_age)
{
    build("old", "x:1");
    Time arrived = w->now;
    untag("x:1");
    strings_clear(&the_image("old")->digests);
    look();
    assert_changes_at("old", "wait young", arrived + HOURS(1), "remove dangling");
}

test(what_has_run_since_it_came_is_not_young)
{
    w->policy.retention.min_age_usec = DAYS(1);
    deploy_hourly(&blog, 1, 5);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
    pull_release(&blog, "v1", "blog-v1"); /* it comes anew */
    look();
    assert_verdict("r/blog:v1", "wait young");
}

test(deploying_ends_with_quiet_after_an_arrival_or_a_container)
{
    deploy_hourly(&blog, 1, 5);
    pull_labelled("new", "r/blog:v6");
    Time arrived = w->now;
    assert_changes_at("r/blog:v1", "wait deploying", arrived + MINUTES(5), "remove superseded");
    run("blog-web-exec-v5-000abc", "r/blog:v5")->labels.role = xstrdup("web");
    assert_changes_at("blog-web-v1", "wait deploying", w->now + MINUTES(5), "remove superseded");
}

test(only_its_own_hook_does_not_wait_for_a_deploy)
{
    deploy_hourly(&blog, 1, 5);
    deploy_hourly(&shop, 1, 5);
    deploy(&blog, "v6");
    deploy(&shop, "v6");
    look_of_hook("shop");
    assert_verdict("r/blog:v1", "wait deploying");
    assert_verdict("r/shop:v1", "remove superseded");
}

test(a_container_of_the_future_does_not_hold_its_app)
{
    deploy_hourly(&blog, 1, 5);
    the_container("blog-web-v5")->created = w->now + DAYS(365);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

test(next_waits_until_a_later_arrival_has_served)
{
    deploy_hourly(&blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    pull_labelled("loaded", "r/blog:v9");
    Time arrived = w->now;
    assert_changes_at("r/blog:v9", "wait young", arrived + HOURS(1), "wait next");
    look_at(arrived + DAYS(100));
    assert_verdict("r/blog:v9", "wait next");
    assert_int_equal(judgement_of("r/blog:v9")->eligible_at, 0);
    assert_int_equal(w->plan.next_at, 0);
    deploy_hourly(&blog, 10, 10);
    look();
    assert_verdict("r/blog:v9", "remove superseded");
}

/* `docker build` of a debug image, FROM what is to be deployed: which of the two is a release nobody knows. */
test(what_is_made_of_the_next_release_takes_no_place_from_it)
{
    deploy_hourly(&blog, 1, 5);
    w->policy.retention.keep_previous = 0;
    pull_labelled("loaded", "r/blog:v9");
    after(HOURS(1));
    derive("debug", "loaded", "r/blog:debug");
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v9", "wait next");
    assert_verdict("r/blog:debug", "wait next");
    deploy_hourly(&blog, 10, 11); /* which of the two is somebody's own nobody ever learns */
    after(DAYS(9));
    pass();
    assert_verdict("r/blog:v9", "keep unmanaged");
    assert_verdict("r/blog:debug", "keep unmanaged");
}

test(next_are_the_latest_arrivals_keep_previous_of_them_but_one_at_least)
{
    static const char *const tags[] = {"r/blog:v11", "r/blog:v12", "r/blog:v13"};
    deploy_hourly(&blog, 1, 5);
    for (size_t i = 0; i < 3; i++) {
        pull_labelled(tags[i] + 2, tags[i]);
        after(HOURS(1));
    }
    after(HOURS(1));
    for (int n = 0; n <= 3; n++) {
        w->policy.retention.keep_previous = n;
        look();
        for (int i = 0; i < 3; i++)
            if ((strcmp(verdict_of(tags[i]), "wait next") == 0) != (i >= 3 - (n ? n : 1)))
                fail_msg("keeping %d: %s: %s", n, tags[i], verdict_of(tags[i]));
    }
}

/* It failed, and somebody tags it for a mirror. */
test(what_has_run_and_only_got_a_name_takes_no_place_from_next)
{
    w->policy.retention.keep_previous = 0;
    deploy_unhealthy(&blog, "v1");
    deploy_hourly(&blog, 2, 2);
    pull_labelled("loaded", "r/blog:v3");
    after(HOURS(1));
    tag("r/blog:v1", "mirror:5000/blog:v1");
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v3", "wait next");
    pull_release(&blog, "v1", "blog-v1"); /* but it may come to be deployed again */
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v1", "wait next");
}

test(next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started)
{
    deploy_hourly(&blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    pull_release(&blog, "v6", "blog-v6");
    after(HOURS(2));
    pull_release(&blog, "v7", "blog-v7");
    boot(&blog, "v7");
    look_of_hook("blog");
    assert_verdict("r/blog:v6", "wait next");
    after(MINUTES(10));
    look();
    assert_verdict("r/blog:v6", "remove superseded");
}

test(next_ends_also_where_the_later_arrival_was_rolled_back)
{
    deploy_hourly(&blog, 1, 5);
    w->policy.retention.keep_previous = 1;
    pull_release(&blog, "v6", "blog-v6");
    after(HOURS(2));
    deploy_hourly(&blog, 7, 7);
    roll_back(&blog, "v5");
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v5", "keep current");
    assert_verdict("r/blog:v7", "keep rollback");
    assert_verdict("r/blog:v6", "remove superseded");
}

test(an_older_arrival_than_the_current_release_is_not_next)
{
    w->policy.retention.keep_previous = 0;
    pull_labelled("skipped", "r/blog:v0");
    after(HOURS(1));
    look();
    deploy(&blog, "v1");
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v0", "remove superseded");
}

static void build_site(const char *tag)
{
    build(tag + 1, tag); /* the content is another name than the tag */
    after(HOURS(1));
}

/* A script that keeps no stopped containers; and rgc has forgotten which ran. */
static void blue_green(void)
{
    build_site("site:1");
    build_site("site:2");
    build_site("site:3");
    run("green", "site:3")->run.has_restart_policy = true;
    after(HOURS(1));
    lose_ledger();
    w->knows_events = false;
    look();
    after(HOURS(2));
    w->policy.retention.keep_previous = 1;
    look();
    assert_verdict("site:3", "keep current");
    assert_verdict("site:2", "keep rollback");
    assert_verdict("site:1", "wait superseded"); /* a job may use it */
    after(DAYS(35));
    look();
    assert_verdict("site:1", "remove superseded");
}

test(what_was_here_before_the_ledger_is_next_if_it_was_built_later)
{
    blue_green();
    lose_ledger();
    build_site("site:4");
    look();
    after(HOURS(2));
    look();
    assert_verdict("site:4", "wait next");
    assert_verdict("site:2", "keep rollback");
}

test(what_is_next_takes_no_slot)
{
    blue_green();
    build_site("site:4");
    after(HOURS(2));
    look();
    after(HOURS(2));
    look();
    assert_verdict("site:4", "wait next");
    assert_verdict("site:2", "keep rollback");
}

test(what_is_young_takes_no_slot)
{
    blue_green();
    build("four", "site:4");
    look();
    after(MINUTES(20));
    build("five", "site:5"); /* two have arrived, of which one is next */
    look();
    after(MINUTES(20));
    look();
    assert_verdict("site:4", "wait young");
    assert_verdict("site:5", "wait young");
    assert_verdict("site:2", "keep rollback");
    after(MINUTES(20));
    look();
    assert_verdict("site:4", "keep rollback");
    assert_verdict("site:2", "remove superseded");
}

test(of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built)
{
    w->policy.retention.keep_previous = 1;
    build_site("site:new");
    look();
    build_site("site:old");
    the_image("site:old")->created = 1;
    look();
    build_site("site:3");
    run("green", "site:3")->run.has_restart_policy = true;
    after(HOURS(2));
    look();
    assert_verdict("site:old", "keep rollback");
    assert_verdict("site:new", "remove superseded");
}

/* A cron job of `docker compose pull`, which says each time that the image is up to date. */
test(a_pull_that_changes_nothing_counts_for_young_only)
{
    w->policy.retention.keep_previous = 1;
    for (int i = 1; i <= 3; i++) {
        cleanup_with(free_charp) char *content = xasprintf("x-%d", i), *tag = xasprintf("x/y:%d", i);
        if (i > 1)
            remove_container("p-web-1");
        pull(content, tag);
        compose("p-web-1", content, "p", "web");
        after(HOURS(2));
        look();
    }
    assert_verdict("x/y:1", "remove superseded");
    pull("x-3", "x/y:3");
    look();
    assert_verdict("x/y:1", "remove superseded"); /* no deploy is under way */
    pull("x-1", "x/y:1");
    look();
    assert_verdict("x/y:1", "wait young");
    assert_verdict("x/y:2", "keep rollback");
    after(HOURS(1));
    look();
    assert_verdict("x/y:1", "remove superseded"); /* not the next one */
}

/* The agent tells when it ended, and a pass has seen when it was made: an end makes the current release no newer. */
test(an_end_makes_no_release_newer_than_what_failed_before_it)
{
    static const KamalApp two = {.service = "shop", .roles = "web,worker"};
    deploy_hourly(&two, 1, 1);
    after(DAYS(8));
    deploy_unhealthy(&two, "v2");
    look();
    after(HOURS(1));
    const Container *worker = the_container("shop-worker-v1");
    Container *gone = array_add(&w->host.gone, &w->host.n_gone);
    *gone = (Container){.id = xstrdup(worker->id),
                        .name = xstrdup(worker->name),
                        .image_id = xstrdup(worker->image_id),
                        .image_ref = xstrdup("r/shop:v1"),
                        .run = {.finished = w->now, .exit_code = 143}};
    labels_copy(&gone->labels, &worker->labels);
    remove_container("shop-worker-v1");
    after(HOURS(20));
    look();
    assert_verdict("r/shop:v2", "wait failed");
}

/* How v2 ended is unknown, so it seems to be what arrived last and has not run. */
test(what_could_not_be_inspected_takes_no_place_from_next)
{
    w->policy.retention.keep_previous = 0;
    deploy(&blog, "v1");
    after(HOURS(1));
    pull_labelled("loaded", "r/blog:v3");
    after(HOURS(1));
    deploy_unhealthy(&blog, "v4");
    fail_inspect("blog-web-v4");
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v3", "wait next");
}

/* The first deploy of an app: there is no container of it yet, and Kamal's prune walks over the images of its service. */
test(what_nobody_has_used_waits_while_its_repository_gets_images)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(3);
    pull("old", "r/new:v1");
    pull("other", "r/other:v1");
    look();
    after(DAYS(20));
    pull("young", "r/new:v2");
    look();
    assert_string_equal(judgement_of("old")->detail,
                        "no container here has ever used it, but an image has just come into its repository");
    assert_verdict("other", "remove unused");
    assert_changes_at("old", "keep unmanaged", w->now + w->policy.retention.quiet_usec, "remove unused");
}

/* v1 and v2 came between two passes, and then somebody tagged v1: v1 has come before v2 nevertheless. */
test(a_tag_makes_no_release_newer_than_what_came_before_it)
{
    w->policy.retention.keep_previous = 0;
    look();
    build("blog-v1", "r/blog:v1")->labels.service = xstrdup("blog");
    Container *container = run("blog-web-v1", "blog-v1");
    labels_clear(&container->labels);
    container->labels = (Labels){.service = xstrdup("blog"), .role = xstrdup("web")};
    after(HOURS(1));
    pull_labelled("loaded", "r/blog:v2");
    after(HOURS(1));
    tag("r/blog:v1", "local/kept:golden");
    after(HOURS(20));
    look();
    assert_verdict("r/blog:v1", "keep current");
    assert_verdict("r/blog:v2", "wait next");
}

/* v4 has just been started, and of v2, which served before it, an inspect fails: v3 came after v2, and has not run. */
test(what_came_after_one_that_may_have_served_is_next)
{
    w->policy.retention.keep_previous = 0;
    deploy(&blog, "v2");
    after(HOURS(1));
    pull_labelled("loaded", "r/blog:v3");
    after(HOURS(20));
    deploy(&blog, "v4");
    fail_inspect("blog-web-v2");
    look_of_hook("blog");
    assert_verdict("r/blog:v3", "wait next");
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
        world_test(what_has_run_and_only_got_a_name_takes_no_place_from_next),
        world_test(next_ends_when_a_later_arrival_has_served_and_not_when_it_has_only_started),
        world_test(next_ends_also_where_the_later_arrival_was_rolled_back),
        world_test(an_older_arrival_than_the_current_release_is_not_next),
        world_test(what_was_here_before_the_ledger_is_next_if_it_was_built_later),
        world_test(what_is_next_takes_no_slot),
        world_test(what_is_young_takes_no_slot),
        world_test(of_what_never_ran_the_later_arrival_is_kept_whenever_it_was_built),
        world_test(a_pull_that_changes_nothing_counts_for_young_only),
        world_test(an_end_makes_no_release_newer_than_what_failed_before_it),
        world_test(what_could_not_be_inspected_takes_no_place_from_next),
        world_test(what_nobody_has_used_waits_while_its_repository_gets_images),
        world_test(a_tag_makes_no_release_newer_than_what_came_before_it),
        world_test(what_came_after_one_that_may_have_served_is_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
