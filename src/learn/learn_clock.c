/* SPDX-License-Identifier: MIT */
/*
 * What the clock has done since the last pass, and what follows for all times that rgc knows or is told.
 *
 * The problem: a host may boot in 1970 and get the right time hours later; somebody sets its clock; a virtual machine
 * is restored. Engines stamp what they do with the clock of that moment. To compare such stamps would turn the order of
 * releases upside down, and make new things look years old.
 *
 * The idea: each pass notes the boot, and by how much wall clock and boot clock differ. The next pass compares:
 *  - In the same boot the difference has changed by 10 minutes, or has shrunk so that the ledger lies in the future:
 *    the clock was set by that much. All times of this boot are moved with it (follow_step). Older ones are moved only
 *    if they would lie after the boot then. A step (timeline.h) is noted for stamps that the engine goes on reporting.
 *  - In another boot nobody vouches for the time between: a gap is noted (timeline.h).
 *  - The ledger lies in the future, and nothing explains it: the clock is doubted. Passes work on a copy and remove
 *    nothing, until the clock is set or has stood for a day; then rgc believes it (believe_at_last).
 * After ledger_enter, ledger and snapshot are on one timeline, and no other file knows that clocks jump.
 *
 * What is never allowed: that a step changes the order of what is known, or makes anything older. In the pass that
 * finds a step rgc removes nothing (left_out.c). tests/unit/facts/timeline.c, tests/unit/learn/learning.c and
 * tests/fault/clocks.py test this.
 */
#include <rgc/ledger.h>
#include <rgc/ownership.h>
#include <rgc/saturate.h>

#include <string.h>

#define CLOCK_TOLERANCE (2 * USEC_PER_SEC) /* engine and rgc read one clock, but not at the same moment */
#define CLOCK_JUMP (10 * USEC_PER_MINUTE)
/* If a boot comes this long after the last pass, its clock may be wrong, and one pass waits for it to be set. */
#define CLOCK_GAP (400 * USEC_PER_DAY)

static bool is_boot(const char *boot_id, const EngineInfo *engine)
{
    return boot_id && engine->boot_id && strcmp(boot_id, engine->boot_id) == 0;
}

static bool is_jump(int64_t parted)
{
    return parted >= CLOCK_JUMP || parted <= -CLOCK_JUMP;
}

typedef struct Latest {
    Time before; /* only times before this one count; 0 = all count */
    Time found;
} Latest;

static void find_latest(Time *time, void *userdata)
{
    Latest *latest = userdata;
    if (*time > latest->found && (latest->before == 0 || *time < latest->before))
        latest->found = *time;
}

static Time latest_time(const Ledger *ledger, Time before)
{
    Latest latest = {.before = before};
    Ledger looked_at = *ledger;
    ledger_each_time(&looked_at, find_latest, &latest);
    return latest.found;
}

static bool is_in_future(const Ledger *ledger, Time now)
{
    return latest_time(ledger, 0) > now + CLOCK_TOLERANCE;
}

/* By how much the clock was set in this boot since the last pass; 0 = it was not, or nobody can tell. A few minutes
 * count only if they leave the ledger in the future. */
static int64_t step_in_boot(const Ledger *ledger, const EngineInfo *engine, Time now)
{
    if (!is_boot(ledger->boot_id, engine))
        return 0;
    int64_t by = saturating_subtract(engine->clock_offset_usec, ledger->clock_offset_usec);
    return is_jump(by) || (by < 0 && is_in_future(ledger, now)) ? by : 0;
}

/* Is this the clock that was doubted, and has nobody set it since? */
static bool is_doubted(const Ledger *ledger, const EngineInfo *engine)
{
    return ledger->doubt.since > 0 && same_text(ledger->doubt.boot_id, engine->boot_id) &&
           !is_jump(saturating_subtract(engine->clock_offset_usec, ledger->doubt.clock_offset_usec));
}

static bool has_stood(const Ledger *ledger, const EngineInfo *engine, Time now)
{
    return is_doubted(ledger, engine) && now - ledger->doubt.since >= CLOCK_STANDS_AFTER;
}

