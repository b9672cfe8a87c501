/* SPDX-License-Identifier: MIT */
/* Whether a container has served, where an engine's times are not what one would think. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

/* Docker 20.10 and 28.5 under load: the start is noted after the process has already ended. */
test(what_seems_to_end_before_it_starts_has_ended_at_once)
{
    deploy_hourly(&blog, 1, 2);
    deploy_crashing(&blog, "v3");
    Run *run = &the_container("blog-web-v3")->run;
    run->started = run->finished + 700;
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v3", "wait failed");
}

test(what_nobody_saw_end_has_not_failed)
{
    deploy_hourly(&blog, 1, 2);
    deploy_crashing(&blog, "v3");
    Run *run = &the_container("blog-web-v3")->run;
    run->finished = run->started - HOURS(1);
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v3", "keep rollback");
}

/* Lists tell the time of creation in whole seconds: it cannot say which of two was there first. */
test(two_containers_of_one_second_are_told_apart_by_their_start)
{
    deploy_hourly(&blog, 1, 2);
    deploy_unhealthy(&blog, "v3");
    the_container("blog-web-v2")->created = the_container("blog-web-v3")->created;
    after(HOURS(1));
    look();
    assert_verdict("r/blog:v3", "wait failed");
    assert_verdict("r/blog:v2", "keep current");
}

/* History 44: v1 ran for ten days, the host restarts, v2 replaces it 40 s later, and rgc is installed just then. */
test(h44_what_was_restarted_before_it_was_replaced_may_have_served)
{
    deploy_hourly(&blog, 1, 2);
    Container *first = the_container("blog-web-v1");
    first->run.started = first->run.finished - 40 * USEC_PER_SEC;
    lose_ledger();
    look();
    after(DAYS(2));
    look();
    assert_verdict("r/blog:v1", "keep rollback");
    assert_verdict("r/blog:v2", "keep current");
}

/* v5 never became healthy beside v4; then the host restarted, and of v4 the engine only tells what came after that. */
test(what_ran_beside_a_container_that_was_restarted_takes_no_slot)
{
    deploy_hourly(&blog, 1, 4);
    deploy_unhealthy(&blog, "v5");
    after(HOURS(1));
    the_container("blog-web-v4")->run.started = w->now;
    after(HOURS(1));
    deploy(&blog, "v6");
    after(DAYS(2));
    pass();
    assert_verdict("r/blog:v5", "keep rollback");
    assert_non_null(strstr(judgement_of("r/blog:v5")->detail, "does not know whether it has served"));
    assert_verdict("r/blog:v4", "keep rollback");
    assert_null(strstr(judgement_of("r/blog:v4")->detail, "does not know whether it has served"));
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "keep rollback");
    assert_non_null(strstr(judgement_of("r/blog:v2")->detail, "4 back; blog keeps 3"));
    assert_verdict("r/blog:v1", "gone");
}

test(what_may_have_failed_waits_as_what_did)
{
    w->policy.retention.keep_previous = 0;
    deploy_hourly(&blog, 1, 1);
    deploy_unhealthy(&blog, "v2");
    Time ended = w->now;
    after(HOURS(1));
    the_container("blog-web-v1")->run.started = w->now;
    after(HOURS(1));
    look();
    assert_verdict("blog-web-v2", "wait failed");
    assert_non_null(strstr(judgement_of("r/blog:v2")->detail, "may never have served"));
    assert_changes_at("r/blog:v2", "wait failed", ended + DAYS(1), "remove superseded");
}

/* Nobody knows whether v1 served before the host restarted. It is what there was before v2, which has not served yet. */
test(what_may_have_served_last_is_kept_until_the_current_one_has)
{
    w->policy.retention.keep_previous = 0;
    deploy(&blog, "v1");
    after(HOURS(1));
    the_container("blog-web-v1")->run.started = w->now;
    after(SECONDS(40));
    deploy(&blog, "v2");
    look_of_hook("blog");
    assert_verdict("r/blog:v1", "keep rollback");
    assert_verdict("blog-web-v1", "keep rollback");
    after(HOURS(1));
    pass();
    assert_verdict("r/blog:v1", "gone");
}

