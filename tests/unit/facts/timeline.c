/* SPDX-License-Identifier: MIT */
/* One timeline, whatever the clock does: ranks, windows and what comes from the engine. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static const ImageRecord *record_of(const char *what)
{
    return ledger_image(&w->ledger, the_image(what)->id);
}

/* Somebody sets the clock; the host runs on. */
static void set_clock(int64_t by)
{
    w->now += by;
    w->host.engine.clock_offset_usec += by;
}

static void reboot(char name, Time now)
{
    w->host.engine.boot_id[0] = name;
    w->now = now;
    w->host.engine.clock_offset_usec = now - SECONDS(20);
    Container *container = the_container("blog-web-v5");
    container->run.started = now - SECONDS(10); /* by its restart policy */
}

static void run_job(void)
{
    pull("job", "tools/job:1");
    run("job", "job")->run.is_auto_remove = true;
    look();
    after(MINUTES(1));
    remove_container("job");
}

/* Five releases within a day, and a job that ran `ago` before now; the host has been up since before all that. */
static void live(int64_t ago)
{
    w->host.engine.clock_offset_usec = w->ledger.clock_offset_usec = w->now - HOURS(2);
    run_job();
    after(ago - HOURS(6));
    deploy_hourly(&blog, 1, 5);
    look();
}

static void assert_ranks(void)
{
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_verdict("r/blog:v5", "keep current");
    assert_verdict("r/blog:v4", "keep rollback");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "keep rollback");
    assert_verdict("r/blog:v1", "remove superseded");
}

static void pass_is_suspended(void)
{
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_false(plan_removes_anything(&w->plan));
}

test(h45_a_boot_in_1970_changes_no_ranks_and_no_windows)
{
    live(DAYS(34));
    Time last = w->now, arrived = record_of("r/blog:v4")->arrived;
    reboot('x', SECONDS(30));
    pass_is_suspended();
    assert_non_null(w->ledger.stored);
    assert_int_equal(w->ledger.stored->learned, last);
    assert_int_equal(ledger_image(w->ledger.stored, the_image("r/blog:v4")->id)->arrived, arrived);
    set_clock(last + HOURS(3) - w->now);
    pass_is_suspended();
    assert_null(w->ledger.stored);
    assert_int_equal(record_of("r/blog:v4")->arrived, arrived);
    after(MINUTES(1));
    look();
    assert_ranks();
    assert_verdict("tools/job:1", "keep job");
    after(DAYS(1));
    look();
    assert_verdict("tools/job:1", "remove unused");
}

/* What the engine noted while the clock was behind is put right with it. */
test(h45_what_was_deployed_in_1970_was_deployed_now)
{
    live(DAYS(10));
    Time last = w->now;
    reboot('x', SECONDS(30));
    pass_is_suspended();
    after(MINUTES(5));
    deploy(&blog, "v6");
    Time deployed = w->now;
    after(MINUTES(5));
    set_clock(last + DAYS(2) - w->now);
    pass_is_suspended();
    assert_in_range(record_of("r/blog:v6")->arrived, w->now - MINUTES(7), w->now - MINUTES(4));
    assert_in_range(record_of("r/blog:v6")->uses[0].last_started, w->now - MINUTES(7), w->now - MINUTES(4));
    assert_true(deployed < DAYS(1));
    after(MINUTES(1));
    look_of_hook("blog");
    assert_verdict("r/blog:v6", "keep current");
    assert_verdict("r/blog:v5", "keep rollback");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "remove superseded");
}

/* A boot in between, and nobody saw the clock being set: it only was a gap. */
test(after_another_boot_with_the_right_time_nothing_was_written_by_the_wrong_one)
{
    live(DAYS(10));
    Time last = w->now;
    reboot('x', SECONDS(30));
    pass_is_suspended();
    after(MINUTES(2));
    pull_release(&blog, "v6", "blog-v6");
    pass_is_suspended();
    reboot('y', last + HOURS(30));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_verdict("r/blog:v6", "wait young");
    assert_verdict("r/blog:v1", "wait deploying");
    after(MINUTES(10));
    look();
    assert_verdict("r/blog:v1", "remove superseded");
}

