/* SPDX-License-Identifier: MIT */
/* A row of an image that cannot be read may hide a tag, a label or a parent: what that may need is kept. */
#include "world_test.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};

static void hide(World *w, const char *what, int hidden)
{
    Image *image = world_image(w, what);

    if (hidden & IMAGE_HIDES_TAGS)
        strings_clear(&image->tags);
    if (hidden & IMAGE_HIDES_LABELS)
        labels_clear(&image->labels);
    if (hidden & IMAGE_HIDES_PARENT) {
        free(image->parent_id);
        image->parent_id = NULL;
    }
    image->unreadable = xstrdup("it is no object");
    image->hidden = hidden;
}

/* v3 never serves; then somebody runs a copy of its container, which has Kamal's labels, and a name and tag to go with
 * them. Only the label `role` of its image says that it is a copy. */
static void run_a_copy(World *w)
{
    deploy_hourly(w, &shop, 1, 2);
    kamal_crash(w, &shop, "v3");
    world_commit(w, "copy", "shop-web-v3", "r/shop:v4");
    Container *copy = world_run(w, "shop-web-v4", "copy");
    labels_clear(&copy->labels);
    labels_copy(&copy->labels, &world_image(w, "copy")->labels);
    world_wait(w, MINUTES(30));
}

static void a_copy_is_no_release_though_its_label_cannot_be_read(void **state)
{
    World *w = *state;
    run_a_copy(w);
    world_plan(w);
    assert_verdict(w, "shop-web-v3", "wait failed");
    hide(w, "copy", IMAGE_HIDES_LABELS);
    world_plan(w);
    assert_verdict(w, "shop-web-v3", "wait failed");
    assert_verdict(w, "shop-web-v4", "keep in-use");
    const ImageRecord *record = ledger_image(&w->ledger, world_image(w, "copy")->id);
    assert_true(record->n_uses == 1 && record->uses[0].is_exec);
}

/* What its container is may be Kamal's or not: its app loses nothing meanwhile. */
static void what_may_be_a_copy_holds_its_app(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &shop, 1, 3);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "shop-web-v1", "remove superseded");
    hide(w, "shop-v3", IMAGE_HIDES_LABELS);
    world_plan(w);
    assert_verdict(w, "shop-web-v1", "keep in-use");
    assert_verdict(w, "r/shop:v1", "keep in-use");
}

static void an_image_with_another_odd_member_holds_nothing_else(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &shop, 1, 3);
    world_wait(w, HOURS(2));
    hide(w, "shop-v3", 0);
    world_plan(w);
    assert_verdict(w, "shop-web-v1", "remove superseded");
    assert_verdict(w, "r/shop:v1", "remove superseded");
}

/* A container without labels has inherited none. */
static void what_claims_nothing_is_what_it_was(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    for (int i = 1; i <= 2; i++) {
        cleanup_with(free_charp) char *name = xasprintf("db-%d", i), *tag = xasprintf("postgres:%d", i);
        world_pull(w, name, tag);
        world_run(w, name, name)->run.has_restart_policy = true;
        world_wait(w, HOURS(1));
        world_plan(w);
        if (i == 1)
            world_remove_container(w, name);
        world_wait(w, HOURS(1));
    }
    hide(w, "db-2", IMAGE_HIDES_LABELS);
    world_plan(w);
    assert_verdict(w, "postgres:1", "remove superseded");
}

/* An engine refuses to remove a parent. Which one it was only the steps can tell. */
static void an_image_whose_parent_cannot_be_read_may_be_made_from_any_that_it_continues(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &shop, 1, 2);
    world_commit(w, "backup", "shop-web-v1", "backup/data:1");
    free(world_image(w, "backup")->parent_id);
    world_image(w, "backup")->parent_id = xstrdup(world_image(w, "shop-v1")->id);
    deploy_hourly(w, &shop, 3, 4);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "shop-v1", "keep in-use");
    hide(w, "backup", IMAGE_HIDES_PARENT);
    world_plan(w);
    assert_verdict(w, "shop-v1", "keep in-use");
    assert_non_null(strstr(judgement_of(w, "shop-v1")->detail, "may have been made from it"));
    assert_verdict(w, "shop-v2", "remove superseded");
    w->host.engine.store = STORE_CONTAINERD; /* has no parents */
    world_plan(w);
    assert_verdict(w, "shop-v1", "remove superseded");
}

/* The tag of a previous release has gone from its image; the one that cannot be read may have it. */
static void an_image_whose_tags_cannot_be_read_may_have_the_one_that_a_rollback_needs(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &shop, 1, 3);
    world_pull(w, "other", "x/y:1");
    world_plan(w);
    world_tag_long_ago(w, "other", "r/shop:v2");
    world_wait(w, HOURS(2));
    hide(w, "other", IMAGE_HIDES_TAGS);
    world_plan(w);
    assert_verdict(w, "shop-web-v2", "keep in-use");
    assert_verdict(w, "shop-web-v1", "keep rollback"); /* of whose slot nobody can tell */
    world_image(w, "other")->hidden = 0;
    world_plan(w);
    assert_verdict(w, "shop-web-v2", "remove superseded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_copy_is_no_release_though_its_label_cannot_be_read),
        world_test(what_may_be_a_copy_holds_its_app),
        world_test(an_image_with_another_odd_member_holds_nothing_else),
        world_test(what_claims_nothing_is_what_it_was),
        world_test(an_image_whose_parent_cannot_be_read_may_be_made_from_any_that_it_continues),
        world_test(an_image_whose_tags_cannot_be_read_may_have_the_one_that_a_rollback_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
