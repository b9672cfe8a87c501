/* SPDX-License-Identifier: MIT */
/* One timeline, whatever the clock does: ranks, windows and what comes from the engine. */
#include "world_test.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static const ImageRecord *record_of(const World *w, const char *what)
{
    return ledger_image(&w->ledger, world_image(w, what)->id);
}

/* Somebody sets the clock; the host runs on. */
static void set_clock(World *w, int64_t by)
{
    w->now += by;
    w->host.engine.clock_offset_usec += by;
}

static void boot(World *w, char name, Time now)
{
    w->host.engine.boot_id[0] = name;
    w->now = now;
    w->host.engine.clock_offset_usec = now - SECONDS(20);
    Container *container = world_container(w, "blog-web-v5");
    container->run.started = now - SECONDS(10); /* by its restart policy */
}

static void run_job(World *w)
{
    world_pull(w, "job", "tools/job:1");
    world_run(w, "job", "job")->run.is_auto_remove = true;
    world_plan(w);
    world_wait(w, MINUTES(1));
    world_remove_container(w, "job");
}

/* Five releases within a day, and a job that ran `ago` before now; the host has been up since before all that. */
static void live(World *w, int64_t ago)
{
    w->host.engine.clock_offset_usec = w->ledger.clock_offset_usec = w->now - HOURS(2);
    run_job(w);
    world_wait(w, ago - HOURS(6));
    deploy_hourly(w, &blog, 1, 5);
    world_plan(w);
}

static void assert_ranks(World *w)
{
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_verdict(w, "r/blog:v5", "keep current");
    assert_verdict(w, "r/blog:v4", "keep rollback");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "keep rollback");
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void pass_is_suspended(World *w)
{
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
}

static void h45_a_boot_in_1970_changes_no_ranks_and_no_windows(void **state)
{
    World *w = *state;
    live(w, DAYS(34));
    Time last = w->now, arrived = record_of(w, "r/blog:v4")->arrived;
    boot(w, 'x', SECONDS(30));
    pass_is_suspended(w);
    assert_non_null(w->ledger.stored);
    assert_int_equal(w->ledger.stored->learned, last);
    assert_int_equal(ledger_image(w->ledger.stored, world_image(w, "r/blog:v4")->id)->arrived, arrived);
    set_clock(w, last + HOURS(3) - w->now);
    pass_is_suspended(w);
    assert_null(w->ledger.stored);
    assert_int_equal(record_of(w, "r/blog:v4")->arrived, arrived);
    world_wait(w, MINUTES(1));
    world_plan(w);
    assert_ranks(w);
    assert_verdict(w, "tools/job:1", "keep job");
    world_wait(w, DAYS(1));
    world_plan(w);
    assert_verdict(w, "tools/job:1", "remove unused");
}

/* What the engine noted while the clock was behind is put right with it. */
static void h45_what_was_deployed_in_1970_was_deployed_now(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    Time last = w->now;
    boot(w, 'x', SECONDS(30));
    pass_is_suspended(w);
    world_wait(w, MINUTES(5));
    kamal_deploy(w, &blog, "v6");
    Time deployed = w->now;
    world_wait(w, MINUTES(5));
    set_clock(w, last + DAYS(2) - w->now);
    pass_is_suspended(w);
    assert_in_range(record_of(w, "r/blog:v6")->arrived, w->now - MINUTES(7), w->now - MINUTES(4));
    assert_in_range(record_of(w, "r/blog:v6")->uses[0].last_started, w->now - MINUTES(7), w->now - MINUTES(4));
    assert_true(deployed < DAYS(1));
    world_wait(w, MINUTES(1));
    w->deployed = "blog";
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "keep current");
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "remove superseded");
}

