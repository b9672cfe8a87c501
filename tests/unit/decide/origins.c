/* SPDX-License-Identifier: MIT */
/* Where images and tags are from: what somebody keeps, what a job used, and what nobody can tell. */
#include "world_test.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};

/* v1 to v8, each in a mirror as well. */
static void deploy_with_mirror(World *w, const char *of_second)
{
    for (int i = 1; i <= 8; i++) {
        char version[16], from[32], to[32];
        snprintf(version, sizeof(version), "v%d", i);
        snprintf(from, sizeof(from), "r/shop:v%d", i);
        snprintf(to, sizeof(to), "mirror:5000/shop:v%d", i);
        kamal_deploy(w, &shop, version);
        world_tag(w, from, i == 2 ? of_second : to);
        world_wait(w, HOURS(1));
        world_pass(w);
    }
}

static void a_name_of_ones_own_in_a_mirror_holds_a_release(void **state)
{
    World *w = *state;
    deploy_with_mirror(w, "mirror:5000/shop:golden");
    assert_verdict(w, "r/shop:v2", "keep in-use");
    assert_verdict(w, "r/shop:v3", "gone");
}

static void the_same_tag_elsewhere_on_one_release_alone_is_no_mirror(void **state)
{
    World *w = *state;
    deploy_with_mirror(w, "local/shop:v2");
    assert_verdict(w, "r/shop:v2", "keep in-use");
    assert_verdict(w, "r/shop:v3", "gone");
}

/* `docker import` into the app's own repository: only its event tells. */
static void what_was_imported_is_no_release(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 3);
    Image *image = world_pull(w, "imported", "r/shop:imported");
    image->labels.service = xstrdup("shop");
    w->knows_events = true;
    ArrivalEvent *event = array_add(&w->host.arrivals, &w->host.n_arrivals);
    *event = (ArrivalEvent){.reference = xstrdup(world_image(w, "imported")->id), .time = w->now, .is_made_here = true};
    world_plan(w);
    deploy_hourly(w, &shop, 4, 12);
    world_pass(w);
    assert_verdict(w, "imported", "keep unmanaged");
}

/* Its container has gone, and with it all that tells that it ran; nor does anybody remember what was made of it. */
static void lose_what_tells(World *w, const char *container)
{
    world_remove_container(w, container);
    world_lose_ledger(w);
    w->knows_events = false;
    world_pass(w);
    deploy_hourly(w, &shop, 3, 9);
    world_wait(w, DAYS(50));
    world_pass(w);
}

static void of_two_that_may_be_somebodys_own_neither_goes(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    world_derive(w, "debug", "r/shop:v1", "r/shop:debug");
    lose_what_tells(w, "shop-web-v1");
    assert_verdict(w, "debug", "keep unmanaged");
    assert_verdict(w, "r/shop:v1", "keep unmanaged");
    assert_verdict(w, "r/shop:v3", "gone");
    world_untag(w, "r/shop:v1"); /* what told it is gone now, but not forgotten */
    world_pass(w);
    assert_verdict(w, "debug", "keep unmanaged");
}

static void what_may_be_somebodys_own_takes_no_slot(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &shop, 1, 3);
    world_derive(w, "debug", "r/shop:v2", "r/shop:debug");
    world_image(w, "debug")->created = w->now;
    world_remove_container(w, "shop-web-v1");
    world_remove_container(w, "shop-web-v2");
    world_lose_ledger(w);
    w->knows_events = false;
    world_wait(w, DAYS(50));
    world_pass(w);
    world_wait(w, DAYS(9));
    world_pass(w);
    assert_verdict(w, "r/shop:v1", "keep rollback");
}

static void the_release_may_have_its_tag_elsewhere(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    world_derive(w, "debug", "r/shop:v1", "r/shop:debug");
    world_tag(w, "r/shop:v1", "mirror:5000/shop:v1");
    world_untag(w, "r/shop:v1");
    lose_what_tells(w, "shop-web-v1");
    assert_verdict(w, "debug", "keep unmanaged");
}