test(a_step_forward_makes_nothing_older)
{
    static const int64_t steps[] = {HOURS(2), DAYS(40)};
    live(DAYS(3));
    for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
        const char *tag = numbered("one:%zu", i);
        pull(tag, tag);
        after(MINUTES(1));
        untag(tag);
        set_clock(steps[i]);
        pass_is_suspended();
        after(MINUTES(1));
        look();
        assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
        assert_verdict(tag, "wait young");
        assert_verdict("tools/job:1", "keep job");
        assert_verdict("r/blog:v4", "keep rollback");
    }
}

/* Before the boot too: whether the clock was wrong then nobody can tell. */
test(a_step_forward_makes_nothing_older_that_was_before_the_boot)
{
    live(DAYS(10));
    reboot('x', w->now + MINUTES(2));
    look();
    deploy(&blog, "v6");
    set_clock(DAYS(40));
    pass_is_suspended();
    after(MINUTES(10));
    look();
    assert_verdict("tools/job:1", "keep job");
    assert_verdict("r/blog:v6", "keep current");
    assert_verdict("r/blog:v5", "keep rollback");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_string_equal(judgement_of("tools/job:1")->detail, "only containers that end by themselves use it; the time "
                                                             "by which somebody set the clock does not count");
    Time due = judgement_of("tools/job:1")->eligible_at;
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

static void take_times(Times *ret)
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
test(a_step_back_lowers_the_times_at_once_and_keeps_their_order)
{
    Times before, changed, restored;
    live(DAYS(10));
    reboot('x', w->now + MINUTES(2));
    look();
    take_times(&before);
    set_clock(-DAYS(40));
    assert_int_equal(ledger_clock(&w->ledger, &w->host.engine, w->now), CLOCK_JUMPED);
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_JUMPED);
    take_times(&changed);
    assert_same_order(&before, &changed);
    for (size_t i = 0; i < changed.count; i++)
        assert_true(changed.items[i] <= w->now);
    look();
    w->ledger.clock_offset_usec = w->host.engine.clock_offset_usec;
    after(MINUTES(10));
    look();
    assert_ranks();
    assert_verdict("tools/job:1", "keep job");
    set_clock(DAYS(40));
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_JUMPED);
    take_times(&restored);
    assert_int_equal(record_of("r/blog:v1")->arrived, before.items[0] ? record_of("r/blog:v1")->arrived : 0);
    assert_same_order(&before, &restored);
}

test(times_come_back_to_where_they_were)
{
    live(DAYS(10));
    reboot('x', w->now + MINUTES(2));
    look();
    Time v1 = record_of("r/blog:v1")->arrived, v5 = record_of("r/blog:v5")->uses[0].last_started;
    set_clock(-DAYS(40));
    look();
    assert_true(record_of("r/blog:v1")->arrived < v1 - DAYS(39));
    after(MINUTES(5));
    look();
    set_clock(DAYS(40));
    look();
    assert_int_equal(record_of("r/blog:v1")->arrived, v1);
    assert_int_equal(record_of("r/blog:v5")->uses[0].last_started, v5);
    after(MINUTES(5));
    look();
    assert_ranks();
    assert_verdict("tools/job:1", "keep job");
    assert_int_equal(w->ledger.steps.count, 1); /* for what was noted in between */
}

/* A ledger of the future that no step explains: the clock must have stood for a day. */
test(a_clock_that_nothing_explains_is_believed_after_a_day)
{
    Times before, changed;
    live(DAYS(10));
    take_times(&before);
    Time last = w->now;
    reboot('x', last - DAYS(400));
    pass_is_suspended();
    after(HOURS(20));
    pass_is_suspended();
    set_clock(HOURS(1)); /* it has not stood */
    pass_is_suspended();
    after(DAYS(1) - 1);
    pass_is_suspended();
    assert_int_equal(w->ledger.stored->learned, last);
    after(1);
    assert_int_equal(ledger_enter(&w->ledger, &(Snapshot){.engine = w->host.engine}, w->now), CLOCK_FINE);
    take_times(&changed);
    assert_same_order(&before, &changed);
    look();
    assert_ranks();
    assert_verdict("tools/job:1", "keep job");
}