/* A boot in between, and nobody saw the clock being set: it only was a gap. */
static void after_another_boot_with_the_right_time_nothing_was_written_by_the_wrong_one(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    Time last = w->now;
    boot(w, 'x', SECONDS(30));
    pass_is_suspended(w);
    world_wait(w, MINUTES(2));
    kamal_pull(w, &blog, "v6", "blog-v6");
    pass_is_suspended(w);
    boot(w, 'y', last + HOURS(30));
    world_plan(w);
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_verdict(w, "r/blog:v6", "wait young");
    assert_verdict(w, "r/blog:v1", "wait deploying");
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void a_step_forward_makes_nothing_older(void **state)
{
    static const int64_t steps[] = {HOURS(2), DAYS(40)};
    World *w = *state;
    live(w, DAYS(3));
    for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
        char tag[16];
        snprintf(tag, sizeof(tag), "one:%zu", i);
        world_pull(w, tag, tag);
        world_wait(w, MINUTES(1));
        world_untag(w, tag);
        set_clock(w, steps[i]);
        pass_is_suspended(w);
        world_wait(w, MINUTES(1));
        world_plan(w);
        assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
        assert_verdict(w, tag, "wait young");
        assert_verdict(w, "tools/job:1", "keep job");
        assert_verdict(w, "r/blog:v4", "keep rollback");
    }
}

/* Before the boot too: whether the clock was wrong then nobody can tell. */
static void a_step_forward_makes_nothing_older_that_was_before_the_boot(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    boot(w, 'x', w->now + MINUTES(2));
    world_plan(w);
    kamal_deploy(w, &blog, "v6");
    set_clock(w, DAYS(40));
    pass_is_suspended(w);
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_verdict(w, "tools/job:1", "keep job");
    assert_verdict(w, "r/blog:v6", "keep current");
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_string_equal(judgement_of(w, "tools/job:1")->detail,
                        "only containers that end by themselves use it; the time "
                        "by which somebody set the clock does not count");
    Time due = judgement_of(w, "tools/job:1")->eligible_at;
    assert_in_range(due, w->now + DAYS(24), w->now + DAYS(26));
}

typedef struct Times {
    Time items[512];
    size_t count;
} Times;

static void take_time(Time *time, void *userdata)
{
    Times *times = userdata;
    assert_true(times->count < N_ELEMENTS(times->items));
    times->items[times->count++] = *time;
}

static void take_times(World *w, Times *ret)
{
    *ret = (Times){0};
    ledger_each_time(&w->ledger, take_time, ret);
}

static void assert_same_order(const Times *before, const Times *after)
{
    assert_int_equal(before->count, after->count);
    for (size_t i = 0; i < before->count; i++)
        for (size_t j = 0; j < before->count; j++)
            if (before->items[i] > 0 && before->items[j] > 0 && before->items[i] < before->items[j])
                assert_true(after->items[i] < after->items[j]);
}

/* The clock is set back to before the boot, by a step that is seen: all is lowered at once. */
static void a_step_back_lowers_the_times_at_once_and_keeps_their_order(void **state)
{
    World *w = *state;
    Times before, after, restored;
    live(w, DAYS(10));
    boot(w, 'x', w->now + MINUTES(2));
    world_plan(w);
    take_times(w, &before);
    set_clock(w, -DAYS(40));
    assert_int_equal(ledger_clock(&w->ledger, &w->host.engine, w->now), CLOCK_JUMPED);
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_JUMPED);
    take_times(w, &after);
    assert_same_order(&before, &after);
    for (size_t i = 0; i < after.count; i++)
        assert_true(after.items[i] <= w->now);
    world_plan(w);
    w->ledger.clock_offset_usec = w->host.engine.clock_offset_usec;
    world_wait(w, MINUTES(10));
    world_plan(w);
    assert_ranks(w);
    assert_verdict(w, "tools/job:1", "keep job");
    set_clock(w, DAYS(40));
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_JUMPED);
    take_times(w, &restored);
    assert_int_equal(record_of(w, "r/blog:v1")->arrived, before.items[0] ? record_of(w, "r/blog:v1")->arrived : 0);
    assert_same_order(&before, &restored);
}

static void times_come_back_to_where_they_were(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    boot(w, 'x', w->now + MINUTES(2));
    world_plan(w);
    Time v1 = record_of(w, "r/blog:v1")->arrived, v5 = record_of(w, "r/blog:v5")->uses[0].last_started;
    set_clock(w, -DAYS(40));
    world_plan(w);
    assert_true(record_of(w, "r/blog:v1")->arrived < v1 - DAYS(39));
    world_wait(w, MINUTES(5));
    world_plan(w);
    set_clock(w, DAYS(40));
    world_plan(w);
    assert_int_equal(record_of(w, "r/blog:v1")->arrived, v1);
    assert_int_equal(record_of(w, "r/blog:v5")->uses[0].last_started, v5);
    world_wait(w, MINUTES(5));
    world_plan(w);
    assert_ranks(w);
    assert_verdict(w, "tools/job:1", "keep job");
    assert_int_equal(w->ledger.steps.count, 1); /* for what was noted in between */
}

