/* SPDX-License-Identifier: MIT */
/* Histories of one Kamal app, h01 to h12: what happened on a host, and what a pass must then do. */
#include "blog.h"

/* Ten deploys, one an hour, each of which served, and the pass of the tenth one's hook: v10 is current, v9, v8 and
 * v7 can be rolled back to, and the rest is removed. From then on each deploy frees one release. */
test(h01_ten_deploys_keep_current_and_three)
{
    ten_deploys();
    look_of_hook("blog");
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(6, 5, 4, 3, 2, 1), "remove superseded");
    assert_verdict("blog-web-v6", "remove superseded");
    assert_verdict("blog-web-v7", "keep rollback");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 3);

    pass_of_hook("blog");
    after(HOURS(1));
    deploy(&blog, "v11");
    look_of_hook("blog");
    assert_versions("blog", V(7), "remove superseded");
    assert_versions("blog", V(8, 9, 10), "keep rollback");
}

/* Ten deploys and a rollback to v8: v8 is current, and the releases that ran last, v10, v9 and v7, have the slots. */
test(h02_after_a_rollback_last_run_decides)
{
    ten_deploys();
    after(HOURS(1));
    roll_back(&blog, "v8");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(8), "keep current");
    assert_versions("blog", V(10, 9, 7), "keep rollback");
    assert_versions("blog", V(6), "remove superseded");
}

/* Somebody has put the tag `latest` on v2: v2 is kept for it, though it has no slot. */
test(h02_latest_keeps_its_image_where_it_is)
{
    w->policy.retention.keep_previous = 1;
    ten_deploys();
    tag_long_ago("r/blog:v2", "r/blog:latest");
    after(HOURS(1));
    look();
    assert_versions("blog", V(2), "keep moving-tag");
}

/* Ten deploys, a rollback to v8, then v11: what ran last counts, so v8 is the first previous release. */
test(h03_a_deploy_after_a_rollback)
{
    ten_deploys();
    pass_of_hook("blog");
    after(HOURS(1));
    roll_back(&blog, "v8");
    after(HOURS(1));
    pass();
    deploy_hourly(&blog, 11, 11);
    look();
    assert_versions("blog", V(11), "keep current");
    assert_versions("blog", V(8, 10, 9), "keep rollback");
    assert_versions("blog", V(7), "remove superseded");
}

static void crashed_three(void)
{
    ten_deploys();
    after(HOURS(1));
    deploy_crashing(&blog, "v11");
    deploy_crashing(&blog, "v12");
    deploy_crashing(&blog, "v13");
    after(MINUTES(10));
    look();
}

/* v11, v12 and v13 crash at their start while v10 runs on: they take no slot from v9, v8 and v7, and wait for a day,
 * because somebody wants to read their logs. */
test(h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day)
{
    crashed_three();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "wait failed");
    assert_verdict("blog-web-v11", "wait failed");
    after(HOURS(24));
    look();
    assert_versions("blog", V(11, 12, 13), "remove failed");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
}

/* v11, v12 and v13 each wait two minutes for their health check and are stopped: running for long is not serving. */
test(h05_unhealthy_deploys_have_not_served_however_long_they_ran)
{
    ten_deploys();
    after(HOURS(1));
    deploy_unhealthy(&blog, "v11");
    deploy_unhealthy(&blog, "v12");
    deploy_unhealthy(&blog, "v13");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(10), "keep current");
    assert_versions("blog", V(9, 8, 7), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "wait failed");
}

/* A pass looks while v11 waits for its health check, which then fails: what the pass saw running has not served. */
test(h05_a_release_that_waits_for_health_is_not_taken_for_served)
{
    ten_deploys();
    after(HOURS(1));
    pull_release(&blog, "v11", "blog-v11");
    Container *waiting = run("blog-web-v11", "blog-v11");
    waiting->labels.role = xstrdup("web");
    after(SECONDS(90));
    look(); /* a pass falls into it */
    stop("blog-web-v11", 143);
    after(MINUTES(10));
    look();
    assert_versions("blog", V(11), "wait failed");
}

/* v11, v12 and v13 have crashed, then v14 serves: the three are removed at once, without their day. */
test(h06_crashed_ones_go_at_once_when_a_newer_release_serves)
{
    crashed_three();
    deploy(&blog, "v14");
    after(MINUTES(10));
    look();
    assert_versions("blog", V(10, 9, 8), "keep rollback");
    assert_versions("blog", V(11, 12, 13), "remove failed");
    assert_versions("blog", V(7), "remove superseded");
}

/* v6 crashed, and an hour and a half later the same version is pulled again for a second try: it is young. */
test(h07_a_failed_version_that_is_pulled_again_waits)
{
    deploy_hourly(&blog, 1, 5);
    deploy_crashing(&blog, "v6");
    look();
    after(MINUTES(90));
    pull_release(&blog, "v6", "blog-v6");
    after(MINUTES(12));
    look();
    assert_versions("blog", V(6), "wait young");
}