ClockVerdict ledger_clock(const Ledger *ledger, const EngineInfo *engine, Time now)
{
    if (ledger->stored)
        ledger = ledger->stored;
    if (ledger->is_new || ledger->learned == 0)
        return CLOCK_FINE;
    if (step_in_boot(ledger, engine, now) != 0)
        return CLOCK_JUMPED;
    if (is_in_future(ledger, now))
        return has_stood(ledger, engine, now) ? CLOCK_FINE : CLOCK_BEHIND;
    if (!ledger->boot_id || !engine->boot_id || is_boot(ledger->boot_id, engine))
        return CLOCK_FINE;
    /* The clock of this boot was doubted, and somebody has set it since. */
    if (ledger->doubt.since > 0 && is_boot(ledger->doubt.boot_id, engine) && !is_doubted(ledger, engine))
        return CLOCK_JUMPED;
    /* A gap is no jump (rgc/timeline.h), unless it is longer than any host rests. */
    return now - ledger->learned >= CLOCK_GAP ? CLOCK_JUMPED : CLOCK_FINE;
}

typedef struct Move {
    Time boot, now;
    int64_t by, before;
} Move;

static void move_time(Time *time, void *userdata)
{
    const Move *move = userdata;
    if (*time <= 0)
        return;
    saturating_grow(time, *time >= move->boot ? move->by : move->before);
    *time = *time < 1 ? 1 : *time > move->now ? move->now : *time;
}

/* What lay in the future before the step was stamped by another clock, so it does not move with this one. */
static void move_stamp(Time *time, void *userdata)
{
    const Move *move = userdata;
    if (*time <= saturating_subtract(move->now, move->by))
        move_time(time, userdata);
}

/* Times from before the boot are moved only if they would lie after it otherwise, and later moved back again. */
static int64_t move_before(const Ledger *ledger, Time boot, int64_t by)
{
    if (by >= 0) {
        int64_t lowered = -steps_before(&ledger->steps);
        return by < lowered ? by : lowered;
    }
    Time latest = latest_time(ledger, boot), begin = saturating_add(boot, by);
    return latest > 0 && latest >= begin ? begin - 1 - latest : 0;
}

/* Moves all times: the clock of the boot that began at `boot` was set by `by`, and its new stamps begin at `fresh`. */
static void follow_step(Ledger *ledger, Time boot, int64_t by, Time fresh, Time now)
{
    Move move = {.boot = boot, .now = now, .by = by, .before = move_before(ledger, boot, by)};
    Time since = ledger->clock_since > 0 ? ledger->clock_since : boot;

    ledger_each_time(ledger, move_time, &move);
    ledger_each_stamp(ledger, move_stamp, &move);
    if (ledger->trial_until > 0)
        saturating_grow(&ledger->trial_until, by);
    gaps_move(&ledger->gaps, boot, by, move.before);
    steps_note(&ledger->steps, since, saturating_subtract(now, by), fresh, by, move.before);
    ledger->clock_since = fresh;
}

static void believe_at_last(Ledger *ledger, const EngineInfo *engine, Time now)
{
    Time begin = is_boot(ledger->boot_id, engine) ? ledger->doubt.since : engine->clock_offset_usec;
    begin = begin > 0 && begin < now ? begin : now;
    int64_t by = saturating_subtract(begin, latest_time(ledger, 0));
    if (by < 0)
        follow_step(ledger, ledger->clock_offset_usec, by, begin, now);
}

static void clear_doubt(Ledger *ledger)
{
    free(ledger->doubt.boot_id);
    ledger->doubt = (Doubt){0};
}

static void follow_boot(Ledger *ledger, const EngineInfo *engine, Time now)
{
    steps_end_boot(&ledger->steps);
    ledger->clock_since = 0;
    gaps_note(&ledger->gaps, ledger->learned, now);
    int64_t by = saturating_subtract(engine->clock_offset_usec, ledger->doubt.clock_offset_usec);
    if (ledger->doubt.since <= 0 || !is_boot(ledger->doubt.boot_id, engine) || !is_jump(by))
        return;
    /* The ledger has kept nothing of the doubted clock, but the engine has its stamps. */
    Time fresh = saturating_add(ledger->doubt.since, by);
    steps_note(&ledger->steps, ledger->doubt.clock_offset_usec, saturating_subtract(now, by), fresh, by, 0);
    ledger->clock_since = fresh;
}

