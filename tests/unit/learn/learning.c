/* SPDX-License-Identifier: MIT */
/* What a ledger makes of what it sees: clocks, arrivals, runs, and what it forgets. */
#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static ClockVerdict clock_of(void)
{
    return ledger_clock(&w->ledger, &w->host.engine, w->now);
}

test(a_ledger_of_the_future_stops_the_clock)
{
    look();
    assert_int_equal(clock_of(), CLOCK_FINE);
    w->now -= SECONDS(2);
    assert_int_equal(clock_of(), CLOCK_FINE); /* engine and rgc do not look at the same moment */
    w->now -= 1;
    assert_int_equal(clock_of(), CLOCK_BEHIND);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    assert_int_equal(clock_of(), CLOCK_BEHIND); /* nothing explains it, and nothing was written */
}

test(offsets_that_no_clock_has_are_a_jump)
{
    static const int64_t offsets[] = {INT64_MIN, -TIME_MAX, TIME_MAX, INT64_MAX};
    w->host.engine.clock_offset_usec = SECONDS(1000);
    for (size_t i = 0; i < N_ELEMENTS(offsets); i++) {
        look();
        assert_int_equal(clock_of(), CLOCK_FINE);
        w->ledger.clock_offset_usec = offsets[i];
        assert_int_equal(clock_of(), CLOCK_JUMPED);
        look(); /* and its times are set right by as much */
        assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
        assert_true(w->ledger.learned <= w->now);
    }
}

test(an_arrival_or_a_full_disk_in_the_future_counts_too)
{
    pull("one", "one:1");
    look();
    w->ledger.images[0].arrived = w->now + SECONDS(3);
    assert_int_equal(clock_of(), CLOCK_BEHIND);
    w->ledger.images[0].arrived = w->now;
    w->ledger.images[0].first_seen = w->now + SECONDS(3);
    assert_int_equal(clock_of(), CLOCK_BEHIND);
    w->ledger.images[0].first_seen = w->now;
    w->ledger.high_since = w->now + SECONDS(3);
    assert_int_equal(clock_of(), CLOCK_BEHIND);
    w->ledger.high_since = 0;
    w->ledger.began = w->now + SECONDS(3);
    assert_int_equal(clock_of(), CLOCK_BEHIND);
}

test(within_one_boot_the_clocks_part_by_less_than_ten_minutes)
{
    look();
    int64_t offset = w->host.engine.clock_offset_usec;
    static const int64_t signs[] = {1, -1};
    for (size_t i = 0; i < 2; i++) {
        w->host.engine.clock_offset_usec = offset + signs[i] * (MINUTES(10) - 1);
        assert_int_equal(clock_of(), CLOCK_FINE);
        w->host.engine.clock_offset_usec = offset + signs[i] * MINUTES(10);
        assert_int_equal(clock_of(), CLOCK_JUMPED);
    }
    w->host.engine.boot_id[0] = 'x'; /* after a boot it says nothing */
    assert_int_equal(clock_of(), CLOCK_FINE);
}

static const ImageRecord *record_of(const char *what)
{
    return ledger_image(&w->ledger, the_image(what)->id);
}

/* A monthly cron job on a host that boots in between: that is a gap, and no jump. */
test(a_gap_with_a_boot_in_it_is_no_jump)
{
    deploy(&blog, "v1");
    look();
    Time last_run = record_of("r/blog:v1")->uses[0].last_run;
    stop("blog-web-v1", 0);
    w->now += DAYS(40);
    w->host.engine.boot_id[0] = 'x';
    assert_int_equal(clock_of(), CLOCK_FINE);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_NONE);
    assert_true(record_of("r/blog:v1")->uses[0].last_run <= last_run + MINUTES(1)); /* ranks compare what was */
    assert_int_equal(w->ledger.gaps.count, 1);
    assert_int_equal(w->ledger.gaps.items[0].unvouched_usec, DAYS(39));
}

