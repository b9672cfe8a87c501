/* SPDX-License-Identifier: MIT */
/* A row of an image that cannot be read may hide a tag, a label or a parent: what that may hold is kept. */
#include "script.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};

static void hide(const char *what, int hidden)
{
    Image *image = the_image(what);

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
static void run_a_copy(void)
{
    deploy_hourly(&shop, 1, 2);
    deploy_crashing(&shop, "v3");
    commit("copy", "shop-web-v3", "r/shop:v4");
    Container *copy = run("shop-web-v4", "copy");
    labels_clear(&copy->labels);
    labels_copy(&copy->labels, &the_image("copy")->labels);
    after(MINUTES(30));
}

test(a_copy_is_no_release_though_its_label_cannot_be_read)
{
    run_a_copy();
    look();
    assert_verdict("shop-web-v3", "wait failed");
    hide("copy", IMAGE_HIDES_LABELS);
    look();
    assert_verdict("shop-web-v3", "wait failed");
    assert_verdict("shop-web-v4", "keep in-use");
    const ImageRecord *record = ledger_image(&w->ledger, the_image("copy")->id);
    assert_true(record->n_uses == 1 && record->uses[0].is_exec);
}

/* What its container is may be Kamal's or not: its app loses nothing meanwhile. */
test(what_may_be_a_copy_holds_its_app)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&shop, 1, 3);
    after(HOURS(1));
    look();
    assert_verdict("shop-web-v1", "remove superseded");
    hide("shop-v3", IMAGE_HIDES_LABELS);
    look();
    assert_verdict("shop-web-v1", "keep in-use");
    assert_verdict("r/shop:v1", "keep in-use");
}

test(an_image_with_another_odd_member_holds_nothing_else)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&shop, 1, 3);
    after(HOURS(2));
    hide("shop-v3", 0);
    look();
    assert_verdict("shop-web-v1", "remove superseded");
    assert_verdict("r/shop:v1", "remove superseded");
}

/* A container without labels has inherited none. */
test(what_claims_nothing_is_what_it_was)
{
    w->policy.retention.keep_previous = 0;
    for (int i = 1; i <= 2; i++) {
        cleanup_with(free_charp) char *name = xasprintf("db-%d", i), *tag = xasprintf("postgres:%d", i);
        pull(name, tag);
        run(name, name)->run.has_restart_policy = true;
        after(HOURS(1));
        look();
        if (i == 1)
            remove_container(name);
        after(HOURS(1));
    }
    hide("db-2", IMAGE_HIDES_LABELS);
    look();
    assert_verdict("postgres:1", "remove superseded");
}

/* An engine refuses to remove a parent. Which one it was only the steps can tell. */
test(an_image_whose_parent_cannot_be_read_may_be_made_from_any_that_it_continues)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&shop, 1, 2);
    commit("backup", "shop-web-v1", "backup/data:1");
    free(the_image("backup")->parent_id);
    the_image("backup")->parent_id = xstrdup(the_image("shop-v1")->id);
    deploy_hourly(&shop, 3, 4);
    after(HOURS(1));
    look();
    assert_verdict("shop-v1", "keep in-use");
    hide("backup", IMAGE_HIDES_PARENT);
    look();
    assert_verdict("shop-v1", "keep in-use");
    assert_non_null(strstr(judgement_of("shop-v1")->detail, "may have been made from it"));
    assert_verdict("shop-v2", "remove superseded");
    w->host.engine.store = STORE_CONTAINERD; /* has no parents */
    look();
    assert_verdict("shop-v1", "remove superseded");
}

/* The tag of a previous release has gone from its image; the one that cannot be read may have it. */
test(an_image_whose_tags_cannot_be_read_may_have_the_one_that_a_rollback_needs)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&shop, 1, 3);
    pull("other", "x/y:1");
    look();
    tag_long_ago("other", "r/shop:v2");
    after(HOURS(2));
    hide("other", IMAGE_HIDES_TAGS);
    look();
    assert_verdict("shop-web-v2", "keep in-use");
    assert_verdict("shop-web-v1", "keep rollback"); /* of whose slot nobody can tell */
    the_image("other")->hidden = 0;
    look();
    assert_verdict("shop-web-v2", "remove superseded");
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
