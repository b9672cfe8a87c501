/* SPDX-License-Identifier: MIT */
/*
 * When passes start, told as a story: what comes when (seconds), how each pass ends, and which passes there are.
 * The clock jumps from one moment at which something happens to the next.
 */
#include "unit.h"

#include <rgc/schedule.h>
#include <stdio.h>
#include <string.h>

#define NOON (1000 * USEC_PER_HOUR)
#define SECONDS(s) ((int64_t)(s)*USEC_PER_SEC)

typedef struct Story {
    const char *name;
    const char *comes;  /* "5 hook blog; 7 event; 9 connected" */
    const char *ends;   /* of each pass in turn, after a second: "locked failed:60 done@500"; the others: done */
    const char *passes; /* "15 hook blog; 315 event" */
    int64_t until;
    int64_t settle; /* 0: ten seconds */
} Story;

static const Story stories[] = {
    {"settle after the last trigger", "1 collect; 6 collect; 9 collect", "", "19 collect", 1000, 0},
    {"at the latest two minutes after the first",
     "1 collect; 10 collect; 19 collect; 28 collect; 37 collect; 46 collect; 55 collect; 64 collect; 73 collect; 82 "
     "collect; 91 collect; 100 collect; 109 collect; 118 collect",
     "", "121 collect", 1000, 0},
    {"a settle of more than two minutes is heeded", "1 collect", "", "301 collect", 1000, 300},
    {"settle 0 starts at once", "7 collect", "", "7 collect", 1000, -1},
    {"a burst is one pass, named after the most urgent", "1 event; 1 collect; 2 hook blog; 3 start", "", "12 hook blog",
     300, 0},
    {"each service that was deployed is named once", "1 hook blog; 2 hook shop; 3 hook blog", "", "13 hook blog shop",
     99, 0},
    {"starting the agent is a trigger", "1 start", "", "11 start", 1000, 0},

    {"events do not delay a hook", "1 hook blog; 5 event; 9 event; 10 event", "", "11 hook blog", 300, 0},
    {"nor one that is asked for", "1 collect; 5 event; 9 event", "", "11 collect", 300, 0},
    {"nor does anything else delay a hook", "1 hook blog; 5 start; 9 disk", "", "11 hook blog", 300, 0},
    {"a hook settles although an event came before it", "1 event; 8 hook blog", "", "18 hook blog", 300, 0},
    {"an event waits for two minutes at most, whoever asks",
     "1 event; 9 collect; 18 collect; 27 collect; 36 collect; 45 collect; 54 collect; 63 collect; 72 collect; 81 "
     "collect; 90 collect; 99 collect; 108 collect; 117 collect",
     "", "121 collect", 300, 0},
    {"events settle too", "1 event; 6 event; 12 event", "", "22 event", 300, 0},
    {"an event pass every five minutes at most, start to start", "1 event; 20 event; 200 event; 305 event; 400 event",
     "done:5 done:100", "11 event; 311 event; 611 event", 1000, 0},
    {"a hook need not wait for these five minutes, and takes the events along", "1 event; 20 event; 30 hook blog", "",
     "11 event; 40 hook blog", 1000, 0},
    {"events that a hook's pass served count as served", "1 event; 2 hook blog; 30 event", "",
     "12 hook blog; 312 event", 1000, 0},
    {"a hook's pass without events does not delay the next event", "1 hook blog; 30 event", "",
     "11 hook blog; 40 event", 1000, 0},
    {"after a quiet time an event settles and no more", "1 event; 900 event", "", "11 event; 910 event", 1000, 0},
    {"events delay what is less urgent than a hook, but two minutes at most",
     "1 start; 8 event; 16 event; 24 event; 32 event; 40 event; 48 event; 56 event; 64 event; 72 event; 80 event; "
     "88 event; 96 event; 104 event; 112 event; 120 event",
     "", "121 start", 300, 0},

    {"a trigger during a pass causes one more", "1 collect; 20 collect", "done:60", "11 collect; 71 collect", 1000, 0},
    {"many triggers during a pass cause one more", "1 collect; 20 collect; 30 hook blog; 40 collect; 69 event",
     "done:60", "11 collect; 71 hook blog", 1000, 0},
    {"one at the very end of a pass settles", "1 collect; 70 collect", "done:60", "11 collect; 80 collect", 1000, 0},
    {"one pass at a time", "1 collect; 20 collect; 400 collect", "done:500", "11 collect; 511 collect", 1000, 0},

    {"when a waiting image becomes eligible its pass is scheduled", "1 collect", "done@600", "11 collect; 610 eligible",
     2000, 0},
    {"what the next pass says replaces what the last one said", "1 collect; 100 collect", "done@600 done@900",
     "11 collect; 110 collect; 910 eligible", 2000, 0},
    {"a pass after which nothing waits cancels it", "1 collect; 100 collect", "done@600 done",
     "11 collect; 110 collect", 2000, 0},
    {"a pass with a bad configuration does not", "1 collect; 100 collect", "done@600 misconfigured misconfigured",
     "11 collect; 110 collect; 421 collect; 610 collect", 900, 0},
    {"eligible in a moment is not at once", "1 collect", "done@12", "11 collect; 82 eligible", 2000, 0},
    {"what a pass left although it was eligible causes no other", "1 collect", "done@10", "11 collect", 2000, 0},
    {"a hook that comes just before it serves it", "1 collect; 595 hook blog", "done@600", "11 collect; 605 hook blog",
     2000, 0},

    {"nothing else for twelve hours: a pass", "1 start", "", "11 start; 43222 interval; 86433 interval", 100000, 0},
    {"the interval runs from the last pass", "1 start; 40000 collect", "", "11 start; 40010 collect; 83221 interval",
     100000, 0},
    {"a pass with a bad configuration is made again too: the file may be repaired without a word", "1 start",
     "misconfigured misconfigured", "11 start; 322 retry; 933 retry", 40000, 0},

    {"another pass holds the lock: again after 30 s, growing to 5 minutes", "1 hook blog",
     "locked locked locked locked locked locked",
     "11 hook blog; 52 hook blog; 123 hook blog; 254 hook blog; 505 hook blog; 816 hook blog; 1127 hook blog", 2000, 0},
    {"after a pass that got the lock it begins with 30 s again", "1 start; 200 start", "locked done locked",
     "11 start; 52 retry; 210 start; 251 retry", 2000, 0},
    {"who asks meanwhile need not wait for the retry, and it is served with the rest", "1 hook blog; 15 hook shop",
     "locked", "11 hook blog; 25 hook blog shop", 2000, 0},

    {"engine unreachable: wait for the event reader's word", "1 start; 40 connected", "away", "11 start; 50 retry",
     2000, 0},
    {"or try again after 1, 2, 4, 8, 10, 10 minutes", "1 start", "away away away away away away away",
     "11 start; 82 retry; 213 retry; 464 retry; 955 retry; 1566 retry; 2177 retry; 2788 retry", 3000, 0},
    {"while the engine is away nothing of the agent's own asks it", "1 start; 20 collect", "done@60 away",
     "11 start; 30 collect; 101 collect", 150, 0},
    {"what a hook asked for is done when the engine is back", "1 hook blog; 300 connected", "away away away",
     "11 hook blog; 82 hook; 213 hook; 310 hook", 400, 0},
    {"the word that it is there is no trigger where it never was away", "1 start; 20 connected", "", "11 start", 2000,
     0},
    {"who asks while it is away is answered", "1 start; 30 collect", "away away", "11 start; 40 collect", 100, 0},

    {"a pass that failed is made again, after 5 minutes, when another deploy may be under way", "1 hook blog", "failed",
     "11 hook blog; 322 hook", 2000, 0},
    {"each time later, growing to an hour", "1 start", "failed failed failed failed failed failed",
     "11 start; 322 retry; 933 retry; 2144 retry; 4555 retry; 8166 retry; 11777 retry", 12000, 0},

    {"disk pressure is a trigger", "1 disk", "", "11 disk", 1000, 0},
    {"and names a pass before an event does", "1 event; 2 disk", "", "12 disk", 1000, 0},
};

