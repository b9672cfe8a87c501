/* SPDX-License-Identifier: MIT */
/* Versions of Kamal's of which the containers are of several images, or the tag is on another destination's; and what
 * of them cannot be read or inspected. */
#include "script.h"

#include <rgc/ownership.h>

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp both = {.service = "shop", .roles = "web,worker"};
static const KamalApp staging = {.service = "shop", .destination = "staging", .roles = "web"};
static const KamalApp staging_both = {.service = "shop", .destination = "staging", .roles = "web,worker"};
static const KamalApp production = {.service = "shop", .destination = "production", .roles = "web"};
static const KamalApp blog = {.service = "blog", .roles = "web"};

static const char *ready_version(const char *destination, size_t at)
{
    for (size_t i = 0; i < w->plan.n_apps; i++)
        if (same_text(w->plan.apps[i].destination, destination) && strcmp(w->plan.apps[i].name, "shop") == 0 &&
            at < w->plan.apps[i].rollback_versions.count)
            return w->plan.apps[i].rollback_versions.items[at];
    return "none";
}

/* A redeploy that ends after its first role, which crashes. */
static void half_redeploy(const KamalApp *app, const char *role, const char *version, const char *content)
{
    cleanup_with(free_charp) char *name = xasprintf("%s-%s%s%s-%s", app->service, role, app->destination ? "-" : "",
                                                    app->destination ? app->destination : "", version);
    cleanup_with(free_charp) char *replaced = xasprintf("%s_replaced_0a1b", name);
    cleanup_with(free_charp) char *tag = xasprintf("r/%s:%s", app->service, version);
    pull_release(app, version, content);
    rename_container(name, replaced);
    Container *crashed = run(name, content);
    labels_clear(&crashed->labels);
    crashed->labels =
        (Labels){.service = xstrdup(app->service), .role = xstrdup(role), .destination = xstrdup(app->destination)};
    free(crashed->image_ref);
    crashed->image_ref = xstrdup(tag);
    after(SECONDS(1));
    stop(name, 1);
    look();
}

static void redeploy_and_look(const KamalApp *app, const char *version, const char *content)
{
    redeploy(app, version, content);
    look();
    after(HOURS(1));
}

/* The tag of staging's crashed redeploy is on production's image by now, which served: a rollback of staging runs
 * that. */
test(what_crashed_here_is_ready_where_another_destination_serves_it)
{
    redeploy_and_look(&staging, "v1", "staging-v1");
    after(HOURS(1));
    pass();
    half_redeploy(&staging, "web", "v1", "staging-v1-again");
    redeploy_and_look(&production, "v1", "production-v1");
    after(HOURS(2));
    redeploy_and_look(&staging, "v2", "staging-v2");
    after(HOURS(2));
    pass();
    assert_verdict("shop-web-staging-v1", "keep rollback");
    assert_verdict("staging-v1-again", "keep rollback");
    assert_string_equal(ready_version("staging", 0), "v1");
    /* Production's redeploy of it crashes as well: then it has never served. */
    half_redeploy(&production, "web", "v1", "production-v1-again");
    after(HOURS(2));
    pass();
    assert_verdict("shop-web-staging-v1", "gone");
}

/* It failed here, and what has its tag served elsewhere: it may be a rollback, and another must be. */
test(what_crashed_here_and_served_elsewhere_takes_no_place)
{
    w->policy.retention.keep_previous = 1;
    redeploy_and_look(&staging, "v0", "staging-v0");
    redeploy_and_look(&staging, "v1", "staging-v1");
    half_redeploy(&staging, "web", "v1", "staging-v1-again");
    redeploy_and_look(&production, "v1", "production-v1");
    redeploy_and_look(&staging, "v2", "staging-v2");
    pass();
    assert_verdict("staging-v1-again", "keep rollback");
    assert_string_equal(ready_version("staging", 0), "v1");
    assert_verdict("staging-v0", "keep rollback");
    redeploy_and_look(&staging, "v3", "staging-v3");
    pass();
    assert_verdict("staging-v2", "keep rollback");
    assert_verdict("staging-v1-again", "gone");
    assert_verdict("staging-v0", "gone");
}