/* A ledger of the future that no step explains: the clock must have stood for a day. */
static void a_clock_that_nothing_explains_is_believed_after_a_day(void **state)
{
    World *w = *state;
    Times before, after;
    live(w, DAYS(10));
    take_times(w, &before);
    Time last = w->now;
    boot(w, 'x', last - DAYS(400));
    pass_is_suspended(w);
    world_wait(w, HOURS(20));
    pass_is_suspended(w);
    set_clock(w, HOURS(1)); /* it has not stood */
    pass_is_suspended(w);
    world_wait(w, DAYS(1) - 1);
    pass_is_suspended(w);
    assert_int_equal(w->ledger.stored->learned, last);
    world_wait(w, 1);
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_FINE);
    take_times(w, &after);
    assert_same_order(&before, &after);
    world_plan(w);
    assert_ranks(w);
    assert_verdict(w, "tools/job:1", "keep job");
}

static void stamps_are_put_where_the_clock_was_set(void **state)
{
    ClockSteps steps = {0};

    (void)state;
    /* Set forward by 40 days: the boot was on day 100, the last pass on day 102. */
    steps_note(&steps, DAYS(100), DAYS(103), DAYS(142), DAYS(40), 0);
    assert_int_equal(steps_place(&steps, 0, DAYS(143)), 0);
    assert_int_equal(steps_place(&steps, DAYS(99), DAYS(143)), DAYS(99));
    assert_int_equal(steps_place(&steps, DAYS(101), DAYS(143)), DAYS(141));
    assert_int_equal(steps_place(&steps, DAYS(142), DAYS(143)), DAYS(142));
    /* And back again. */
    steps_note(&steps, DAYS(142), DAYS(144), DAYS(103), -DAYS(40), 0);
    assert_int_equal(steps_place(&steps, DAYS(101), DAYS(104)), DAYS(101));
    assert_int_equal(steps_place(&steps, DAYS(143), DAYS(104)), DAYS(103));
    assert_int_equal(steps_place(&steps, DAYS(143), DAYS(150)), DAYS(143)); /* by now it may be of either */
    steps_end_boot(&steps);
    steps_note(&steps, DAYS(150), DAYS(151), DAYS(250), DAYS(100), 0);
    assert_int_equal(steps_place(&steps, DAYS(150) + 1, DAYS(255)), DAYS(250) + 1);
    for (int i = 0; i < 1000; i++)
        steps_note(&steps, DAYS(300 + i), DAYS(300 + i), DAYS(400 + i), DAYS(1), 0);
    assert_true(steps.count <= 32);
    steps_clear(&steps);
}

/* The clock was set back by 40 days, and then by two hours: what it said in between is no stamp of the first one, too. */
static void a_stamp_was_taken_by_one_clock(void **state)
{
    ClockSteps steps = {0};

    (void)state;
    steps_note(&steps, DAYS(100), DAYS(150), DAYS(110), -DAYS(40), 0);
    steps_note(&steps, DAYS(110), DAYS(130), DAYS(111), -HOURS(2), 0);
    Time now = DAYS(130) - HOURS(2) + MINUTES(1), last = DAYS(130) - MINUTES(1);
    assert_int_equal(steps_place(&steps, last, now), last - HOURS(2));
    assert_int_equal(steps_place(&steps, DAYS(105), now), DAYS(65) - HOURS(2));
    steps_clear(&steps);
}

/* The engine replays its events with the stamps that they had: a pull from before the step is no second one after it. */
static void an_event_that_is_told_again_after_a_step_is_no_news(void **state)
{
    World *w = *state;
    live(w, DAYS(1));
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, MINUTES(30));
    world_plan(w);
    Time came = record_of(w, "r/blog:v6")->came;
    set_clock(w, -HOURS(2));
    pass_is_suspended(w);
    world_wait(w, HOURS(3));
    world_plan(w);
    assert_int_equal(record_of(w, "r/blog:v6")->came, came - HOURS(2));
    assert_int_equal(record_of(w, "r/blog:v6")->arrived, came - HOURS(2));
    Time again = w->now - MINUTES(20);
    *array_add(&w->host.arrivals, &w->host.n_arrivals) =
        (ArrivalEvent){.reference = xstrdup("r/blog:v6"), .time = again, .is_transfer = true};
    world_plan(w);
    assert_int_equal(record_of(w, "r/blog:v6")->came, again);
}