/* What it was made from is not here any more: it has a label that only containers get. */
static void what_was_committed_from_a_container_is_no_release(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    world_commit(w, "before", "shop-web-v1", "r/shop:before");
    world_untag(w, "r/shop:v1");
    char id[72];
    image_id("before", id);
    world_know_steps(w, id, (const uint64_t[]){1, 2, 0});
    lose_what_tells(w, "shop-web-v1");
    assert_verdict(w, "before", "keep unmanaged");
}

/* Releases are built from a base image of the app's own: those that never ran as well as those that did. */
static void what_has_the_base_of_a_release_may_be_one(void **state)
{
    World *w = *state;
    char id[72];
    image_id("base", id);
    deploy_hourly(w, &shop, 1, 2);
    world_build(w, "base", "r/shop:base")->labels.service = xstrdup("shop");
    world_know_steps(w, id, (const uint64_t[]){image_step(0, "base", 1), 0});
    world_plan(w);
    kamal_pull(w, &shop, "aborted", "aborted");
    world_plan(w);
    deploy_hourly(w, &shop, 3, 9);
    world_wait(w, DAYS(50));
    world_pass(w);
    assert_verdict(w, "base", "keep unmanaged");
    assert_verdict(w, "aborted", "gone");
}

/* Two apps have one base: what neither ever ran of it tells nothing of the other app's images. */
static void what_another_app_continues_may_be_a_release(void **state)
{
    World *w = *state;
    char id[72];
    deploy_hourly(w, &(KamalApp){.service = "blog", .roles = "web"}, 1, 1);
    world_build(w, "base", "r/blog:base")->labels.service = xstrdup("blog");
    image_id("base", id);
    world_know_steps(w, id, (const uint64_t[]){7, 0});
    kamal_pull(w, &shop, "aborted", "aborted");
    image_id("aborted", id);
    world_know_steps(w, id, (const uint64_t[]){7, 8, 0});
    world_plan(w);
    deploy_hourly(w, &shop, 3, 9);
    world_wait(w, DAYS(50));
    world_pass(w);
    assert_verdict(w, "aborted", "gone");
}

static void without_its_label_an_image_is_no_release_of_kamals(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 3);
    world_pull(w, "tool", "r/shop:tool");
    world_plan(w);
    deploy_hourly(w, &shop, 4, 12);
    world_pass(w);
    assert_verdict(w, "tool", "keep unmanaged");
}

/* Nobody knows what it was made of, and it lies where the app runs from. */
static void what_may_be_an_unknown_release_is_not_dangling(void **state)
{
    static const uint64_t none[] = {0};
    World *w = *state;
    deploy_hourly(w, &shop, 1, 3);
    Image *image = world_pull(w, "lost", "r/shop:lost");
    image->labels.service = xstrdup("shop");
    char id[72];
    image_id("lost", id);
    world_know_steps(w, id, none);
    world_plan(w);
    strings_clear(&world_image(w, "lost")->tags);
    world_wait(w, DAYS(3));
    world_plan(w);
    assert_verdict(w, "lost", "keep unmanaged");
}

/* A job that ran a release after its app did. */
static void a_job_on_a_release_holds_it(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 8);
    Container *job = world_run(w, "migrate", "r/shop:v1");
    labels_clear(&job->labels);
    job->run.is_auto_remove = true;
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_remove_container(w, "migrate");
    world_pass(w);
    assert_verdict(w, "r/shop:v1", "keep job");
    assert_verdict(w, "r/shop:v2", "gone");
}

static void run_job(World *w)
{
    world_pull(w, "backup", "company/tools:backup");
    world_run(w, "backup-1", "company/tools:backup")->run.is_auto_remove = true;
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_remove_container(w, "backup-1");
}

static void a_tag_of_ones_own_holds_the_image_of_a_job(void **state)
{
    World *w = *state;
    run_job(w);
    world_tag(w, "company/tools:backup", "local/kept:golden");
    world_wait(w, DAYS(20));
    world_plan(w);
    assert_verdict(w, "backup", "keep job");
    world_wait(w, DAYS(20));
    world_plan(w);
    assert_verdict(w, "backup", "keep in-use");
    world_untag(w, "local/kept:golden");
    world_plan(w);
    assert_verdict(w, "backup", "remove unused");
}