/* The worker of v1 is of the first image, its crashed web container of the second, the tag on production's. */
test(containers_of_two_images_are_one_release)
{
    redeploy_and_look(&staging_both, "v1", "staging-v1");
    after(HOURS(1));
    pass();
    half_redeploy(&staging_both, "web", "v1", "staging-v1-again");
    redeploy_and_look(&production, "v1", "production-v1");
    after(HOURS(2));
    redeploy_and_look(&staging_both, "v2", "staging-v2");
    after(HOURS(2));
    pass();
    assert_verdict("shop-web-staging-v1", "keep rollback");
    assert_verdict("shop-worker-staging-v1", "keep rollback");
    assert_string_equal(ready_version("staging", 0), "v1");
    assert_string_equal(ready_version("staging", 1), "none"); /* not twice */
}

/* v2's second image left its worker behind: no slot is lost to it. */
test(what_a_redeploy_leaves_takes_no_slot)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&both, 1, 2);
    half_redeploy(&both, "web", "v2", "shop-v2-again");
    redeploy_and_look(&shop, "v2", "shop-v2-third");
    stop("shop-worker-v2", 143);
    after(HOURS(2));
    pass();
    assert_verdict("shop-web-v1", "keep rollback");
    assert_string_equal(ready_version(NULL, 0), "v1");
}

/* v2 runs on; its redeploy crashed, and somebody ran that image beside it, where it served. */
test(what_served_elsewhere_makes_no_release_of_what_runs)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&shop, 1, 2);
    half_redeploy(&shop, "web", "v2", "shop-v2-again");
    compose("copy-web-1", "shop-v2-again", "copy", "web");
    after(HOURS(2));
    look();
    stop("copy-web-1", 0);
    after(HOURS(2));
    pass();
    assert_verdict("shop-v2", "keep current");
    assert_verdict("shop-web-v1", "keep rollback");
}

/* The same where the tag is on what another destination serves: staging's v2 runs on, and is no release twice. */
test(a_redeploy_of_what_runs_takes_no_slot)
{
    w->policy.retention.keep_previous = 1;
    redeploy_and_look(&staging, "v1", "staging-v1");
    redeploy_and_look(&staging, "v2", "staging-v2");
    half_redeploy(&staging, "web", "v2", "staging-v2-again");
    redeploy_and_look(&production, "v2", "production-v2");
    after(HOURS(2));
    pass();
    assert_verdict("staging-v2", "keep current");
    assert_verdict("shop-web-staging-v1", "keep rollback");
    assert_string_equal(ready_version("staging", 0), "v1"); /* v2 is what runs */
}

/* It has come anew since it ran in staging, but what production has of it is its tag. */
test(an_image_that_came_anew_is_what_its_tag_is_asked_for)
{
    redeploy_and_look(&production, "v1", "production-v1");
    redeploy_and_look(&production, "v2", "production-v2");
    redeploy_and_look(&staging, "v1", "staging-v1");
    redeploy_and_look(&staging, "v3", "staging-v3");
    pull_release(&staging, "v1", "staging-v1");
    look();
    after(HOURS(2));
    look();
    assert_string_equal(ready_version("production", 0), "v1");
}

/* The engine does not tell what production's container was started from, and its tag is on staging's image. */
test(a_tag_is_needed_though_its_container_cannot_be_inspected)
{
    w->policy.retention.keep_previous = 0;
    redeploy_and_look(&production, "v1", "production-v1");
    after(HOURS(1));
    pass();
    redeploy_and_look(&staging, "v1", "staging-v1");
    after(HOURS(1));
    redeploy_and_look(&staging, "v2", "staging-v2");
    after(HOURS(2));
    Container *container = the_container("shop-web-production-v1");
    fail_inspect(container->name);
    free(container->image_ref);
    container->image_ref = xstrdup(container->image_id);
    pass();
    assert_verdict("r/shop:v1", "keep rollback");
}

/* v2 waited for its health check beside v1, which cannot be inspected: nobody knows that it has not served. */
test(what_ran_beside_the_unknown_is_unknown)
{
    w->policy.retention.keep_previous = 1;
    deploy(&shop, "v0");
    after(HOURS(1));
    deploy(&shop, "v1");
    after(HOURS(1));
    pass();
    deploy_unhealthy(&shop, "v2");
    after(HOURS(1));
    fail_inspect("shop-web-v1");
    pass();
    assert_verdict("shop-web-v2", "keep in-use");
    assert_verdict("shop-web-v0", "keep rollback"); /* it has taken nobody's place */
    Container *older = the_container("shop-web-v1");
    older->run = (Run){.is_known = true, .has_restart_policy = true, .started = older->created};
    older->inspect_error = NULL;
    look();
    assert_verdict("shop-web-v2", "wait failed");
}