/* The next entry of a list separated by ';', or NULL. */
static char *next_entry(const char **list)
{
    while (**list == ' ' || **list == ';')
        (*list)++;
    size_t length = strcspn(*list, ";");
    char *entry = length > 0 ? xstrndup(*list, length) : NULL;
    *list += length;
    return entry;
}

static TriggerKind kind_from(const char *name)
{
    int kind = 0;
    while (kind < TRIGGER_MAX_ && strcmp(trigger_to_string((TriggerKind)kind), name) != 0)
        kind++;
    return (TriggerKind)kind;
}

typedef struct Player {
    Schedule schedule;
    const char *comes, *ends;
    char *entry; /* the next thing to come */
    Time entry_at, now, end_at;
    PassEnd end;
    Time eligible_at;
    char *log;
} Player;

static void read_entry(Player *player)
{
    free(player->entry);
    player->entry = next_entry(&player->comes);
    player->entry_at = player->entry ? NOON + SECONDS(strtol(player->entry, NULL, 10)) : TIME_NEVER;
}

static void take_entry(Player *player)
{
    char word[32] = "", service[32] = "";
    assert_true(sscanf(player->entry, "%*d %31s %31s", word, service) >= 1);
    if (strcmp(word, "connected") == 0)
        schedule_connected(&player->schedule, player->now);
    else
        schedule_trigger(&player->schedule, kind_from(word), NULL, service[0] ? service : NULL, player->now);
    read_entry(player);
}