/* Windows count 24 h of a gap that no boot ID joins. */
test(ages_grow_by_what_may_be_vouched_for)
{
    Gaps gaps = {0};

    gaps_note(&gaps, 0, DAYS(100));
    gaps_note(&gaps, DAYS(100), DAYS(101));
    assert_int_equal(gaps.count, 0);
    gaps_note(&gaps, DAYS(100), DAYS(131));
    gaps_note(&gaps, DAYS(131), DAYS(162));
    assert_int_equal(gaps_age(&gaps, DAYS(99), DAYS(162)), DAYS(3));
    assert_int_equal(gaps_age(&gaps, DAYS(140), DAYS(162)), DAYS(1)); /* in the midst of it */
    assert_int_equal(gaps_age(&gaps, DAYS(162) - HOURS(5), DAYS(162)), HOURS(5));
    assert_int_equal(gaps_age(&gaps, DAYS(162), DAYS(163)), DAYS(1));
    assert_int_equal(gaps_due(&gaps, DAYS(99), DAYS(5)), DAYS(99 + 5 + 60));
    for (int i = 0; i < 1000; i++)
        gaps_note(&gaps, DAYS(200 + 2 * i), DAYS(202 + 2 * i));
    assert_true(gaps.count <= 64);
    assert_int_equal(gaps_age(&gaps, DAYS(99), DAYS(2200)), DAYS(2200 - 99 - 60 - 1000));
    gaps_clear(&gaps);
    gaps_note(&gaps, DAYS(100), DAYS(1600)); /* a boot in 2030 … */
    gaps_set_back(&gaps, DAYS(100) + HOURS(1));
    assert_int_equal(gaps_age(&gaps, DAYS(99), DAYS(101)), DAYS(2)); /* … and then the clock was set right */
    gaps_clear(&gaps);
}

test(a_new_ledger_has_no_clock_to_compare)
{
    lose_ledger();
    w->now -= DAYS(4000);
    assert_int_equal(clock_of(), CLOCK_FINE);
}

test(a_clock_that_is_behind_shows_no_future)
{
    deploy(&blog, "v1");
    after(HOURS(1));
    look();
    w->now -= DAYS(3);
    look();
    const ImageRecord *record = record_of("r/blog:v1");
    assert_int_equal(record->arrived, w->now);
    assert_int_equal(record->first_seen, w->now);
    assert_int_equal(record->uses[0].last_created, w->now);
    assert_int_equal(record->uses[0].last_started, w->now);
    assert_int_equal(record->uses[0].last_run, w->now);
}

test(an_image_arrives_when_an_event_says_so_else_when_it_is_seen)
{
    pull("one", "one:1");
    Time pulled = w->now;
    after(HOURS(3));
    w->host.n_arrivals--;
    free(w->host.arrivals[w->host.n_arrivals].reference);
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
    pull("two", "two:1");
    pulled = w->now;
    after(HOURS(3));
    look();
    assert_int_equal(record_of("two")->arrived, pulled);
    assert_int_equal(record_of("two")->first_seen, w->now);
}

test(an_old_event_of_the_same_tag_is_not_the_arrival_of_a_new_image)
{
    pull("one", "app:latest");
    after(HOURS(3));
    look();
    after(HOURS(3));
    build("two", "app:latest"); /* as builders do it: without an event */
    w->host.n_arrivals--;
    free(w->host.arrivals[w->host.n_arrivals].reference);
    look();
    assert_int_equal(record_of("two")->arrived, w->now);
}

test(a_new_tag_a_pull_and_a_return_are_arrivals_and_seeing_it_again_is_not)
{
    pull("one", "one:1");
    look();
    Time first = w->now;
    after(HOURS(2));
    look();
    assert_int_equal(record_of("one")->arrived, first);
    w->knows_events = false;
    tag("one", "one:2");
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
    Time tagged = w->now;
    after(HOURS(2));
    untag("one:2");
    look();
    assert_int_equal(record_of("one")->arrived, tagged);

    w->knows_events = true;
    after(HOURS(2));
    pull("one", "one:3"); /* by another name */
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
    assert_int_equal(record_of("one")->came, w->now);

    w->knows_events = false;
    Image gone = w->host.images[0];
    w->host.n_images = 0;
    after(HOURS(2));
    look();
    w->host.images[0] = gone;
    w->host.n_images = 1;
    after(HOURS(2));
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
    assert_false(record_of("one")->is_gone);
}

