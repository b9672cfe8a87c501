/* SPDX-License-Identifier: MIT */
/* Versions of Kamal's of which the containers are of several images, or the tag is on another destination's; and what
 * of them cannot be read or inspected. */
#include "world_test.h"

#include <rgc/ownership.h>

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp both = {.service = "shop", .roles = "web,worker"};
static const KamalApp staging = {.service = "shop", .destination = "staging", .roles = "web"};
static const KamalApp staging_both = {.service = "shop", .destination = "staging", .roles = "web,worker"};
static const KamalApp production = {.service = "shop", .destination = "production", .roles = "web"};
static const KamalApp blog = {.service = "blog", .roles = "web"};

static const char *ready_version(const World *w, const char *destination, size_t at)
{
    for (size_t i = 0; i < w->plan.n_apps; i++)
        if (same_text(w->plan.apps[i].destination, destination) && strcmp(w->plan.apps[i].name, "shop") == 0 &&
            at < w->plan.apps[i].rollback_versions.count)
            return w->plan.apps[i].rollback_versions.items[at];
    return "none";
}

/* A redeploy that ends after its first role, which crashes. */
static void half_redeploy(World *w, const KamalApp *app, const char *role, const char *version, const char *content)
{
    cleanup_with(free_charp) char *name = xasprintf("%s-%s%s%s-%s", app->service, role, app->destination ? "-" : "",
                                                    app->destination ? app->destination : "", version);
    cleanup_with(free_charp) char *replaced = xasprintf("%s_replaced_0a1b", name);
    cleanup_with(free_charp) char *tag = xasprintf("r/%s:%s", app->service, version);
    kamal_pull(w, app, version, content);
    world_rename(w, name, replaced);
    Container *crashed = world_run(w, name, content);
    labels_clear(&crashed->labels);
    crashed->labels =
        (Labels){.service = xstrdup(app->service), .role = xstrdup(role), .destination = xstrdup(app->destination)};
    free(crashed->image_ref);
    crashed->image_ref = xstrdup(tag);
    world_wait(w, SECONDS(1));
    world_stop(w, name, 1);
    world_plan(w);
}

static void redeploy(World *w, const KamalApp *app, const char *version, const char *content)
{
    kamal_redeploy(w, app, version, content);
    world_plan(w);
    world_wait(w, HOURS(1));
}

/* The tag of staging's crashed redeploy is on production's image by now, which served: a rollback of staging runs that. */
static void what_crashed_here_is_ready_where_another_destination_serves_it(void **state)
{
    World *w = *state;
    redeploy(w, &staging, "v1", "staging-v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    half_redeploy(w, &staging, "web", "v1", "staging-v1-again");
    redeploy(w, &production, "v1", "production-v1");
    world_wait(w, HOURS(2));
    redeploy(w, &staging, "v2", "staging-v2");
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-web-staging-v1", "keep rollback");
    assert_verdict(w, "staging-v1-again", "keep rollback");
    assert_string_equal(ready_version(w, "staging", 0), "v1");
    /* Production's redeploy of it crashes as well: then it has never served. */
    half_redeploy(w, &production, "web", "v1", "production-v1-again");
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-web-staging-v1", "gone");
}

/* It failed here, and what has its tag served elsewhere: it may be a rollback, and another must be. */
static void what_crashed_here_and_served_elsewhere_takes_no_place(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    redeploy(w, &staging, "v0", "staging-v0");
    redeploy(w, &staging, "v1", "staging-v1");
    half_redeploy(w, &staging, "web", "v1", "staging-v1-again");
    redeploy(w, &production, "v1", "production-v1");
    redeploy(w, &staging, "v2", "staging-v2");
    world_pass(w);
    assert_verdict(w, "staging-v1-again", "keep rollback");
    assert_string_equal(ready_version(w, "staging", 0), "v1");
    assert_verdict(w, "staging-v0", "keep rollback");
    redeploy(w, &staging, "v3", "staging-v3");
    world_pass(w);
    assert_verdict(w, "staging-v2", "keep rollback");
    assert_verdict(w, "staging-v1-again", "gone");
    assert_verdict(w, "staging-v0", "gone");
}

/* The worker of v1 is of the first image, its crashed web container of the second, the tag on production's. */
static void containers_of_two_images_are_one_release(void **state)
{
    World *w = *state;
    redeploy(w, &staging_both, "v1", "staging-v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    half_redeploy(w, &staging_both, "web", "v1", "staging-v1-again");
    redeploy(w, &production, "v1", "production-v1");
    world_wait(w, HOURS(2));
    redeploy(w, &staging_both, "v2", "staging-v2");
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-web-staging-v1", "keep rollback");
    assert_verdict(w, "shop-worker-staging-v1", "keep rollback");
    assert_string_equal(ready_version(w, "staging", 0), "v1");
    assert_string_equal(ready_version(w, "staging", 1), "none"); /* not twice */
}

/* v2's second image left its worker behind: no slot is lost to it. */
static void what_a_redeploy_leaves_takes_no_slot(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &both, 1, 2);
    half_redeploy(w, &both, "web", "v2", "shop-v2-again");
    redeploy(w, &shop, "v2", "shop-v2-third");
    world_stop(w, "shop-worker-v2", 143);
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-web-v1", "keep rollback");
    assert_string_equal(ready_version(w, NULL, 0), "v1");
}

/* v2 runs on; its redeploy crashed, and somebody ran that image beside it, where it served. */
static void what_served_elsewhere_makes_no_release_of_what_runs(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &shop, 1, 2);
    half_redeploy(w, &shop, "web", "v2", "shop-v2-again");
    world_compose(w, "copy-web-1", "shop-v2-again", "copy", "web");
    world_wait(w, HOURS(2));
    world_plan(w);
    world_stop(w, "copy-web-1", 0);
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-v2", "keep current");
    assert_verdict(w, "shop-web-v1", "keep rollback");
}