/* The ledger lay in the future when a clock was first doubted, which nobody has set since. If that clock has run past the
 * ledger by now, or the host has booted, the ledger may be of a wrong clock; unless the doubted one was years behind. */
static bool may_have_been_wrong(const Ledger *ledger, const EngineInfo *engine)
{
    bool was_set = is_boot(ledger->doubt.boot_id, engine) && !is_doubted(ledger, engine);
    int64_t behind = saturating_subtract(ledger->learned, ledger->doubt.since);
    return ledger->doubt.since > 0 && behind > 0 && behind < CLOCK_GAP && !was_set;
}

static void follow_clock(Ledger *ledger, const EngineInfo *engine, Time now)
{
    int64_t by = step_in_boot(ledger, engine, now);

    if (by != 0) {
        follow_step(ledger, ledger->clock_offset_usec, by, saturating_add(ledger->learned, by), now);
    } else if (is_boot(ledger->boot_id, engine) && !is_in_future(ledger, now)) {
        /* nothing has happened */
    } else {
        bool was_wrong = may_have_been_wrong(ledger, engine);
        bool was_ahead = is_in_future(ledger, now) || (was_wrong && is_doubted(ledger, engine));
        if (was_ahead)
            believe_at_last(ledger, engine, now);
        follow_boot(ledger, engine, now);
        ledger->is_unplaced = was_ahead || was_wrong;
    }
    clear_doubt(ledger);
}

static void note_doubt(Ledger *ledger, const EngineInfo *engine, Time now)
{
    if (is_doubted(ledger, engine))
        return;
    clear_doubt(ledger);
    ledger->doubt =
        (Doubt){.boot_id = xstrdup(engine->boot_id), .clock_offset_usec = engine->clock_offset_usec, .since = now};
}

/* Lets the pass work on a copy, from which it tells people what it would do. Nothing of it is kept. */
static void set_aside(Ledger *ledger, Time now)
{
    Move move = {.boot = 0, .now = now};
    Ledger *stored = xcalloc(1, sizeof(*stored));

    ledger_copy(stored, ledger);
    ledger->stored = stored;
    ledger_each_time(ledger, move_time, &move);
    gaps_set_back(&ledger->gaps, now);
}

static void take_back(Ledger *ledger)
{
    Ledger *stored = take_ptr(ledger->stored);

    if (!stored)
        return;
    ledger_clear(ledger);
    *ledger = *stored;
    free(stored);
}

typedef struct Placing {
    const ClockSteps *steps;
    Time now;
} Placing;

static void place_time(Time *time, void *userdata)
{
    const Placing *placing = userdata;
    *time = steps_place(placing->steps, *time, placing->now);
}

/* What the ledger knows of a container is on the timeline already, so that replaces what the engine reports. If this pass
 * has asked, it may be another life; it is the same one if some clock puts its start where the ledger has it. */
static void place_containers(const Ledger *ledger, Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        Container *container = &snapshot->containers[i];
        const ContainerRecord *record = ledger_container(ledger, container->id);
        if (record && record->created > 0)
            container->created = record->created;
        bool was_killed = container->run.was_killed;
        if (!container->is_asked)
            ledger_recall(ledger, container);
        else if (record && steps_may_be(&ledger->steps, container->run.started, record->run.started, 0))
            container->run.started = record->run.started;
        container->run.was_killed |= was_killed;
    }
}

ClockVerdict ledger_enter(Ledger *ledger, Snapshot *snapshot, Time now)
{
    const EngineInfo *engine = &snapshot->engine;

    take_back(ledger);
    ClockVerdict verdict = ledger_clock(ledger, engine, now);
    if (verdict == CLOCK_BEHIND) {
        note_doubt(ledger, engine, now);
        set_aside(ledger, now);
    } else if (ledger->learned > 0) {
        follow_clock(ledger, engine, now);
    }
    Placing placing = {.steps = &ledger->steps, .now = now};
    if (ledger->steps.count > 0) {
        snapshot_each_time(snapshot, place_time, &placing);
        place_containers(ledger, snapshot);
    }
    return verdict;
}