test(stamps_are_put_where_the_clock_was_set)
{
    ClockSteps steps = {0};

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
test(a_stamp_was_taken_by_one_clock)
{
    ClockSteps steps = {0};

    steps_note(&steps, DAYS(100), DAYS(150), DAYS(110), -DAYS(40), 0);
    steps_note(&steps, DAYS(110), DAYS(130), DAYS(111), -HOURS(2), 0);
    Time now = DAYS(130) - HOURS(2) + MINUTES(1), last = DAYS(130) - MINUTES(1);
    assert_int_equal(steps_place(&steps, last, now), last - HOURS(2));
    assert_int_equal(steps_place(&steps, DAYS(105), now), DAYS(65) - HOURS(2));
    steps_clear(&steps);
}

/* The clock was set back twice, the second time to before the boot. What it stamps from then on is no stamp of before. */
test(what_the_last_clock_stamps_is_not_moved)
{
    ClockSteps steps = {0};

    steps_note(&steps, DAYS(113), DAYS(113) + HOURS(1), DAYS(100), -DAYS(13), -DAYS(13));
    steps_note(&steps, DAYS(100), DAYS(100) + HOURS(1), DAYS(34), -DAYS(66), -DAYS(66));
    assert_int_equal(steps_place(&steps, DAYS(35), DAYS(36)), DAYS(35));
    assert_int_equal(steps_place(&steps, DAYS(33), DAYS(36)), 1);
    steps_note(&steps, DAYS(34), DAYS(37), DAYS(136), DAYS(99), 0);
    assert_int_equal(steps_place(&steps, DAYS(35), DAYS(140)), DAYS(134));
    steps_clear(&steps);
}

/* Its event was known when it was believed to be of the first clock; by now it may be of the second, which was set too. */
test(a_stamp_that_moves_to_another_clock_is_no_news)
{
    ClockSteps steps = {0};

    Time stamp = DAYS(149), came = DAYS(109);
    steps_note(&steps, DAYS(100), DAYS(150), DAYS(110), -DAYS(40), 0);
    assert_int_equal(steps_place(&steps, stamp, DAYS(110)), came);
    assert_true(steps_may_be(&steps, steps_place(&steps, stamp, DAYS(160)), came, 0));
    steps_note(&steps, DAYS(110), DAYS(160), DAYS(160) + HOURS(2), HOURS(2), 0);
    Time placed = steps_place(&steps, stamp, DAYS(161));
    assert_int_equal(placed, stamp + HOURS(2));
    assert_true(steps_may_be(&steps, placed, came + HOURS(2), 0));
    assert_false(steps_may_be(&steps, placed, came, 0));
    steps_clear(&steps);
}

/* The engine replays its events with the stamps that they had: a pull from before the step is no second one after it. */
test(an_event_that_is_told_again_after_a_step_is_no_news)
{
    live(DAYS(1));
    pull_release(&blog, "v6", "blog-v6");
    after(MINUTES(30));
    look();
    Time came = record_of("r/blog:v6")->came;
    set_clock(-HOURS(2));
    pass_is_suspended();
    after(HOURS(3));
    look();
    assert_int_equal(record_of("r/blog:v6")->came, came - HOURS(2));
    assert_int_equal(record_of("r/blog:v6")->arrived, came - HOURS(2));
    Time again = w->now - MINUTES(20);
    *array_add(&w->host.arrivals, &w->host.n_arrivals) =
        (ArrivalEvent){.reference = xstrdup("r/blog:v6"), .time = again, .is_transfer = true};
    look();
    assert_int_equal(record_of("r/blog:v6")->came, again);
}

/* The last pass was made by a clock that was years ahead. When that was nobody knows, so what is told of the time since
 * then, and before the present boot, has not been learned. */
test(what_came_before_a_clock_is_believed_again_is_news)
{
    live(DAYS(1));
    w->ledger.learned += DAYS(300);
    pull("site", "x/site:1");
    Container *gone = array_add(&w->host.gone, &w->host.n_gone);
    *gone = (Container){.id = xasprintf("%064d", 7),
                        .name = xstrdup("site-web-1"),
                        .image_id = xstrdup(the_image("site")->id),
                        .created = w->now,
                        .run = {.is_known = true, .started = w->now, .finished = w->now + HOURS(1)}};
    gone->labels =
        (Labels){.compose_project = xstrdup("site"), .compose_service = xstrdup("web"), .compose_hash = xstrdup("1")};
    reboot('x', w->now + DAYS(2));
    pass_is_suspended();
    after(DAYS(1));
    look();
    const ImageRecord *record = record_of("site");
    assert_int_equal(record->n_uses, 1);
    assert_string_equal(record->uses[0].app, "site/web");
    assert_true(record->uses[0].has_served);
}

/* Somebody set the clock back, and the host booted before a pass saw that: a stamp of the time between is of either clock,
 * but what it tells is news, and may have been a moment ago. */
test(a_job_of_the_time_before_a_clock_is_believed_waits_its_whole_window)
{
    w->policy.retention.jobs_max_unused_usec = DAYS(3);
    live(DAYS(40));
    set_clock(-DAYS(39));
    pull("late", "tools/late:1");
    *array_add(&w->host.starts, &w->host.n_starts) =
        (ArrivalEvent){.reference = xstrdup(the_image("late")->id), .time = w->now};
    reboot('x', w->now + HOURS(1));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    after(DAYS(1));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    Time believed = w->now;
    assert_changes_at("tools/late:1", "keep job", believed + DAYS(3), "remove unused");
}

/* A monthly pass, and a boot in between: of the 40 days since the app was stopped one counts, where something is to be removed
 * for its age; but the app may be idle. */
test(an_app_may_be_idle_behind_a_gap)
{
    w->policy.retention.idle_apps_usec = DAYS(35);
    live(DAYS(10));
    stop("blog-web-v5", 143);
    look();
    assert_verdict("r/blog:v1", "remove superseded");
    after(DAYS(40));
    reboot('x', w->now);
    the_container("blog-web-v5")->run.started = w->now - DAYS(50);
    look();
    assert_verdict("r/blog:v1", "keep idle");
    assert_verdict("r/blog:v2", "keep rollback");
}

/* Of a gap in which an image came, only what lies behind it counts. */
test(what_came_in_the_midst_of_a_gap_is_not_young_for_weeks)
{
    live(DAYS(10));
    after(DAYS(20));
    pull_release(&blog, "v6", "blog-v6");
    after(DAYS(20));
    w->host.engine.boot_id[0] = 'x';
    look();
    assert_int_equal(w->ledger.gaps.count, 1);
    assert_verdict("r/blog:v6", "wait next");
    assert_verdict("r/blog:v1", "remove superseded");
}

static void engine_noted(const char *content, Time tagged)
{
    const char *id = the_image(content)->id;
    for (size_t i = 0; i < w->host.n_facts; i++)
        if (strcmp(w->host.facts[i].id, id) == 0)
            w->host.facts[i].tagged = tagged;
}

static void install_with_nothing_replayed(void)
{
    lose_ledger();
    w->knows_events = false;
    look();
}

/* A first install, and an engine that has just been restarted. */
test(what_was_here_before_rgc_is_young_only_where_nothing_tells_since_when)
{
    static const char *const never[] = {"tagged", "sighted"};
    deploy_hourly(&blog, 1, 6);
    deploy_crashing(&blog, "v7");
    after(HOURS(4));
    for (size_t i = 0; i < N_ELEMENTS(never); i++)
        pull(never[i], never[i]);
    engine_noted("tagged", w->now - HOURS(2));
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].created = 1; /* build dates say nothing */
    install_with_nothing_replayed();
    assert_verdict("r/blog:v6", "keep current");
    assert_verdict("r/blog:v5", "keep rollback");
    assert_verdict("r/blog:v3", "keep rollback");
    assert_verdict("r/blog:v2", "remove superseded");
    assert_verdict("r/blog:v7", "wait failed");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    assert_verdict("tagged", "keep unmanaged");
    assert_int_equal(record_of("tagged")->arrived, w->now - HOURS(2));
    assert_verdict("sighted", "wait young");
    assert_string_equal(judgement_of("sighted")->detail, "was here before rgc, which cannot know since when");
    after(HOURS(1));
    look();
    assert_verdict("sighted", "keep unmanaged");
}

