/* SPDX-License-Identifier: MIT */
/* Whether a container has served, where an engine's times are not what one would think. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

/* Docker 20.10 and 28.5 under load: the start is noted after the process has already ended. */
static void what_seems_to_end_before_it_starts_has_ended_at_once(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_crash(w, &blog, "v3");
    Run *run = &world_container(w, "blog-web-v3")->run;
    run->started = run->finished + 700;
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "wait failed");
}

static void what_nobody_saw_end_has_not_failed(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_crash(w, &blog, "v3");
    Run *run = &world_container(w, "blog-web-v3")->run;
    run->finished = run->started - HOURS(1);
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "keep rollback");
}

/* Lists tell the time of creation in whole seconds: it cannot say which of two was there first. */
static void two_containers_of_one_second_are_told_apart_by_their_start(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    kamal_unhealthy(w, &blog, "v3");
    world_container(w, "blog-web-v2")->created = world_container(w, "blog-web-v3")->created;
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "wait failed");
    assert_verdict(w, "r/blog:v2", "keep current");
}

/* History 44: v1 ran for ten days, the host restarts, v2 replaces it 40 s later, and rgc is installed just then. */
static void h44_what_was_restarted_before_it_was_replaced_may_have_served(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    Container *first = world_container(w, "blog-web-v1");
    first->run.started = first->run.finished - 40 * USEC_PER_SEC;
    world_lose_ledger(w);
    world_plan(w);
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep rollback");
    assert_verdict(w, "r/blog:v2", "keep current");
}

/* v5 never became healthy beside v4; then the host restarted, and of v4 the engine only tells what came after that. */
static void what_ran_beside_a_container_that_was_restarted_takes_no_slot(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 4);
    kamal_unhealthy(w, &blog, "v5");
    world_wait(w, HOURS(1));
    world_container(w, "blog-web-v4")->run.started = w->now;
    world_wait(w, HOURS(1));
    kamal_deploy(w, &blog, "v6");
    world_wait(w, DAYS(2));
    world_pass(w);
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_non_null(strstr(judgement_of(w, "r/blog:v5")->detail, "does not know whether it has served"));
    assert_verdict(w, "r/blog:v4", "keep rollback");
    assert_null(strstr(judgement_of(w, "r/blog:v4")->detail, "does not know whether it has served"));
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "keep rollback");
    assert_non_null(strstr(judgement_of(w, "r/blog:v2")->detail, "4 back; blog keeps 3"));
    assert_verdict(w, "r/blog:v1", "gone");
}

static void what_may_have_failed_waits_as_what_did(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    deploy_hourly(w, &blog, 1, 1);
    kamal_unhealthy(w, &blog, "v2");
    Time ended = w->now;
    world_wait(w, HOURS(1));
    world_container(w, "blog-web-v1")->run.started = w->now;
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "blog-web-v2", "wait failed");
    assert_non_null(strstr(judgement_of(w, "r/blog:v2")->detail, "may never have served"));
    assert_changes_at(w, "r/blog:v2", "wait failed", ended + DAYS(1), "remove superseded");
}

/* Nobody knows whether v1 served before the host restarted. It is what there was before v2, which has not served yet. */
static void what_may_have_served_last_is_kept_until_the_current_one_has(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 0;
    kamal_deploy(w, &blog, "v1");
    world_wait(w, HOURS(1));
    world_container(w, "blog-web-v1")->run.started = w->now;
    world_wait(w, SECONDS(40));
    kamal_deploy(w, &blog, "v2");
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep rollback");
    assert_verdict(w, "blog-web-v1", "keep rollback");
    world_wait(w, HOURS(1));
    world_pass(w);
    assert_verdict(w, "r/blog:v1", "gone");
}

/* The clock was set back by 40 days and the ledger lost: nobody knows of the step, and the engine's stamps stay. */
static void a_stamp_of_the_future_is_no_news_with_each_pass(void **state)
{
    World *w = *state;
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &blog, 1, 2);
    w->now -= DAYS(40);
    w->knows_events = false;
    world_lose_ledger(w);
    world_plan(w);
    world_wait(w, HOURS(1));
    kamal_deploy(w, &blog, "v3");
    world_wait(w, HOURS(1));
    kamal_deploy(w, &blog, "v4");
    world_wait(w, DAYS(2));
    world_plan(w);
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v4", "keep current");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "remove superseded");
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

/* The engine counts what the restart policy starts: then it was never up for long. */
static void what_the_engine_itself_restarted_has_failed(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 2);
    Container *first = world_container(w, "blog-web-v1");
    first->run.started = first->run.finished - 40 * USEC_PER_SEC;
    first->run.restarts = 7;
    world_lose_ledger(w);
    world_plan(w);
    world_wait(w, DAYS(2));
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove failed");
}

/* v3 did not become healthy beside v2, which somebody has restarted since, and only then rgc looks: whether v2 ran all the
 * time, nobody can tell. */
static void restart_beside_what_failed(World *w)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(w, &blog, 1, 2);
    kamal_unhealthy(w, &blog, "v3");
    world_wait(w, HOURS(1));
    world_container(w, "blog-web-v2")->run.started = w->now - MINUTES(5);
    world_lose_ledger(w);
    world_plan(w);
}

static void what_ran_beside_a_restarted_container_may_have_failed(void **state)
{
    World *w = *state;
    restart_beside_what_failed(w);
    assert_verdict(w, "r/blog:v3", "keep rollback");
    w->policy.retention.keep_previous = 0;
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "wait failed"); /* for its logs, as a failed one */
    world_wait(w, DAYS(1));
    world_plan(w);
    assert_verdict(w, "r/blog:v3", "remove superseded");
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