/* "failed:60", "done@500" */
static void read_end(Player *player)
{
    static const char *const names[] = {
        [PASS_DONE] = "done",
        [PASS_FAILED] = "failed",
        [PASS_LOCKED] = "locked",
        [PASS_NO_ENGINE] = "away",
        [PASS_MISCONFIGURED] = "misconfigured",
    };
    player->ends += strspn(player->ends, " ");
    size_t length = strcspn(player->ends, " ");
    char *word = xstrndup(player->ends, length), *lasts = strchr(word, ':'), *eligible = strchr(word, '@');
    player->ends += length;
    player->end_at = player->now + SECONDS(lasts ? strtol(lasts + 1, NULL, 10) : 1);
    player->eligible_at = eligible ? NOON + SECONDS(strtol(eligible + 1, NULL, 10)) : 0;
    word[strcspn(word, ":@")] = '\0';
    player->end = PASS_DONE;
    for (size_t i = 0; word[0] && i < N_ELEMENTS(names); i++)
        if (strcmp(names[i], word) == 0)
            player->end = (PassEnd)i;
    free(word);
}

static void begin(Player *player)
{
    const PassOrder *order = schedule_begin(&player->schedule, player->now);
    char *log = xasprintf("%s%s%lld %s", player->log ? player->log : "", player->log ? "; " : "",
                          (long long)((player->now - NOON) / USEC_PER_SEC), trigger_to_string(order->trigger));
    for (size_t i = 0; i < order->deployed.count; i++) {
        char *more = xasprintf("%s %s", log, order->deployed.items[i]);
        free(log);
        log = more;
    }
    free(player->log);
    player->log = log;
    read_end(player);
}

static Time smaller(Time a, Time b)
{
    return a < b ? a : b;
}

static char *play(const Story *story)
{
    ScheduleSettings settings;
    schedule_settings_init(&settings);
    if (story->settle != 0)
        settings.settle_usec = story->settle > 0 ? SECONDS(story->settle) : 0;
    Player player = {.comes = story->comes, .ends = story->ends, .now = NOON, .end_at = TIME_NEVER};
    schedule_init(&player.schedule, &settings, NOON);
    read_entry(&player);
    for (;;) {
        Time next = smaller(player.entry_at, smaller(player.end_at, schedule_next(&player.schedule)));
        if (next > NOON + SECONDS(story->until))
            break;
        player.now = next > player.now ? next : player.now;
        if (player.end_at <= player.now) {
            player.end_at = TIME_NEVER;
            schedule_end(&player.schedule, player.end, player.eligible_at, player.now);
        } else if (player.entry_at <= player.now) {
            take_entry(&player);
        } else if (schedule_is_due(&player.schedule, player.now)) {
            begin(&player);
        }
    }
    free(player.entry);
    schedule_clear(&player.schedule);
    return player.log ? player.log : xstrdup("");
}