test(a_pull_that_changes_nothing_is_no_arrival)
{
    pull("one", "one:1");
    pull_release(&blog, "v1", "blog-v1");
    look();
    Time first = w->now;
    after(HOURS(2));
    pull("one", "one:1"); /* up to date */
    *array_add(&w->host.arrivals, &w->host.n_arrivals) = (ArrivalEvent){
        .reference = xstrdup(the_image("one")->id), .time = w->now, .is_transfer = true}; /* as a watcher is told */
    pull_release(&blog, "v1", "blog-v1"); /* its deploys take the name off before */
    look();
    const ImageRecord *one = record_of("one"), *release = record_of("blog-v1");
    assert_true(one->arrived <= first && one->came <= first);
    assert_true(one->pulled_again > first);
    assert_true(release->arrived > first && release->came > first && release->pulled_again == 0);
    after(HOURS(2));
    *array_add(&w->host.arrivals, &w->host.n_arrivals) = (ArrivalEvent){
        .reference = xstrdup(one->id), .time = w->now, .is_transfer = true}; /* `docker load` tells the ID alone */
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
}

test(a_tag_that_rgc_gives_back_is_no_arrival_and_a_pull_meanwhile_is)
{
    pull("one", "one:1");
    look();
    Time first = w->now;
    after(HOURS(2));
    w->ledger.images[0].returned_from = w->now - SECONDS(1);
    w->ledger.images[0].returned_until = w->now + SECONDS(1);
    tag("one", "one:1");
    look();
    assert_int_equal(record_of("one")->arrived, first);
    pull("one", "one:2");
    look();
    assert_int_equal(record_of("one")->arrived, w->now);
}

test(what_was_here_before_the_ledger_came_at_the_latest_when_the_events_begin)
{
    lose_ledger();
    w->host.arrivals_since = w->now - HOURS(7);
    pull("pulled", "pulled:1");
    build("built", "built:1");
    build("odd", "odd:1");
    w->host.arrivals[0].time = w->now - HOURS(5);
    while (w->host.n_arrivals > 1)
        free(w->host.arrivals[--w->host.n_arrivals].reference);
    the_image("pulled")->created = 1;
    the_image("built")->created = w->now - HOURS(3);
    the_image("odd")->created = w->now + HOURS(3);
    look();
    assert_int_equal(record_of("pulled")->arrived, w->now - HOURS(5));
    assert_false(record_of("pulled")->is_baseline);
    assert_int_equal(record_of("built")->arrived, w->now - HOURS(3));
    assert_true(record_of("built")->is_baseline);
    assert_int_equal(record_of("odd")->arrived, w->now - HOURS(7));
}

test(a_run_is_known_by_id_and_state_once_it_has_settled)
{
    pull_release(&blog, "v1", "blog-v1");
    Container *c = run("blog-web-v1", "blog-v1");
    look();
    assert_false(ledger_recall(&w->ledger, c)); /* it may end at any moment */
    after(MINUTES(1) - 1);
    look();
    assert_false(ledger_recall(&w->ledger, c));
    after(1);
    look();
    assert_true(ledger_recall(&w->ledger, c));
    assert_int_equal(c->run.started, w->now - MINUTES(1));

    c->state = STATE_EXITED;
    assert_false(ledger_recall(&w->ledger, c));
    stop("blog-web-v1", 3);
    look();
    assert_true(ledger_recall(&w->ledger, c));
    assert_int_equal(c->run.exit_code, 3);

    static const ContainerState unsettled[] = {STATE_CREATED, STATE_RESTARTING, STATE_REMOVING, STATE_UNKNOWN};
    for (size_t i = 0; i < N_ELEMENTS(unsettled); i++) {
        c->state = unsettled[i];
        look();
        assert_false(ledger_recall(&w->ledger, c));
    }
    c->state = STATE_EXITED;
    c->run.is_known = false; /* the inspect failed: what was known is remembered, and it is inspected again */
    look();
    assert_false(ledger_recall(&w->ledger, c));
    assert_int_equal(w->ledger.n_containers, 1);
}