/* The clock was set back by 40 days and the ledger lost: nobody knows of the step, and the engine's stamps stay. */
test(a_stamp_of_the_future_is_no_news_with_each_pass)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&blog, 1, 2);
    w->now -= DAYS(40);
    w->knows_events = false;
    lose_ledger();
    look();
    after(HOURS(1));
    deploy(&blog, "v3");
    after(HOURS(1));
    deploy(&blog, "v4");
    after(DAYS(2));
    look();
    after(DAYS(2));
    look();
    assert_verdict("r/blog:v4", "keep current");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "remove superseded");
    assert_verdict("r/blog:v1", "remove superseded");
}

/* The engine counts what the restart policy starts: then it was never up for long. */
test(what_the_engine_itself_restarted_has_failed)
{
    deploy_hourly(&blog, 1, 2);
    Container *first = the_container("blog-web-v1");
    first->run.started = first->run.finished - 40 * USEC_PER_SEC;
    first->run.restarts = 7;
    lose_ledger();
    look();
    after(DAYS(2));
    look();
    assert_verdict("r/blog:v1", "remove failed");
}

/* v3 did not become healthy beside v2, which somebody has restarted since, and only then rgc looks: whether v2 ran all the
 * time, nobody can tell. */
static void restart_beside_what_failed(void)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&blog, 1, 2);
    deploy_unhealthy(&blog, "v3");
    after(HOURS(1));
    the_container("blog-web-v2")->run.started = w->now - MINUTES(5);
    lose_ledger();
    look();
}

test(what_ran_beside_a_restarted_container_may_have_failed)
{
    restart_beside_what_failed();
    assert_verdict("r/blog:v3", "keep rollback");
    w->policy.retention.keep_previous = 0;
    look();
    assert_verdict("r/blog:v3", "wait failed"); /* for its logs, as a failed one */
    after(DAYS(1));
    look();
    assert_verdict("r/blog:v3", "remove superseded");
}

/* rgc was installed with a clock that was 40 days behind, so the stamps of v1 lay in the future. When the clock is set, they
 * must not seem to be of that moment: v1 has not run after v4. */
test(a_stamp_of_the_future_keeps_its_place_when_the_clock_is_set)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&blog, 1, 2);
    w->now -= DAYS(40);
    w->host.engine.clock_offset_usec -= DAYS(40);
    w->knows_events = false;
    lose_ledger();
    look();
    after(HOURS(1));
    deploy_hourly(&blog, 3, 5);
    look();
    w->now += DAYS(40);
    w->host.engine.clock_offset_usec += DAYS(40);
    look();
    after(HOURS(2));
    look();
    assert_verdict("r/blog:v4", "keep rollback");
    assert_string_equal(judgement_of("r/blog:v4")->detail, "rollback target 1 of 1 (blog)");
    assert_verdict("r/blog:v1", "remove superseded");
}

/* v2 failed, and a rollback to it served for a month, in a container that the host's restart has started anew. */
test(what_failed_once_may_have_served_in_another_container)
{
    deploy(&blog, "v1");
    after(HOURS(1));
    deploy_unhealthy(&blog, "v2");
    after(HOURS(1));
    roll_back(&blog, "v2");
    after(DAYS(30));
    the_container("blog-web-v2")->run.started = w->now;
    after(SECONDS(40));
    deploy(&blog, "v3");
    after(HOURS(2));
    pass();
    assert_verdict("blog-web-v2", "keep rollback");
    assert_verdict("r/blog:v2", "keep rollback");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(what_seems_to_end_before_it_starts_has_ended_at_once),
        world_test(what_nobody_saw_end_has_not_failed),
        world_test(two_containers_of_one_second_are_told_apart_by_their_start),
        world_test(h44_what_was_restarted_before_it_was_replaced_may_have_served),
        world_test(what_ran_beside_a_container_that_was_restarted_takes_no_slot),
        world_test(what_may_have_failed_waits_as_what_did),
        world_test(what_may_have_served_last_is_kept_until_the_current_one_has),
        world_test(a_stamp_of_the_future_is_no_news_with_each_pass),
        world_test(what_the_engine_itself_restarted_has_failed),
        world_test(what_ran_beside_a_restarted_container_may_have_failed),
        world_test(a_stamp_of_the_future_keeps_its_place_when_the_clock_is_set),
        world_test(what_failed_once_may_have_served_in_another_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