/* The same where the tag is on what another destination serves: staging's v2 runs on, and is no release twice. */
static void a_redeploy_of_what_runs_takes_no_slot(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    redeploy(w, &staging, "v1", "staging-v1");
    redeploy(w, &staging, "v2", "staging-v2");
    half_redeploy(w, &staging, "web", "v2", "staging-v2-again");
    redeploy(w, &production, "v2", "production-v2");
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "staging-v2", "keep current");
    assert_verdict(w, "shop-web-staging-v1", "keep rollback");
    assert_string_equal(ready_version(w, "staging", 0), "v1"); /* v2 is what runs */
}

/* It has come anew since it ran in staging, but what production has of it is its tag. */
static void an_image_that_came_anew_is_what_its_tag_is_asked_for(void **state)
{
    World *w = *state;
    redeploy(w, &production, "v1", "production-v1");
    redeploy(w, &production, "v2", "production-v2");
    redeploy(w, &staging, "v1", "staging-v1");
    redeploy(w, &staging, "v3", "staging-v3");
    kamal_pull(w, &staging, "v1", "staging-v1");
    world_plan(w);
    world_wait(w, HOURS(2));
    world_plan(w);
    assert_string_equal(ready_version(w, "production", 0), "v1");
}

/* The engine does not tell what production's container was started from, and its tag is on staging's image. */
static void a_tag_is_needed_though_its_container_cannot_be_inspected(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    redeploy(w, &production, "v1", "production-v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    redeploy(w, &staging, "v1", "staging-v1");
    world_wait(w, HOURS(1));
    redeploy(w, &staging, "v2", "staging-v2");
    world_wait(w, HOURS(2));
    Container *container = world_container(w, "shop-web-production-v1");
    container->run = (Run){0};
    container->inspect_error = "the engine did not answer in time";
    free(container->image_ref);
    container->image_ref = xstrdup(container->image_id);
    world_pass(w);
    assert_verdict(w, "r/shop:v1", "keep rollback");
}

/* v2 waited for its health check beside v1, which cannot be inspected: nobody knows that it has not served. */
static void what_ran_beside_the_unknown_is_unknown(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    kamal_deploy(w, &shop, "v0");
    world_wait(w, HOURS(1));
    kamal_deploy(w, &shop, "v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    kamal_unhealthy(w, &shop, "v2");
    world_wait(w, HOURS(1));
    Container *older = world_container(w, "shop-web-v1");
    older->run = (Run){0};
    older->inspect_error = "the engine did not answer in time";
    world_pass(w);
    assert_verdict(w, "shop-web-v2", "keep in-use");
    assert_verdict(w, "shop-web-v0", "keep rollback"); /* it has taken nobody's place */
    older = world_container(w, "shop-web-v1");
    older->run = (Run){.is_known = true, .has_restart_policy = true, .started = older->created};
    older->inspect_error = NULL;
    world_plan(w);
    assert_verdict(w, "shop-web-v2", "wait failed");
}

static void hide(Container *container)
{
    labels_clear(&container->labels);
    container->state = STATE_UNKNOWN;
    container->run = (Run){0};
    container->unreadable = xstrdup("its labels are no object");
}

/* Of which app it is nobody knows: nothing of what shares its repository goes, containers as little as images. */
static void a_row_that_cannot_be_read_holds_what_may_be_of_its_app(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &shop, 1, 3);
    deploy_hourly(w, &blog, 1, 3);
    hide(world_container(w, "shop-web-v2"));
    world_pass(w);
    assert_verdict(w, "shop-web-v1", "keep in-use");
    assert_verdict(w, "r/shop:v1", "keep in-use");
    assert_verdict(w, "blog-web-v1", "gone");
}

/* The same where its image is not in the list any more: what it was started from is remembered. */
static void what_it_was_started_from_is_remembered(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &shop, 1, 3);
    Container *container = world_container(w, "shop-web-v2");
    free(container->image_id);
    container->image_id = xstrdup("sha256:0000000000000000000000000000000000000000000000000000000000000001");
    world_plan(w);
    hide(world_container(w, "shop-web-v2"));
    world_pass(w);
    assert_verdict(w, "shop-web-v1", "keep in-use");
}