test(every_story_ends_as_told)
{
    bool is_as_told = true;
    for (size_t i = 0; i < N_ELEMENTS(stories); i++) {
        char *passes = play(&stories[i]);
        if (strcmp(passes, stories[i].passes) != 0) {
            print_error("%s:\n    expected %s\n         got %s\n", stories[i].name, stories[i].passes, passes);
            is_as_told = false;
        }
        free(passes);
    }
    assert_true(is_as_told);
}

static void start(Schedule *schedule)
{
    ScheduleSettings settings;
    schedule_settings_init(&settings);
    schedule_init(schedule, &settings, NOON);
}

test(a_trigger_is_told_the_pass_that_serves_it)
{
    Schedule schedule;
    start(&schedule);
    assert_int_equal(schedule_trigger(&schedule, TRIGGER_COLLECT, NULL, NULL, NOON), 1);
    assert_int_equal(schedule_trigger(&schedule, TRIGGER_HOOK, NULL, "blog", NOON + 1), 1);
    assert_int_equal(schedule_begin(&schedule, NOON + SECONDS(20))->number, 1);
    assert_int_equal(schedule_trigger(&schedule, TRIGGER_COLLECT, NULL, NULL, NOON + SECONDS(21)), 2);
    schedule_end(&schedule, PASS_DONE, 0, NOON + SECONDS(22));
    const PassOrder *order = schedule_begin(&schedule, NOON + SECONDS(40));
    assert_int_equal(order->number, 2);
    assert_int_equal(order->first, 2);
    schedule_clear(&schedule);
}

test(a_pass_after_a_locked_one_serves_both)
{
    Schedule schedule;
    start(&schedule);
    schedule_trigger(&schedule, TRIGGER_HOOK, "deployed v7", "blog", NOON);
    schedule_begin(&schedule, NOON + SECONDS(10));
    schedule_end(&schedule, PASS_LOCKED, 0, NOON + SECONDS(11));
    const PassOrder *order = schedule_begin(&schedule, NOON + SECONDS(60));
    assert_int_equal(order->first, 1);
    assert_int_equal(order->number, 2);
    assert_string_equal(order->reason, "deployed v7");
    assert_string_equal(order->deployed.items[0], "blog");
    schedule_end(&schedule, PASS_DONE, 0, NOON + SECONDS(61));
    assert_int_equal(schedule_begin(&schedule, NOON + SECONDS(70))->first, 3);
    schedule_clear(&schedule);
}

test(the_reason_is_that_of_the_trigger_the_pass_is_named_after)
{
    Schedule schedule;
    start(&schedule);
    schedule_trigger(&schedule, TRIGGER_COLLECT, "by hand", NULL, NOON);
    schedule_trigger(&schedule, TRIGGER_EVENT, "arrival of blog:v7", NULL, NOON);
    schedule_trigger(&schedule, TRIGGER_COLLECT, NULL, NULL, NOON);
    assert_string_equal(schedule.pending.reason, "by hand");
    schedule_trigger(&schedule, TRIGGER_HOOK, "deployed", "blog", NOON);
    assert_string_equal(schedule.pending.reason, "deployed");
    schedule_clear(&schedule);
}

test(services_without_end_do_not_fill_the_memory)
{
    Schedule schedule;
    start(&schedule);
    for (int i = 0; i < 1000; i++) {
        char service[32];
        snprintf(service, sizeof(service), "app%d", i);
        assert_int_equal(schedule_trigger(&schedule, TRIGGER_HOOK, NULL, service, NOON), 1);
    }
    assert_int_equal(schedule_begin(&schedule, NOON)->deployed.count, DEPLOYED_MAX);
    schedule_clear(&schedule);
}