test(containers_that_are_gone_are_forgotten)
{
    deploy(&blog, "v1");
    after(HOURS(1));
    look();
    assert_int_equal(w->ledger.n_containers, 1);
    remove_container("blog-web-v1");
    look();
    assert_int_equal(w->ledger.n_containers, 1); /* for a day: what takes its name follows it */
    after(DAYS(1));
    look();
    assert_int_equal(w->ledger.n_containers, 0);
    assert_true(record_of("r/blog:v1")->uses[0].has_served); /* the image's story stays */
}

test(images_that_are_gone_are_forgotten_after_35_days_or_the_window_of_jobs)
{
    pull("one", "one:1");
    Time arrived = w->now;
    look();
    image_clear(&w->host.images[--w->host.n_images]);
    look_at(arrived + DAYS(35));
    assert_int_equal(w->ledger.n_images, 1);
    assert_true(w->ledger.images[0].is_gone);
    w->policy.retention.jobs_max_unused_usec = DAYS(50);
    look_at(arrived + DAYS(50));
    assert_int_equal(w->ledger.n_images, 1);
    look_at(arrived + DAYS(50) + 1);
    assert_int_equal(w->ledger.n_images, 0);
}

static const Use *use_of(const char *what)
{
    const ImageRecord *record = record_of(what);
    assert_int_equal(record->n_uses, 1);
    return &record->uses[0];
}

test(serving_takes_min_uptime)
{
    pull_release(&blog, "v1", "blog-v1");
    run("blog-web-v1", "blog-v1")->labels.role = xstrdup("web");
    after(MINUTES(1) - 1);
    look();
    assert_false(use_of("blog-v1")->has_served);
    assert_false(use_of("blog-v1")->has_failed);
    after(1);
    look();
    assert_true(use_of("blog-v1")->has_served);
    stop("blog-web-v1", 1);
    look();
    assert_true(use_of("blog-v1")->has_served);
    assert_false(use_of("blog-v1")->has_failed);
}

test(a_container_that_nobody_saw_end_proves_nothing)
{
    pull_release(&blog, "v1", "blog-v1");
    Container *c = run("blog-web-v1", "blog-v1");
    c->labels.role = xstrdup("web");
    c->state = STATE_EXITED; /* and no time of its end */
    Time started = w->now;
    after(HOURS(2));
    look();
    assert_false(use_of("blog-v1")->has_served);
    assert_false(use_of("blog-v1")->has_failed);
    assert_int_equal(use_of("blog-v1")->last_run, started);
    assert_verdict("blog-v1", "keep current");
}

test(a_crash_loop_and_a_container_that_never_started_have_failed)
{
    pull_release(&blog, "v1", "blog-v1");
    Container *c = run("blog-web-v1", "blog-v1");
    c->labels.role = xstrdup("web");
    c->state = STATE_RESTARTING;
    after(HOURS(2));
    look();
    assert_true(use_of("blog-v1")->has_failed);
    assert_false(use_of("blog-v1")->has_served);
    pull_release(&blog, "v2", "blog-v2");
    c = run("blog-web-v2", "blog-v2");
    c->labels.role = xstrdup("web");
    c->state = STATE_CREATED;
    c->run.started = 0;
    after(MINUTES(1) - 1);
    look();
    assert_false(use_of("blog-v2")->has_failed);
    after(1);
    look();
    assert_true(use_of("blog-v2")->has_failed);
}