/* The last pass was made by a clock that was years ahead. When that was nobody knows, so what is told of the time since
 * then, and before the present boot, has not been learned. */
static void what_came_before_a_clock_is_believed_again_is_news(void **state)
{
    World *w = *state;
    live(w, DAYS(1));
    w->ledger.learned += DAYS(300);
    world_pull(w, "site", "x/site:1");
    Container *gone = array_add(&w->host.gone, &w->host.n_gone);
    *gone = (Container){.id = xasprintf("%064d", 7),
                        .name = xstrdup("site-web-1"),
                        .image_id = xstrdup(world_image(w, "site")->id),
                        .created = w->now,
                        .run = {.is_known = true, .started = w->now, .finished = w->now + HOURS(1)}};
    gone->labels =
        (Labels){.compose_project = xstrdup("site"), .compose_service = xstrdup("web"), .compose_hash = xstrdup("1")};
    boot(w, 'x', w->now + DAYS(2));
    pass_is_suspended(w);
    world_wait(w, DAYS(1));
    world_plan(w);
    const ImageRecord *record = record_of(w, "site");
    assert_int_equal(record->n_uses, 1);
    assert_string_equal(record->uses[0].app, "site/web");
    assert_true(record->uses[0].has_served);
}

/* A monthly pass, and a boot in between: of the 40 days since the app was stopped one counts, where something is to be
 * removed for its age; but the app may be idle. */
static void an_app_may_be_idle_behind_a_gap(void **state)
{
    World *w = *state;
    w->policy.retention.idle_apps_usec = DAYS(35);
    live(w, DAYS(10));
    world_stop(w, "blog-web-v5", 143);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "remove superseded");
    world_wait(w, DAYS(40));
    boot(w, 'x', w->now);
    world_container(w, "blog-web-v5")->run.started = w->now - DAYS(50);
    world_plan(w);
    assert_verdict(w, "r/blog:v1", "keep idle");
    assert_verdict(w, "r/blog:v2", "keep rollback");
}

/* Of a gap in which an image came, only what lies behind it counts. */
static void what_came_in_the_midst_of_a_gap_is_not_young_for_weeks(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    world_wait(w, DAYS(20));
    kamal_pull(w, &blog, "v6", "blog-v6");
    world_wait(w, DAYS(20));
    w->host.engine.boot_id[0] = 'x';
    world_plan(w);
    assert_int_equal(w->ledger.gaps.count, 1);
    assert_verdict(w, "r/blog:v6", "wait next");
    assert_verdict(w, "r/blog:v1", "remove superseded");
}

static void engine_noted(World *w, const char *content, Time tagged)
{
    const char *id = world_image(w, content)->id;
    for (size_t i = 0; i < w->host.n_facts; i++)
        if (strcmp(w->host.facts[i].id, id) == 0)
            w->host.facts[i].tagged = tagged;
}

static void install_with_nothing_replayed(World *w)
{
    world_lose_ledger(w);
    w->knows_events = false;
    world_plan(w);
}

/* A first install, and an engine that has just been restarted. */
static void what_was_here_before_rgc_is_young_only_where_nothing_tells_since_when(void **state)
{
    World *w = *state;
    static const char *const never[] = {"tagged", "sighted"};
    deploy_hourly(w, &blog, 1, 6);
    kamal_crash(w, &blog, "v7");
    world_wait(w, HOURS(4));
    for (size_t i = 0; i < N_ELEMENTS(never); i++)
        world_pull(w, never[i], never[i]);
    engine_noted(w, "tagged", w->now - HOURS(2));
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].created = 1; /* build dates say nothing */
    install_with_nothing_replayed(w);
    assert_verdict(w, "r/blog:v6", "keep current");
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_verdict(w, "r/blog:v3", "keep rollback");
    assert_verdict(w, "r/blog:v2", "remove superseded");
    assert_verdict(w, "r/blog:v7", "wait failed");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_verdict(w, "tagged", "keep unmanaged");
    assert_int_equal(record_of(w, "tagged")->arrived, w->now - HOURS(2));
    assert_verdict(w, "sighted", "wait young");
    assert_string_equal(judgement_of(w, "sighted")->detail, "was here before rgc, which cannot know since when");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "sighted", "keep unmanaged");
}