/* A step of a build used it by its ID: no name tells another from it. */
static void what_was_used_by_its_id_alone_is_a_job(void **state)
{
    World *w = *state;
    char id[72];
    image_id("base", id);
    world_pull(w, "base", "base:1");
    world_plan(w);
    ArrivalEvent *start = array_add(&w->host.starts, &w->host.n_starts);
    *start = (ArrivalEvent){.reference = xstrdup(id), .time = w->now};
    world_wait(w, DAYS(40));
    world_plan(w);
    assert_verdict(w, "base", "remove unused");
}

/* Without a restart policy, and seen once: the one that came after it has lasted by then. */
static void what_a_lasting_container_followed_is_of_its_app(void **state)
{
    World *w = *state;
    world_pull(w, "one", "svc:1");
    const char *id = world_run(w, "svc", "one")->id;
    world_wait(w, MINUTES(5));
    world_plan(w);
    strings_add(&w->host.killed, id);
    world_remove_container(w, "svc");
    world_pull(w, "two", "svc:2");
    world_run(w, "svc", "two");
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "two", "keep current");
    assert_verdict(w, "one", "keep rollback");
}

static void compose_up(World *w, const char *content)
{
    if (world_container(w, "site-web-1"))
        world_remove_container(w, "site-web-1");
    world_compose(w, "site-web-1", content, "site", "web");
    world_wait(w, HOURS(2));
}

/* The containerd store shows neither tag nor digest of what was replaced before a pass has seen it. */
static void an_untagged_image_of_unknown_origin_takes_its_slot(void **state)
{
    World *w = *state;
    w->host.engine.store = STORE_CONTAINERD;
    world_pull(w, "one", "site:latest");
    strings_clear(&world_image(w, "one")->tags);
    strings_clear(&world_image(w, "one")->digests);
    compose_up(w, "one");
    world_plan(w);
    world_pull(w, "two", "site:latest");
    compose_up(w, "two");
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "two", "keep current");
    assert_verdict(w, "one", "keep rollback");
}

/* It came while nobody watched, and may have run: as what was here before rgc, it waits for a week. */
static void what_came_unseen_without_a_name_waits(void **state)
{
    World *w = *state;
    w->host.engine.store = STORE_CONTAINERD;
    world_plan(w);
    world_wait(w, HOURS(10));
    world_pull(w, "one", "site:latest");
    strings_clear(&world_image(w, "one")->tags);
    strings_clear(&world_image(w, "one")->digests);
    w->host.arrivals_since = w->now; /* nor did anybody see how */
    world_plan(w);
    Time seen = w->now;
    world_wait(w, HOURS(3));
    assert_changes_at(w, "one", "wait dangling", seen + DAYS(7), "remove dangling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_name_of_ones_own_in_a_mirror_holds_a_release),
        world_test(the_same_tag_elsewhere_on_one_release_alone_is_no_mirror),
        world_test(what_was_imported_is_no_release),
        world_test(of_two_that_may_be_somebodys_own_neither_goes),
        world_test(what_may_be_somebodys_own_takes_no_slot),
        world_test(the_release_may_have_its_tag_elsewhere),
        world_test(what_was_committed_from_a_container_is_no_release),
        world_test(what_has_the_base_of_a_release_may_be_one),
        world_test(what_another_app_continues_may_be_a_release),
        world_test(without_its_label_an_image_is_no_release_of_kamals),
        world_test(what_may_be_an_unknown_release_is_not_dangling),
        world_test(a_job_on_a_release_holds_it),
        world_test(a_tag_of_ones_own_holds_the_image_of_a_job),
        world_test(what_was_used_by_its_id_alone_is_a_job),
        world_test(what_a_lasting_container_followed_is_of_its_app),
        world_test(an_untagged_image_of_unknown_origin_takes_its_slot),
        world_test(what_came_unseen_without_a_name_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