test(the_proof_that_a_release_failed_outlives_the_container_that_gave_it)
{
    deploy_hourly(&blog, 1, 1);
    deploy_unhealthy(&blog, "v2"); /* ran two minutes beside v1 */
    look();
    assert_true(use_of("blog-v2")->has_failed);
    assert_false(use_of("blog-v2")->has_served);
    stop("blog-web-v1", 0);
    remove_container("blog-web-v1");
    look();
    assert_false(use_of("blog-v2")->has_served);
}

test(what_could_not_be_judged_is_judged_when_all_is_known)
{
    deploy_hourly(&blog, 1, 1);
    deploy_unhealthy(&blog, "v2");
    Run run = the_container("blog-web-v1")->run;
    the_container("blog-web-v1")->run = (Run){0};
    the_container("blog-web-v1")->inspect_error = "the inspect took longer than 10 s";
    look();
    assert_false(use_of("blog-v2")->has_failed);
    assert_false(use_of("blog-v2")->has_served);
    the_container("blog-web-v1")->run = run;
    the_container("blog-web-v1")->inspect_error = NULL;
    look();
    assert_true(use_of("blog-v2")->has_failed);
    assert_false(use_of("blog-v2")->has_served);
}

test(what_is_not_kamals_is_judged_whatever_else_could_not_be_inspected)
{
    pull("job", "job:1");
    Container *unknown = run("first", "job");
    unknown->run = (Run){0};
    unknown->inspect_error = "the inspect took longer than 10 s";
    after(HOURS(1));
    run("second", "job");
    after(HOURS(1));
    stop("second", 1);
    look();
    assert_true(ledger_container(&w->ledger, the_container("second")->id)->is_settled);
}

/* Between two passes it was started and stopped: it is in the same state, and its last life is another one. */
test(a_container_that_has_lived_again_since_is_inspected_again)
{
    deploy_crashing(&blog, "v1");
    tell_end("blog-web-v1");
    look();
    Container *c = the_container("blog-web-v1");
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now)); /* that end is the one it knows */
    assert_true(use_of("blog-v1")->has_failed);
    after(DAYS(1));
    live_again("blog-web-v1", HOURS(1));
    assert_true(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
    look();
    assert_true(use_of("blog-v1")->has_served);
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
    assert_int_equal(c->run.finished, w->now);
}

/* Where events are missing, the list says "Up 20 minutes" of a container that was restarted, and of one that was not, that
 * it has been up for a week. */
test(what_the_list_says_to_have_changed_unseen_is_inspected_again)
{
    deploy(&blog, "v1");
    after(DAYS(2));
    look();
    after(DAYS(1));
    Container *c = the_container("blog-web-v1");
    w->host.arrivals_since = w->now - MINUTES(1);
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now)); /* the list is silent */
    c->in_state_for_usec = DAYS(2);
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
    c->in_state_for_usec = MINUTES(20);
    assert_true(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
    w->host.arrivals_since = w->ledger.learned; /* no event is missing: then they would tell */
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
}

static void set_clock(int64_t by)
{
    w->now += by;
    w->host.engine.clock_offset_usec += by;
}

/* The clock was set back, and the engine goes on telling of the end with the stamp that it had. */
test(an_end_that_the_ledger_knows_is_none_of_a_later_life_after_a_step)
{
    deploy_crashing(&blog, "v1");
    tell_end("blog-web-v1");
    look();
    after(HOURS(1));
    set_clock(-DAYS(40));
    look();
    after(HOURS(1));
    Container *c = the_container("blog-web-v1");
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
}

/* Set back by less than the time since: nobody could say which clock has stamped the end, but it may be the known one. */
test(an_end_that_may_be_the_known_one_is_none_of_a_later_life)
{
    deploy_crashing(&blog, "v1");
    tell_end("blog-web-v1");
    look();
    after(HOURS(1));
    set_clock(-MINUTES(30));
    look();
    after(HOURS(1));
    Container *c = the_container("blog-web-v1");
    assert_false(ledger_tells_of_earlier_life(&w->ledger, &w->host, c, w->now));
}