/* A pass has removed v1, and somebody pulls it again by hand: it is young. */
test(h08_a_collected_version_pulled_by_hand_waits_and_then_ranks)
{
    ten_deploys();
    pass_of_hook("blog");
    assert_verdict("r/blog:v1", "gone");
    after(HOURS(1));
    pull_release(&blog, "v1", "blog-v1");
    look();
    assert_versions("blog", V(1), "wait young");
}

/* A pass falls into the deploy of blog v10: nothing of blog is removed, and shop is collected as ever. */
test(h09_a_deploy_under_way_keeps_its_app_and_no_other)
{
    static const KamalApp shop = {.service = "shop", .roles = "web"};
    deploy_hourly(&shop, 1, 9);
    ten_deploys();
    look();
    assert_versions("blog", V(6, 1), "wait deploying");
    assert_versions("shop", V(5, 1), "remove superseded");
}

/* The same pass, asked for by the hook of that deploy: it does not wait for its own deploy. */
test(h10_the_pass_of_its_own_hook_does_not_wait)
{
    ten_deploys();
    look_of_hook("blog");
    assert_versions("blog", V(6, 1), "remove superseded");
}

/* v7 is redeployed three times, a new image each: the images that lost the tag and their replaced containers are
 * removed, and v6, v5 and v4 keep the slots. */
test(h11_redeploys_of_one_version_leave_no_trace)
{
    deploy_hourly(&blog, 1, 7);
    for (int i = 0; i < 3; i++) {
        const char *content = numbered("again-%d", i);
        redeploy(&blog, "v7", content);
        look();
        after(HOURS(1));
    }
    look();
    assert_versions("blog", V(7), "keep current");
    assert_versions("blog", V(6, 5, 4), "keep rollback");
    assert_verdict("blog-v7", "remove superseded");
    assert_verdict("again-0", "remove superseded");
    assert_verdict("again-1", "remove superseded");
    assert_verdict("again-2", "keep current");
    pass();
    size_t n_replaced = 0;
    for (size_t i = 0; i < w->host.n_containers; i++)
        n_replaced += strstr(w->host.containers[i].name, "_replaced_") != NULL;
    assert_int_equal(n_replaced, 0);
}

/* v2 is redeployed: its first image is no release to roll back to, so v1 is the only one. */
test(h11_a_redeploy_makes_no_further_release_to_roll_back_to)
{
    deploy_hourly(&blog, 1, 2);
    redeploy(&blog, "v2", "again");
    after(HOURS(1));
    pass();
    look();
    assert_int_equal(w->plan.apps[0].rollback_ready, 1);
    assert_int_equal(w->plan.apps[0].rollback_wanted, 1);
}

/* v7 has just been redeployed: its first image is kept until the second one has served. */
test(h11_the_redeployed_id_stays_until_its_successor_has_served)
{
    deploy_hourly(&blog, 1, 7);
    redeploy(&blog, "v7", "again");
    look_of_hook("blog");
    assert_verdict("blog-v7", "keep rollback");
    after(MINUTES(10));
    look();
    assert_verdict("blog-v7", "remove superseded");
}

/* v5 and v6 are one image: they share a slot, and both tags are kept. */
test(h12_two_versions_on_one_id_are_one_release)
{
    deploy_hourly(&blog, 1, 5);
    redeploy(&blog, "v6", "blog-v5");
    look();
    after(HOURS(1));
    deploy_hourly(&blog, 7, 8);
    look();
    assert_versions("blog", V(8), "keep current");
    assert_versions("blog", V(7, 6, 5, 4), "keep rollback");
    assert_versions("blog", V(3), "remove superseded");
    assert_ptr_equal(the_image("r/blog:v5"), the_image("r/blog:v6"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h01_ten_deploys_keep_current_and_three),
        world_test(h02_after_a_rollback_last_run_decides),
        world_test(h02_latest_keeps_its_image_where_it_is),
        world_test(h03_a_deploy_after_a_rollback),
        world_test(h04_crashed_deploys_take_no_slot_and_keep_their_logs_for_a_day),
        world_test(h05_unhealthy_deploys_have_not_served_however_long_they_ran),
        world_test(h05_a_release_that_waits_for_health_is_not_taken_for_served),
        world_test(h06_crashed_ones_go_at_once_when_a_newer_release_serves),
        world_test(h07_a_failed_version_that_is_pulled_again_waits),
        world_test(h08_a_collected_version_pulled_by_hand_waits_and_then_ranks),
        world_test(h09_a_deploy_under_way_keeps_its_app_and_no_other),
        world_test(h10_the_pass_of_its_own_hook_does_not_wait),
        world_test(h11_redeploys_of_one_version_leave_no_trace),
        world_test(h11_a_redeploy_makes_no_further_release_to_roll_back_to),
        world_test(h11_the_redeployed_id_stays_until_its_successor_has_served),
        world_test(h12_two_versions_on_one_id_are_one_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
