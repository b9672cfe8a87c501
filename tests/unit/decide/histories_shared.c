/* SPDX-License-Identifier: MIT */
/* Histories of versions that services and destinations share, h40 to h42: whose image has the tag, and who can be
 * rolled back to what. */
#include "rollback_of.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp staging = {.service = "shop", .destination = "staging", .roles = "web"};
static const KamalApp production = {.service = "shop", .destination = "production", .roles = "web"};

/* A build of this version for this destination: an image of its own, which takes the tag. */
static void build_and_deploy(const KamalApp *app, int number)
{
    const char *version = numbered("v%d", number);
    const char *content = numbered("%s-%s-v%d", app->service, app->destination ? app->destination : "", number);
    redeploy(app, version, content);
    after(HOURS(1));
    pass();
}

/* Kamal's gate, and what it then runs. */
static void assert_can_roll_back(const KamalApp *app, int number)
{
    const char *version = numbered("v%d", number);
    const char *tag = numbered("r/%s:v%d", app->service, number);
    const char *name = numbered("%s-web-%s-v%d", app->service, app->destination, number);
    if (!the_image(tag) || !the_container(name))
        fail_msg("%s cannot be rolled back to: %s is %s, %s is %s", name, tag, verdict_of(tag), name, verdict_of(name));
    roll_back(app, version);
    after(HOURS(1));
    pass();
}

/* api and admin deploy from one repository, and admin takes the tags and goes on: the image that has a tag is kept
 * while api counts that version. */
test(h40_an_image_stays_while_another_service_counts_its_tag)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    for (int i = 1; i <= 2; i++) {
        build_and_deploy(&api, i);
        build_and_deploy(&admin, i);
    }
    for (int i = 3; i <= 7; i++)
        build_and_deploy(&admin, i);
    after(DAYS(2));
    pass();
    assert_rollback("api", "", 1, 1);
    assert_verdict("api--v2", "keep current");
    assert_verdict("api--v1", "keep rollback");
    assert_verdict("r/mono:v1", "keep rollback"); /* admin's image, of which admin itself keeps none so old */
    assert_verdict("r/mono:v2", "keep rollback");
    assert_verdict("r/mono:v3", "gone");
    assert_verdict("r/mono:v4", "keep rollback");
    build_and_deploy(&api, 8);
    build_and_deploy(&api, 9);
    build_and_deploy(&api, 10);
    assert_verdict("r/mono:v1", "gone"); /* api does not count it any more */
}

/* api and admin run one image, and admin goes on: the image is current for api, and admin's container of it is
 * removed. */
test(h40_one_image_of_two_services_stays_while_either_counts_it)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    redeploy(&api, "v1", "sha1");
    redeploy(&admin, "v1", "sha1");
    after(HOURS(1));
    pass();
    for (int i = 2; i <= 6; i++)
        build_and_deploy(&admin, i);
    assert_verdict("r/mono:v1", "keep current");
    assert_verdict("admin-web-v1", "gone");
    assert_verdict("api-web-v1", "keep current");
}

/* v7 served, its redeploy crashes, v8 serves: no rollback to v7 is counted, since its tag is on the image that
 * crashed, and the one that served is kept until v8 has served. */
test(h41_a_version_whose_redeploy_crashed_is_no_rollback)
{
    deploy_hourly(&shop, 4, 7);
    pull_release(&shop, "v7", "again");
    rename_container("shop-web-v7", "shop-web-v7_replaced_0a1b");
    Container *crashed = run("shop-web-v7", "again");
    labels_clear(&crashed->labels);
    crashed->labels = (Labels){.service = xstrdup("shop"), .role = xstrdup("web")};
    free(crashed->image_ref);
    crashed->image_ref = xstrdup("r/shop:v7");
    after(SECONDS(1));
    stop("shop-web-v7", 1);
    after(MINUTES(20));
    pass();
    assert_verdict("shop-v7", "keep current"); /* it runs on */
    deploy(&shop, "v8");
    after(SECONDS(10));
    look_of_hook("shop");
    assert_verdict("again", "wait failed");
    assert_verdict("shop-v7", "keep rollback"); /* v8 has not served yet */
    for (size_t i = 0; i < app_of("shop", "")->rollback_versions.count; i++)
        assert_string_not_equal(app_of("shop", "")->rollback_versions.items[i], "v7");
    after(HOURS(1));
    look();
    assert_verdict("shop-v7", "remove superseded");
    assert_string_equal(judgement_of("shop-v7")->detail,
                        "it has no version of its own, so no rollback of shop leads to it");
    assert_verdict("again", "remove failed");
    assert_rollback("shop", "", 3, 3); /* v6, v5, v4 */
}

static void deploy_to_both(int from, int to)
{
    for (int i = from; i <= to; i++) {
        build_and_deploy(&staging, i);
        build_and_deploy(&production, i);
    }
}

static void deploy_the_same_versions_to_both(void)
{
    deploy_to_both(1, 5);
    assert_rollback("shop", "staging", 3, 3);
    assert_rollback("shop", "production", 3, 3);
    assert_verdict("shop-staging-v1", "gone");
    assert_verdict("r/shop:v1", "gone");
    assert_verdict("shop-web-staging-v1", "gone");
    static const int versions[] = {4, 2, 3};
    for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
        assert_can_roll_back(&staging, versions[i]);
        assert_rollback("shop", "staging", 3, 3);
        assert_rollback("shop", "production", 3, 3); /* staging's latest on its image makes it no next one */
        assert_can_roll_back(&production, versions[i]);
        assert_rollback("shop", "staging", 3, 3);
        assert_rollback("shop", "production", 3, 3);
    }
}