/* It ends, and the clock is set back by less than it has run: the engine has the start with the old stamp. */
test(a_life_that_goes_on_across_a_step_has_one_start)
{
    deploy(&blog, "v1");
    after(MINUTES(1));
    look();
    Time started = use_of("blog-v1")->last_started;
    after(HOURS(3));
    stop("blog-web-v1", 143);
    the_container("blog-web-v1")->is_asked = true;
    after(MINUTES(1));
    set_clock(-HOURS(2));
    look();
    assert_int_equal(use_of("blog-v1")->last_started, started - HOURS(2));
}

test(what_is_gone_is_forgotten_after_the_time_that_has_gone_by)
{
    pull("one", "one:1");
    char id[72];
    image_id("one", id);
    look();
    image_clear(&w->host.images[0]); /* docker image rm: there is no other one */
    w->host.n_images = 0;
    look();
    after(HOURS(1));
    w->host.engine.boot_id[0]++;
    w->host.engine.clock_offset_usec = w->now;
    look();
    set_clock(DAYS(40));
    look();
    after(HOURS(1));
    look();
    assert_non_null(ledger_image(&w->ledger, id));
    after(DAYS(36));
    look();
    assert_null(ledger_image(&w->ledger, id));
}

/* The lines that tell of the last pull are lost. What they say of the one before it is of another image. */
test(behind_a_hole_a_name_may_have_moved_since_it_was_told)
{
    look();
    after(HOURS(1));
    pull("one", "site:latest");
    after(HOURS(3));
    pull("two", "site:latest");
    free(w->host.arrivals[--w->host.n_arrivals].reference);
    after(HOURS(1));
    w->host.arrivals_since = w->now;
    look();
    assert_int_equal(record_of("two")->arrived, w->now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_ledger_of_the_future_stops_the_clock),
        world_test(offsets_that_no_clock_has_are_a_jump),
        world_test(an_arrival_or_a_full_disk_in_the_future_counts_too),
        world_test(within_one_boot_the_clocks_part_by_less_than_ten_minutes),
        world_test(a_gap_with_a_boot_in_it_is_no_jump),
        world_test(ages_grow_by_what_may_be_vouched_for),
        world_test(a_new_ledger_has_no_clock_to_compare),
        world_test(a_clock_that_is_behind_shows_no_future),
        world_test(an_image_arrives_when_an_event_says_so_else_when_it_is_seen),
        world_test(an_old_event_of_the_same_tag_is_not_the_arrival_of_a_new_image),
        world_test(a_new_tag_a_pull_and_a_return_are_arrivals_and_seeing_it_again_is_not),
        world_test(a_pull_that_changes_nothing_is_no_arrival),
        world_test(a_tag_that_rgc_gives_back_is_no_arrival_and_a_pull_meanwhile_is),
        world_test(what_was_here_before_the_ledger_came_at_the_latest_when_the_events_begin),
        world_test(a_run_is_known_by_id_and_state_once_it_has_settled),
        world_test(containers_that_are_gone_are_forgotten),
        world_test(images_that_are_gone_are_forgotten_after_35_days_or_the_window_of_jobs),
        world_test(serving_takes_min_uptime),
        world_test(a_container_that_nobody_saw_end_proves_nothing),
        world_test(a_crash_loop_and_a_container_that_never_started_have_failed),
        world_test(what_could_not_be_judged_is_judged_when_all_is_known),
        world_test(the_proof_that_a_release_failed_outlives_the_container_that_gave_it),
        world_test(what_is_not_kamals_is_judged_whatever_else_could_not_be_inspected),
        world_test(a_container_that_has_lived_again_since_is_inspected_again),
        world_test(what_the_list_says_to_have_changed_unseen_is_inspected_again),
        world_test(an_end_that_the_ledger_knows_is_none_of_a_later_life_after_a_step),
        world_test(an_end_that_may_be_the_known_one_is_none_of_a_later_life),
        world_test(a_life_that_goes_on_across_a_step_has_one_start),
        world_test(what_is_gone_is_forgotten_after_the_time_that_has_gone_by),
        world_test(behind_a_hole_a_name_may_have_moved_since_it_was_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