/* Between two passes it came, ran and was replaced, and the engine has forgotten that. */
test(what_has_run_since_the_last_pass_is_not_next)
{
    deploy_hourly(&blog, 1, 4);
    deploy(&blog, "v5");
    after(MINUTES(5));
    deploy(&blog, "v6");
    after(MINUTES(20));
    w->knows_events = false;
    look();
    assert_verdict("r/blog:v6", "keep current");
    assert_verdict("r/blog:v5", "keep rollback");
    assert_in_range(record_of("r/blog:v5")->arrived, w->now - MINUTES(26), w->now - MINUTES(25));
}

/* A job was started by a name that another image has by now. */
test(a_start_by_name_is_of_the_image_that_had_the_name)
{
    static const char *const images[] = {"old", "new"};
    build("other", "other:1")->created = 1;
    look();
    for (size_t i = 0; i < N_ELEMENTS(images); i++) {
        after(HOURS(2));
        build(images[i], "tools:latest")->created = 1;
        after(MINUTES(1));
        if (i == 0)
            *array_add(&w->host.starts, &w->host.n_starts) =
                (ArrivalEvent){.reference = xstrdup("tools"), .time = w->now};
        after(MINUTES(1));
    }
    look();
    assert_int_equal(record_of("new")->last_named, 0);
    Time *time = &w->host.starts[0].time;
    *time = w->now - MINUTES(1);
    look();
    assert_int_equal(record_of("new")->last_named, *time);
    assert_int_equal(record_of("other")->last_named, 0);
}