/* It may have any tag, and so be what is deployed just now. */
/* Engines do so with what has no name any more, once another image was made from it. */
static void leave_out(World *w, const char *content)
{
    Image *image = world_image(w, content);
    image_clear(image);
    memmove(image, image + 1, (size_t)(&w->host.images[--w->host.n_images] - image) * sizeof(*image));
}

/* Staging took the tag of production's image, of which somebody made another one. */
static void a_version_whose_image_is_left_out_needs_what_has_its_tag(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    redeploy(w, &production, "v0", "production-v0");
    redeploy(w, &production, "v1", "production-v1");
    redeploy(w, &staging, "v1", "staging-v1");
    leave_out(w, "production-v1");
    redeploy(w, &production, "v2", "production-v2");
    for (int i = 3; i <= 6; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *content = xasprintf("staging-v%d", i);
        redeploy(w, &staging, version, content);
    }
    world_pass(w);
    assert_verdict(w, "staging-v1", "keep rollback");
    assert_verdict(w, "shop-web-production-v1", "keep other"); /* it holds an image that nobody can judge */
    assert_string_equal(ready_version(w, "production", 0), "v1");
    redeploy(w, &production, "v7", "production-v7");
    redeploy(w, &production, "v8", "production-v8");
    world_pass(w);
    assert_verdict(w, "production-v7", "keep rollback");
    assert_verdict(w, "staging-v1", "gone");
}

/* And where it runs: production is at v1, and has another version to go back to. */
static void what_runs_of_an_image_that_is_left_out_is_current(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    redeploy(w, &production, "v0", "production-v0");
    redeploy(w, &production, "v1", "production-v1");
    redeploy(w, &staging, "v1", "staging-v1");
    leave_out(w, "production-v1");
    for (int i = 3; i <= 6; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *content = xasprintf("staging-v%d", i);
        redeploy(w, &staging, version, content);
    }
    world_pass(w);
    assert_verdict(w, "staging-v1", "keep current");
    assert_string_equal(ready_version(w, "production", 0), "v0");
}

static void an_image_that_cannot_be_read_may_be_of_a_deploy(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &shop, 1, 3);
    world_pull(w, "new", "r/other:v1");
    strings_clear(&world_image(w, "new")->tags);
    world_image(w, "new")->unreadable = xstrdup("its size is absurd");
    world_plan(w);
    assert_verdict(w, "shop-web-v1", "wait deploying");
    world_wait(w, HOURS(2));
    world_pass(w);
    assert_verdict(w, "shop-web-v1", "gone");
}

/* v1's first image cannot be read: it stays, and what its version needs stays with it. */
static void what_may_be_kept_needs_its_tag(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    redeploy(w, &staging, "v1", "staging-v1");
    world_wait(w, HOURS(1));
    world_pass(w);
    redeploy(w, &production, "v1", "production-v1");
    world_wait(w, HOURS(1));
    redeploy(w, &production, "v2", "production-v2");
    redeploy(w, &production, "v3", "production-v3");
    redeploy(w, &staging, "v4", "staging-v4");
    world_wait(w, HOURS(2));
    world_image(w, "staging-v1")->unreadable = xstrdup("its size is absurd");
    world_plan(w);
    assert_verdict(w, "r/shop:v1", "keep rollback");
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