/* Staging and production each build v1 to v5 in turn, and take the tags from each other: every rollback of both
 * works. */
test(h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks)
{
    deploy_the_same_versions_to_both();
}

/* Staging stays at v4 and production goes on to v12: staging can be rolled back to all three versions that it
 * counts. */
test(h42_one_destination_that_goes_on_takes_nothing_from_the_other)
{
    deploy_to_both(1, 4);
    for (int i = 5; i <= 12; i++)
        build_and_deploy(&production, i);
    after(DAYS(3));
    pass();
    assert_rollback("shop", "staging", 3, 3);
    assert_rollback("shop", "production", 3, 3);
    for (int i = 1; i <= 3; i++)
        assert_can_roll_back(&staging, i);
    assert_verdict("r/shop:v5", "gone"); /* it never ran in staging */
    assert_verdict("r/shop:v8", "gone");
    assert_verdict("r/shop:v9", "keep rollback");
}

/* The same as the first, with the containerd store, where an image without a tag has no digest either. */
test(h42_the_same_where_the_store_forgets_what_is_untagged)
{
    w->host.engine.store = STORE_CONTAINERD;
    deploy_the_same_versions_to_both();
}

/* deploy.yml names another registry since v4: a rollback asks for tags of the new one, so older versions are not
 * ready and only have left-over slots. */
test(a_version_of_the_old_registry_is_not_counted_as_ready)
{
    static const KamalApp before = {.service = "shop", .roles = "web", .repository = "old.test/shop"};
    static const KamalApp after = {.service = "shop", .roles = "web", .repository = "new.test/shop"};
    deploy_hourly(&before, 1, 3);
    deploy_hourly(&after, 4, 5);
    pass();
    assert_rollback("shop", "", 1, 3);
    assert_non_null(strstr(app_of("shop", "")->not_ready[0].why, "no image here has the tag new.test/shop:v3"));
    assert_verdict("old.test/shop:v3", "keep rollback"); /* left-over slots */
    assert_verdict("old.test/shop:v2", "keep rollback");
    assert_verdict("old.test/shop:v1", "gone");
}

/* Somebody put the tag of the current release on v1's image, and that of a superseded one on v2's: Kamal would run
 * v1 as v7, so v1 is kept. */
test(a_release_that_has_the_tag_of_a_kept_one_is_kept_and_of_another_is_not)
{
    deploy_hourly(&shop, 1, 7);
    tag_long_ago("shop-v1", "r/shop:v7"); /* of the current release */
    tag_long_ago("shop-v2", "r/shop:v3"); /* of one that is superseded */
    after(DAYS(9));
    look();
    assert_verdict("shop-v7", "keep current");
    assert_verdict("shop-v1", "keep rollback"); /* what Kamal would run as v7 */
    assert_verdict("shop-v2", "remove superseded");
    assert_verdict("shop-v3", "remove superseded");
}

/* Staging takes the tag of production's v2 with a build that crashes: production cannot be rolled back to v2. */
test(a_version_whose_tag_is_on_a_build_that_only_crashed_is_not_ready)
{
    for (int i = 1; i <= 3; i++)
        build_and_deploy(&production, i);
    deploy_crashing(&staging, "v2");
    after(HOURS(1));
    look();
    assert_rollback("shop", "production", 1, 2); /* v1 */
    const PlannedApp *app = app_of("shop", "production");
    assert_non_null(strstr(app->not_ready[0].why, "r/shop:v2 has never served"));
}

/* One image runs in two roles, and a second destination takes its tag: it is one release of each destination that
 * needs it. */
test(an_image_that_runs_in_two_roles_is_one_release)
{
    static const KamalApp here = {.service = "shop", .destination = "here", .roles = "web,worker"};
    static const KamalApp there = {.service = "shop", .destination = "there", .roles = "web,worker"};
    build_and_deploy(&here, 1);
    look();
    assert_int_equal(plan_image(&w->plan, the_image("shop-here-v1")->id)->n_apps, 1);
    build_and_deploy(&there, 1); /* takes the tag: a release of there, and what a rollback of here would run */
    look();
    assert_int_equal(plan_image(&w->plan, the_image("shop-here-v1")->id)->n_apps, 1);
    assert_int_equal(plan_image(&w->plan, the_image("shop-there-v1")->id)->n_apps, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h40_an_image_stays_while_another_service_counts_its_tag),
        world_test(h40_one_image_of_two_services_stays_while_either_counts_it),
        world_test(h41_a_version_whose_redeploy_crashed_is_no_rollback),
        world_test(h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks),
        world_test(h42_one_destination_that_goes_on_takes_nothing_from_the_other),
        world_test(h42_the_same_where_the_store_forgets_what_is_untagged),
        world_test(a_version_of_the_old_registry_is_not_counted_as_ready),
        world_test(a_release_that_has_the_tag_of_a_kept_one_is_kept_and_of_another_is_not),
        world_test(a_version_whose_tag_is_on_a_build_that_only_crashed_is_not_ready),
        world_test(an_image_that_runs_in_two_roles_is_one_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
