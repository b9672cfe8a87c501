/* SPDX-License-Identifier: MIT */
/* What a plan leaves out, holds, and when it is due. */
#include "script.h"

#define NOON (1000 * USEC_PER_HOUR)

static const KamalApp blog = {.service = "blog", .roles = "web"};
static const KamalApp shop = {.service = "shop", .roles = "web"};

/* blog v1 to v6: v1 and v2 go. */
static void two_go(void)
{
    deploy_hourly(&blog, 1, 6);
    look();
    assert_verdict("r/blog:v2", "remove superseded");
    assert_verdict("r/blog:v3", "keep rollback");
}

static void plan_with(DecideOptions options)
{
    plan_clear(&w->plan);
    snapshot_index(&w->host);
    ledger_learn(&w->ledger, &w->host, &w->policy, w->now);
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &w->plan);
}

static void add_cache(int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){.size_bytes = size_bytes, .last_used = last_used};
}

test(one_app_leaves_out_everything_else)
{
    deploy_hourly(&blog, 1, 6);
    deploy_hourly(&shop, 1, 6);
    add_cache(500, 0);
    plan_with((DecideOptions){.app = "shop"});
    assert_int_equal(w->plan.n_images, 6);
    assert_int_equal(w->plan.n_containers, 6);
    assert_verdict("r/shop:v1", "remove superseded");
    assert_verdict("r/blog:v1", "gone");
    assert_verdict("blog-web-v1", "gone");
    assert_true(w->plan.apps[0].is_left_out);
    assert_false(w->plan.apps[1].is_left_out);
    assert_true(w->plan.cache.is_left_out);
    assert_int_equal(w->plan.cache.evict_records, 0);
    assert_int_equal(w->plan.apps[1].rollback_ready, 3);
    plan_with((DecideOptions){.app = "unknown"});
    assert_int_equal(w->plan.n_images, 0);
    assert_false(plan_removes_anything(&w->plan));
}

test(one_app_is_still_judged_with_what_the_others_hold)
{
    deploy_hourly(&blog, 1, 6);
    Container *other = run("other", "r/blog:v1");
    free(other->labels.service);
    other->labels.service = NULL;
    after(HOURS(1));
    plan_with((DecideOptions){.app = "blog"});
    assert_verdict("r/blog:v1", "keep in-use");
    assert_verdict("other", "gone");
}

test(a_clock_that_jumped_turns_every_removal_into_a_wait)
{
    two_go();
    add_cache(500, 0);
    plan_with((DecideOptions){.suspension = SUSPENSION_CLOCK});
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_verdict("r/blog:v1", "wait superseded");
    assert_verdict("blog-web-v1", "wait superseded");
    assert_verdict("r/blog:v3", "keep rollback");
    const PlannedImage *image = plan_image(&w->plan, the_image("r/blog:v1")->id);
    assert_int_equal(image->apps[0].judgement.verdict, VERDICT_WAIT);
    assert_non_null(strstr(image->judgement.detail, "clock"));
    assert_false(plan_removes_anything(&w->plan));
    assert_int_equal(w->plan.estimate_bytes, 0);
    assert_int_equal(w->plan.next_at, 0);
    plan_with((DecideOptions){0});
    assert_true(plan_removes_anything(&w->plan));
}

test(on_trial_the_plan_shows_what_would_be_removed)
{
    two_go();
    plan_with((DecideOptions){.suspension = SUSPENSION_TRIAL});
    assert_int_equal(w->plan.suspension, SUSPENSION_TRIAL);
    assert_verdict("r/blog:v1", "remove superseded");
    assert_verdict("blog-web-v1", "remove superseded");
}

test(the_next_pass_is_due_when_the_first_wait_ends)
{
    pull("one", "one:1");
    Time first = w->now + HOURS(1);
    look();
    after(MINUTES(10));
    pull("two", "two:1");
    look();
    assert_int_equal(w->plan.next_at, first);
    look_at(first);
    assert_int_equal(w->plan.next_at, first + MINUTES(10));
}

/* trial_update() on a ledger whose trial ends at `until`, with a trial of a day configured. */
static void assert_trial(Ledger *ledger, bool ends, bool expected, Time expected_until)
{
    assert_int_equal(trial_update(ledger, USEC_PER_DAY, ends, NOON), expected);
    assert_int_equal(ledger->trial_until, expected_until);
    assert_int_equal(suspension_decide(ledger, CLOCK_FINE, NOON),
                     expected_until > NOON ? SUSPENSION_TRIAL : SUSPENSION_NONE);
}

test(only_its_time_or_who_asks_for_it_ends_the_trial)
{
    Ledger fresh = {.is_new = true}, on_trial = {.trial_until = NOON + USEC_PER_HOUR},
           later = {.trial_until = NOON - 1};
    Ledger beyond = {.trial_until = NOON + 9 * USEC_PER_DAY}, other = {.is_new = true};
    assert_trial(&fresh, false, false, NOON + USEC_PER_DAY);
    assert_trial(&on_trial, false, false, NOON + USEC_PER_HOUR);
    assert_trial(&beyond, false, false, NOON + USEC_PER_DAY);
    assert_trial(&on_trial, true, true, 0);
    assert_trial(&on_trial, true, false, 0);
    assert_trial(&other, true, true, 0);
    assert_trial(&later, false, false, NOON - 1);
    assert_trial(&later, true, false, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(one_app_leaves_out_everything_else),
        world_test(one_app_is_still_judged_with_what_the_others_hold),
        world_test(a_clock_that_jumped_turns_every_removal_into_a_wait),
        world_test(on_trial_the_plan_shows_what_would_be_removed),
        cmocka_unit_test(only_its_time_or_who_asks_for_it_ends_the_trial),
        world_test(the_next_pass_is_due_when_the_first_wait_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