test(h46_a_monthly_cron_with_boots_counts_a_day_a_pass_and_says_so)
{
    live(DAYS(10));
    for (int month = 1; month <= 5; month++) {
        const char *version = numbered("v%d", 5 + month);
        after(DAYS(30));
        deploy(&blog, version);
        after(DAYS(1));
        w->host.engine.boot_id[0] = (char)('m' + month);
        pass();
        assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
        assert_int_equal(w->host.n_images, 4 + 1); /* and the job's */
    }
    assert_verdict("tools/job:1", "keep job");
    assert_string_equal(judgement_of("tools/job:1")->detail,
                        "only containers that end by themselves use it; only 24 h of each gap between passes count");
}

/* What the ledger knows of a container is on the timeline already, but not the life that it had since then. */
test(behind_a_step_a_container_has_the_life_that_the_engine_tells)
{
    live(DAYS(3));
    set_clock(HOURS(2));
    pass_is_suspended();
    after(MINUTES(1));
    deploy_crashing(&blog, "v6");
    tell_end("blog-web-v6");
    look();
    assert_true(record_of("r/blog:v6")->uses[0].has_failed);
    after(HOURS(1));
    stop("blog-web-v5", 143);
    live_again("blog-web-v6", HOURS(1));
    look();
    assert_true(record_of("r/blog:v6")->uses[0].has_served);
    assert_int_equal(record_of("r/blog:v6")->uses[0].last_run, w->now);
    /* Of this life no event tells, and the pass has asked. */
    after(HOURS(1));
    the_container("blog-web-v6")->run.started = w->now;
    after(HOURS(1));
    stop("blog-web-v6", 143);
    the_container("blog-web-v6")->is_asked = true;
    look();
    assert_int_equal(record_of("r/blog:v6")->uses[0].last_run, w->now);
}

/* The last pass was made with a clock 30 hours ahead. Then the host booted with the right one, which was doubted until it had
 * run past the ledger: what came before that has not been learned, and nobody knows how it was used. */
test(what_came_before_a_doubted_clock_ran_past_the_ledger_is_news)
{
    w->host.engine.store = STORE_CONTAINERD;
    live(DAYS(2));
    set_clock(HOURS(30));
    look();
    look();
    reboot('x', w->now - HOURS(30) + MINUTES(2));
    snapshot_drop_events(&w->host);
    w->host.arrivals_since = w->now;
    after(MINUTES(5));
    pull("late", "x/late:1");
    strings_clear(&the_image("late")->tags);
    strings_clear(&the_image("late")->digests);
    pass_is_suspended();
    after(HOURS(40));
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_true(record_of("late")->has_come_unseen);
    after(DAYS(2));
    look();
    assert_verdict("late", "wait dangling");
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
        cmocka_unit_test(what_the_last_clock_stamps_is_not_moved),
        world_test(a_stamp_that_moves_to_another_clock_is_no_news),
        world_test(an_event_that_is_told_again_after_a_step_is_no_news),
        world_test(what_came_before_a_clock_is_believed_again_is_news),
        world_test(a_job_of_the_time_before_a_clock_is_believed_waits_its_whole_window),
        world_test(an_app_may_be_idle_behind_a_gap),
        world_test(what_came_in_the_midst_of_a_gap_is_not_young_for_weeks),
        world_test(behind_a_step_a_container_has_the_life_that_the_engine_tells),
        world_test(what_came_before_a_doubted_clock_ran_past_the_ledger_is_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
