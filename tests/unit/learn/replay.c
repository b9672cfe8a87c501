/* SPDX-License-Identifier: MIT */
/* A first install: containers that are gone by then, as the engine's own replay tells of them. */
#include "script.h"

#include "engine/decode/decode.h"

/* One of `compose up`, in the engine's words. */
static void tell(const char *action, const char *container, const char *content, const char *more)
{
    char id[72];
    Time time;
    Error err;
    image_id(content, id);
    cleanup_with(free_charp) char *text = xasprintf(
        "{\"Type\":\"container\",\"Action\":\"%s\",\"timeNano\":%lld000,\"Actor\":{\"ID\":\"%s\",\"Attributes\":{"
        "\"image\":\"x/y:latest\",\"name\":\"site-web-1\",\"com.docker.compose.project\":\"site\","
        "\"com.docker.compose.service\":\"web\",\"com.docker.compose.config-hash\":\"hash of %s\","
        "\"com.docker.compose.image\":\"%s\"%s}}}",
        action, (long long)w->now, container, content, id, more);
    assert_int_equal(decode_event(text, strlen(text), &w->host, &time, &err), 0);
}

static void live(int releases)
{
    for (int i = 1; i <= releases; i++) {
        const char *content = numbered("y-%d", i);
        const char *container = numbered("c%d", i);
        pull(content, "x/y:latest");
        if (i == releases) {
            compose("site-web-1", content, "site", "web");
            return;
        }
        tell("create", container, content, "");
        tell("start", container, content, "");
        after(HOURS(2));
        tell("kill", container, content, ",\"signal\":\"15\"");
        tell("die", container, content, ",\"exitCode\":\"143\"");
    }
}

static void install(void)
{
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].created = 1;
    after(HOURS(2));
    lose_ledger();
    look();
}

test(releases_of_compose_that_ran_within_the_replay_are_rollbacks)
{
    live(6);
    install();
    assert_verdict("y-6", "keep current");
    assert_verdict("y-5", "keep rollback");
    assert_verdict("y-4", "keep rollback");
    assert_verdict("y-3", "keep rollback");
    assert_verdict("y-2", "remove superseded");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    const Use *use = &ledger_image(&w->ledger, the_image("y-5")->id)->uses[0];
    assert_true(use->kind == APP_COMPOSE && use->has_served);
    assert_true(use->last_run > use->last_started);
}

/* `docker commit` inherits the labels, of what Compose made the container of too. */
test(what_runs_from_a_committed_image_is_no_use_of_what_it_was_made_of)
{
    live(2);
    Image *image = build("backup", "x/y:backup");
    image->labels.compose_hash = xstrdup("hash of y-1");
    install();
    assert_int_equal(ledger_image(&w->ledger, the_image("y-1")->id)->n_uses, 0);
}

/* A name says nothing of an image that got it afterwards. */
test(a_name_is_of_the_image_that_had_it_then)
{
    live(3);
    for (size_t i = 0; i < w->host.n_gone; i++) {
        free(w->host.gone[i].labels.compose_image);
        w->host.gone[i].labels.compose_image = NULL;
    }
    install();
    assert_int_equal(ledger_image(&w->ledger, the_image("y-2")->id)->n_uses, 0);
    assert_int_equal(ledger_image(&w->ledger, the_image("y-3")->id)->uses[0].first_created,
                     the_container("site-web-1")->created);
}

test(what_is_here_is_not_gone)
{
    live(2);
    free(w->host.gone[0].id);
    w->host.gone[0].id = xstrdup(w->host.containers[0].id);
    snapshot_index(&w->host);
    snapshot_drop_present(&w->host);
    assert_int_equal(w->host.n_gone, 0);
}

/* A container that is gone, made of what its user named; its events told no image. */
static void run_and_go(const char *reference)
{
    Container *gone = array_add(&w->host.gone, &w->host.n_gone);
    *gone = (Container){.id = xasprintf("%064zx", w->host.n_gone),
                        .name = xstrdup("job"),
                        .image_ref = xstrdup(reference),
                        .created = w->now,
                        .run = {.is_known = true, .started = w->now, .finished = w->now + SECONDS(5)}};
}

static bool was_named(const char *content, const char *repository)
{
    return strings_contain(&ledger_image(&w->ledger, the_image(content)->id)->named_in, repository);
}