test(people_are_told_when_the_next_pass_comes_and_why)
{
    TriggerKind why;
    Schedule schedule;
    start(&schedule);
    assert_int_equal(schedule_outlook(&schedule, &why), NOON + 12 * USEC_PER_HOUR + SECONDS(10));
    assert_int_equal(why, TRIGGER_INTERVAL);
    schedule_trigger(&schedule, TRIGGER_COLLECT, NULL, NULL, NOON);
    assert_int_equal(schedule_outlook(&schedule, &why), NOON + SECONDS(10));
    assert_int_equal(why, TRIGGER_COLLECT);
    schedule_begin(&schedule, NOON + SECONDS(10));
    schedule_end(&schedule, PASS_DONE, NOON + SECONDS(1000), NOON + SECONDS(11));
    assert_int_equal(schedule_outlook(&schedule, &why), NOON + SECONDS(1010));
    assert_int_equal(why, TRIGGER_ELIGIBLE);
    schedule_clear(&schedule);
}

/* 0 to sides - 1, the same in every run. */
static long roll(long sides)
{
    static unsigned short seed[3] = {2026, 11, 21};
    return nrand48(seed) % sides;
}

/* Any mix of triggers, passes and failures: each trigger is followed by a pass, and not many passes. */
test(whatever_comes_no_trigger_is_lost_and_passes_are_few)
{
    static const PassEnd ends[] = {PASS_DONE, PASS_DONE, PASS_FAILED, PASS_LOCKED, PASS_NO_ENGINE, PASS_MISCONFIGURED};
    for (int round = 0; round < 200; round++) {
        Schedule schedule;
        start(&schedule);
        Time now = NOON, end_at = TIME_NEVER, horizon = NOON + SECONDS(3600), last_begun = 0;
        Time unserved = 0; /* the first trigger that no pass has begun after */
        int passes = 0, event_passes = 0;
        Time next_trigger = now;
        while (now < horizon) {
            Time next = smaller(smaller(end_at, next_trigger), schedule_next(&schedule));
            assert_true(next >= now || schedule_next(&schedule) <= now);
            now = next > now ? next : now;
            if (end_at <= now) {
                end_at = TIME_NEVER;
                schedule_end(&schedule, ends[roll(N_ELEMENTS(ends))], now + SECONDS(roll(600)), now);
            } else if (next_trigger <= now) {
                schedule_trigger(&schedule, (TriggerKind)(roll(TRIGGER_MAX_)), NULL, NULL, now);
                unserved = unserved ? unserved : now;
                next_trigger = now + (roll(3) ? 0 : SECONDS(roll(200)));
            } else if (schedule_is_due(&schedule, now)) {
                const PassOrder *order = schedule_begin(&schedule, now);
                bool by_events_only = order->kinds == 1U << TRIGGER_EVENT;
                assert_true(order->kinds != 0 && order->trigger < TRIGGER_MAX_);
                assert_true(last_begun == 0 || now > last_begun);
                event_passes += by_events_only;
                last_begun = now;
                end_at = now + SECONDS(1 + roll(60));
                unserved = 0;
                passes++;
            }
            /* Two minutes to settle, a pass under way, and five minutes between those of events. */
            assert_true(unserved == 0 || now - unserved <= SECONDS(300 + 120 + 61));
        }
        assert_true(passes > 0 && passes <= 3600 / 10);
        assert_true(event_passes <= 3600 / 300 + 1);
        schedule_clear(&schedule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_story_ends_as_told),
        cmocka_unit_test(a_trigger_is_told_the_pass_that_serves_it),
        cmocka_unit_test(a_pass_after_a_locked_one_serves_both),
        cmocka_unit_test(the_reason_is_that_of_the_trigger_the_pass_is_named_after),
        cmocka_unit_test(services_without_end_do_not_fill_the_memory),
        cmocka_unit_test(people_are_told_when_the_next_pass_comes_and_why),
        cmocka_unit_test(whatever_comes_no_trigger_is_lost_and_passes_are_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