static void hide(Container *container)
{
    labels_clear(&container->labels);
    container->state = STATE_UNKNOWN;
    container->run = (Run){0};
    container->unreadable = xstrdup("its labels are no object");
}

/* Of which app it is nobody knows: nothing of what shares its repository goes, containers as little as images. */
test(a_row_that_cannot_be_read_holds_what_may_be_of_its_app)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&shop, 1, 3);
    deploy_hourly(&blog, 1, 3);
    hide(the_container("shop-web-v2"));
    pass();
    assert_verdict("shop-web-v1", "keep in-use");
    assert_verdict("r/shop:v1", "keep in-use");
    assert_verdict("blog-web-v1", "gone");
}

/* The same where its image is not in the list any more: what it was started from is remembered. */
test(what_it_was_started_from_is_remembered)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&shop, 1, 3);
    Container *container = the_container("shop-web-v2");
    free(container->image_id);
    container->image_id = xstrdup("sha256:0000000000000000000000000000000000000000000000000000000000000001");
    look();
    hide(the_container("shop-web-v2"));
    pass();
    assert_verdict("shop-web-v1", "keep in-use");
}

/* It may have any tag, and so be what is deployed just now. */
/* Engines do so with what has no name any more, once another image was made from it. */
static void leave_out(const char *content)
{
    Image *image = the_image(content);
    image_clear(image);
    memmove(image, image + 1, (size_t)(&w->host.images[--w->host.n_images] - image) * sizeof(*image));
}

/* Staging took the tag of production's image, of which somebody made another one. */
test(a_version_whose_image_is_left_out_needs_what_has_its_tag)
{
    w->policy.retention.keep_previous = 1;
    redeploy_and_look(&production, "v0", "production-v0");
    redeploy_and_look(&production, "v1", "production-v1");
    redeploy_and_look(&staging, "v1", "staging-v1");
    leave_out("production-v1");
    redeploy_and_look(&production, "v2", "production-v2");
    for (int i = 3; i <= 6; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *content = xasprintf("staging-v%d", i);
        redeploy_and_look(&staging, version, content);
    }
    pass();
    assert_verdict("staging-v1", "keep rollback");
    assert_verdict("shop-web-production-v1", "keep other"); /* it holds an image that nobody can judge */
    assert_string_equal(ready_version("production", 0), "v1");
    redeploy_and_look(&production, "v7", "production-v7");
    redeploy_and_look(&production, "v8", "production-v8");
    pass();
    assert_verdict("production-v7", "keep rollback");
    assert_verdict("staging-v1", "gone");
}

/* And where it runs: production is at v1, and has another version to go back to. */
test(what_runs_of_an_image_that_is_left_out_is_current)
{
    w->policy.retention.keep_previous = 1;
    redeploy_and_look(&production, "v0", "production-v0");
    redeploy_and_look(&production, "v1", "production-v1");
    redeploy_and_look(&staging, "v1", "staging-v1");
    leave_out("production-v1");
    for (int i = 3; i <= 6; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *content = xasprintf("staging-v%d", i);
        redeploy_and_look(&staging, version, content);
    }
    pass();
    assert_verdict("staging-v1", "keep current");
    assert_string_equal(ready_version("production", 0), "v0");
}

test(an_image_that_cannot_be_read_may_be_of_a_deploy)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&shop, 1, 3);
    pull("new", "r/other:v1");
    strings_clear(&the_image("new")->tags);
    the_image("new")->unreadable = xstrdup("its size is absurd");
    look();
    assert_verdict("shop-web-v1", "wait deploying");
    after(HOURS(2));
    pass();
    assert_verdict("shop-web-v1", "gone");
}

/* v1's first image cannot be read: it stays, and what its version needs stays with it. */
test(what_may_be_kept_needs_its_tag)
{
    w->policy.retention.keep_previous = 1;
    redeploy_and_look(&staging, "v1", "staging-v1");
    after(HOURS(1));
    pass();
    redeploy_and_look(&production, "v1", "production-v1");
    after(HOURS(1));
    redeploy_and_look(&production, "v2", "production-v2");
    redeploy_and_look(&production, "v3", "production-v3");
    redeploy_and_look(&staging, "v4", "staging-v4");
    after(HOURS(2));
    the_image("staging-v1")->unreadable = xstrdup("its size is absurd");
    look();
    assert_verdict("r/shop:v1", "keep rollback");
}