/* Between two passes it came, ran and was replaced, and the engine has forgotten that. */
static void what_has_run_since_the_last_pass_is_not_next(void **state)
{
    World *w = *state;
    deploy_hourly(w, &blog, 1, 4);
    kamal_deploy(w, &blog, "v5");
    world_wait(w, MINUTES(5));
    kamal_deploy(w, &blog, "v6");
    world_wait(w, MINUTES(20));
    w->knows_events = false;
    world_plan(w);
    assert_verdict(w, "r/blog:v6", "keep current");
    assert_verdict(w, "r/blog:v5", "keep rollback");
    assert_in_range(record_of(w, "r/blog:v5")->arrived, w->now - MINUTES(26), w->now - MINUTES(25));
}

/* A job was started by a name that another image has by now. */
static void a_start_by_name_is_of_the_image_that_had_the_name(void **state)
{
    World *w = *state;
    static const char *const images[] = {"old", "new"};
    world_build(w, "other", "other:1")->created = 1;
    world_plan(w);
    for (size_t i = 0; i < N_ELEMENTS(images); i++) {
        world_wait(w, HOURS(2));
        world_build(w, images[i], "tools:latest")->created = 1;
        world_wait(w, MINUTES(1));
        if (i == 0)
            *array_add(&w->host.starts, &w->host.n_starts) =
                (ArrivalEvent){.reference = xstrdup("tools"), .time = w->now};
        world_wait(w, MINUTES(1));
    }
    world_plan(w);
    assert_int_equal(record_of(w, "new")->last_named, 0);
    Time *time = &w->host.starts[0].time;
    *time = w->now - MINUTES(1);
    world_plan(w);
    assert_int_equal(record_of(w, "new")->last_named, *time);
    assert_int_equal(record_of(w, "other")->last_named, 0);
}

static void h46_a_monthly_cron_with_boots_counts_a_day_a_pass_and_says_so(void **state)
{
    World *w = *state;
    live(w, DAYS(10));
    for (int month = 1; month <= 5; month++) {
        char version[8];
        snprintf(version, sizeof(version), "v%d", 5 + month);
        world_wait(w, DAYS(30));
        kamal_deploy(w, &blog, version);
        world_wait(w, DAYS(1));
        w->host.engine.boot_id[0] = (char)('m' + month);
        world_pass(w);
        assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
        assert_int_equal(w->host.n_images, 4 + 1); /* and the job's */
    }
    assert_verdict(w, "tools/job:1", "keep job");
    assert_string_equal(judgement_of(w, "tools/job:1")->detail,
                        "only containers that end by themselves use it; only 24 h of each gap between passes count");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h45_a_boot_in_1970_changes_no_ranks_and_no_windows),
        world_test(h45_what_was_deployed_in_1970_was_deployed_now),
        world_test(after_another_boot_with_the_right_time_nothing_was_written_by_the_wrong_one),
        world_test(a_step_forward_makes_nothing_older),
        world_test(a_step_forward_makes_nothing_older_that_was_before_the_boot),
        world_test(a_step_back_lowers_the_times_at_once_and_keeps_their_order),
        world_test(times_come_back_to_where_they_were),
        world_test(a_clock_that_nothing_explains_is_believed_after_a_day),
        world_test(stamps_are_put_where_the_clock_was_set),
        world_test(what_was_here_before_rgc_is_young_only_where_nothing_tells_since_when),
        world_test(what_has_run_since_the_last_pass_is_not_next),
        world_test(a_start_by_name_is_of_the_image_that_had_the_name),
        world_test(h46_a_monthly_cron_with_boots_counts_a_day_a_pass_and_says_so),
        cmocka_unit_test(a_stamp_was_taken_by_one_clock),
        world_test(an_event_that_is_told_again_after_a_step_is_no_news),
        world_test(what_came_before_a_clock_is_believed_again_is_news),
        world_test(an_app_may_be_idle_behind_a_gap),
        world_test(what_came_in_the_midst_of_a_gap_is_not_young_for_weeks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