test(what_was_started_by_a_digest_is_the_image_that_has_it)
{
    static const char *const contents[] = {"one", "two", "three"};
    for (size_t i = 0; i < 3; i++) { /* whatever their order in the list is */
        cleanup_with(free_charp) char *repository = xasprintf("x/%s", contents[i]),
                                      *tag = xasprintf("%s:1", repository);
        pull(contents[i], tag);
    }
    after(MINUTES(1));
    for (size_t i = 0; i < 3; i++) {
        cleanup_with(free_charp) char *reference = xasprintf("x/%s:1@%s", contents[i], the_image(contents[i])->id);
        run_and_go(reference);
    }
    after(MINUTES(1));
    look();
    for (size_t i = 0; i < 9; i++) {
        cleanup_with(free_charp) char *repository = xasprintf("x/%s", contents[i % 3]);
        assert_int_equal(was_named(contents[i / 3], repository), i % 3 == i / 3);
    }
}

/* By each name an image is known since it got that one. */
test(a_name_is_as_old_as_the_event_that_gave_it)
{
    pull("one", "x/y:1");
    the_image("one")->created = 1;
    look();
    after(MINUTES(1));
    run_and_go("x/y:1");
    run_and_go("z/z:1");
    after(MINUTES(1));
    tag("one", "z/z:1"); /* what had it before is gone */
    after(MINUTES(1));
    look();
    assert_true(was_named("one", "x/y"));
    assert_false(was_named("one", "z/z"));
}

static void reboot(char name, int64_t step)
{
    w->now += step;
    w->host.engine.boot_id[0] = name;
    w->host.engine.clock_offset_usec = w->now - SECONDS(20);
}

/* A pass of a boot with a clock in 2030 came before it; the clock of the present is believed a day later. */
test(what_was_over_before_the_clock_was_believed_has_run)
{
    w->knows_events = false;
    look();
    reboot('x', DAYS(1500));
    look();
    w->now -= DAYS(1500);
    live(2);
    after(HOURS(1));
    reboot('y', 0);
    look();
    assert_int_equal(w->plan.suspension, SUSPENSION_CLOCK);
    after(HOURS(25));
    look();
    after(DAYS(10));
    look();
    assert_verdict("y-2", "keep current");
    assert_int_equal(ledger_image(&w->ledger, the_image("y-1")->id)->n_uses, 1);
}

/* They came and went since the last pass, and have no name by now. The containers tell since when they were here. */
test(what_ran_between_two_passes_is_not_next)
{
    look();
    w->knows_events = false; /* of the names that they had */
    w->host.arrivals_since = w->now;
    live(4);
    after(HOURS(2));
    look();
    assert_verdict("y-4", "keep current");
    assert_verdict("y-3", "keep rollback");
    assert_int_equal(judgement_of("y-3")->eligible_at, 0);
    assert_verdict("y-2", "keep rollback");
    assert_verdict("y-1", "keep rollback");
}

static Time last_run_of(const char *content)
{
    return ledger_image(&w->ledger, the_image(content)->id)->uses[0].last_run;
}

/* The clock is set back by half an hour. The engine tells once more of what has gone, and nobody could say which clock has
 * stamped that: but no container ends twice. */
test(what_is_known_to_have_gone_is_no_news_after_a_step)
{
    look();
    live(4);
    look();
    Time one = last_run_of("y-1"), three = last_run_of("y-3");
    after(HOURS(2));
    w->now -= MINUTES(30);
    w->host.engine.clock_offset_usec -= MINUTES(30);
    look();
    after(HOURS(2));
    look();
    assert_int_equal(last_run_of("y-1"), one - MINUTES(30));
    assert_int_equal(last_run_of("y-3"), three - MINUTES(30));
}

/* Set back by 40 days, and the engine goes on telling until the days of its stamps have come once more. */
test(what_the_engine_tells_for_long_is_no_news_on_its_day)
{
    look();
    live(4);
    look();
    Time one = last_run_of("y-1");
    after(HOURS(2));
    w->now -= DAYS(40);
    w->host.engine.clock_offset_usec -= DAYS(40);
    look();
    for (int i = 0; i < 5; i++) {
        after(DAYS(10));
        look();
    }
    assert_int_equal(last_run_of("y-1"), one - DAYS(40));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(releases_of_compose_that_ran_within_the_replay_are_rollbacks),
        world_test(what_runs_from_a_committed_image_is_no_use_of_what_it_was_made_of),
        world_test(a_name_is_of_the_image_that_had_it_then),
        world_test(what_is_here_is_not_gone),
        world_test(what_was_started_by_a_digest_is_the_image_that_has_it),
        world_test(a_name_is_as_old_as_the_event_that_gave_it),
        world_test(what_was_over_before_the_clock_was_believed_has_run),
        world_test(what_ran_between_two_passes_is_not_next),
        world_test(what_is_known_to_have_gone_is_no_news_after_a_step),
        world_test(what_the_engine_tells_for_long_is_no_news_on_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