/* The role is there, but a rollback would run the tag's image beside the containers of another one. */
test(a_tag_without_a_container_of_its_own_is_not_ready)
{
    deploy_hourly(&shop, 1, 1);
    pull_release(&shop, "v1", "shop-v1-again");
    look();
    after(HOURS(1));
    deploy_hourly(&shop, 2, 3);
    look();
    assert_string_equal(judgement_of("shop-v1-again")->detail,
                        "rollback target 2 of 3 (shop); no rollback: the containers of v1 belong to another release");
}

/* Only web has gone back to v1, whose worker has the first image. */
test(the_current_release_needs_what_a_redeploy_did_not_reach)
{
    deploy(&both, "v1");
    after(HOURS(1));
    redeploy_and_look(&shop, "v1", "shop-v1-again");
    deploy(&both, "v2");
    after(HOURS(1));
    look();
    roll_back(&shop, "v1");
    after(HOURS(1));
    look();
    assert_verdict("shop-v1-again", "keep current");
    assert_verdict("shop-v1", "keep rollback");
    assert_string_equal(judgement_of("shop-v1")->detail,
                        "has the tag or a container of v1, which a release of shop that is kept needs");
}

/* production's v1 crashed, and its tag is on staging's v1, of which nobody could be asked how it ran. */
test(what_its_tag_is_on_may_have_served_if_it_could_not_be_inspected)
{
    deploy(&production, "v0");
    after(HOURS(1));
    redeploy(&production, "v1", "production-v1");
    stop("shop-web-production-v1", 1);
    look();
    redeploy(&production, "v2", "production-v2");
    after(HOURS(2));
    redeploy(&staging, "v1", "staging-v1");
    after(HOURS(2));
    stop("shop-web-staging-v1", 0);
    fail_inspect("shop-web-staging-v1");
    lose_ledger();
    w->policy.retention.min_uptime_usec = DAYS(1); /* so that nothing here has served as far as is known */
    pass();
    assert_verdict("shop-web-production-v1", "keep rollback");
}

/* v1 served in production, but its tag is on staging's crashed v1 by now. As staging's could not be inspected, nobody knows
 * that a rollback to v1 is none. */
test(what_needs_an_image_that_may_have_failed_takes_no_slot)
{
    w->policy.retention.keep_previous = 1;
    deploy(&production, "v0");
    after(HOURS(1));
    redeploy(&production, "v1", "production-v1");
    after(HOURS(1));
    redeploy(&production, "v2", "production-v2");
    after(HOURS(1));
    deploy(&staging, "v3");
    after(HOURS(1));
    deploy_unhealthy(&staging, "v1");
    fail_inspect("shop-web-staging-v1");
    after(HOURS(2));
    look();
    assert_string_equal(ready_version("production", 0), "v1");
    assert_verdict("shop-web-production-v0", "keep rollback");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(what_crashed_here_is_ready_where_another_destination_serves_it),
        world_test(what_crashed_here_and_served_elsewhere_takes_no_place),
        world_test(containers_of_two_images_are_one_release),
        world_test(what_a_redeploy_leaves_takes_no_slot),
        world_test(what_served_elsewhere_makes_no_release_of_what_runs),
        world_test(a_redeploy_of_what_runs_takes_no_slot),
        world_test(an_image_that_came_anew_is_what_its_tag_is_asked_for),
        world_test(a_tag_is_needed_though_its_container_cannot_be_inspected),
        world_test(what_ran_beside_the_unknown_is_unknown),
        world_test(a_row_that_cannot_be_read_holds_what_may_be_of_its_app),
        world_test(what_it_was_started_from_is_remembered),
        world_test(a_version_whose_image_is_left_out_needs_what_has_its_tag),
        world_test(what_runs_of_an_image_that_is_left_out_is_current),
        world_test(an_image_that_cannot_be_read_may_be_of_a_deploy),
        world_test(what_may_be_kept_needs_its_tag),
        world_test(a_tag_without_a_container_of_its_own_is_not_ready),
        world_test(the_current_release_needs_what_a_redeploy_did_not_reach),
        world_test(what_its_tag_is_on_may_have_served_if_it_could_not_be_inspected),
        world_test(what_needs_an_image_that_may_have_failed_takes_no_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
