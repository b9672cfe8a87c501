/* SPDX-License-Identifier: MIT */
/*
 * How old something is, as far as that may be vouched for, and where stamps of wrong clocks belong.
 *
 * The problem: windows such as "unused for 35 days" are meant for a host that is in use. A machine that was switched
 * off for a month makes everything look a month older, though nobody could use anything; and so does a clock that was
 * set forward. Order is not affected by this, ages are.
 *
 * The idea of gaps: the time between two passes that no common boot joins is a gap, and of each gap at most 24 h count.
 * "Last used 40 days ago, with one gap of 31 days" is 10 days old. A daily cron job and a machine that rests at night
 * lose nothing. What happened within a gap loses only as much as came after it. A clock that was set forward makes a
 * gap of which nothing counts. A rule that removes asks for this age (gaps_age). A rule that keeps asks for the most
 * that the age may be (gaps_age_at_most), where only the setting of a clock is taken off, because that was seen.
 *
 * The idea of steps: once the clock was set, the engine goes on reporting stamps that the old clock has taken. A step
 * knows from when to when that clock ran, and by how much it was set. Of several clocks that may have taken a stamp,
 * the last one counts, which makes the thing youngest (steps_place).
 *
 * What is never allowed: that a gap or a step makes anything older; that these lists grow without end: the oldest gaps
 * merge, which again makes things younger only. tests/unit/facts/timeline.c (h45, h46) tests this.
 */
#include <rgc/timeline.h>

#include <rgc/memory.h>
#include <rgc/saturate.h>

#include <string.h>

/* At most so much of a gap counts: enough for a daily cron job, and for a machine that rests at night. */
#define VOUCHED_AT_MOST USEC_PER_DAY
/* A monthly cron job on a host that boots in between makes 12 gaps a year. Beyond this, the two oldest become one. */
#define GAPS_MAX 64
/* Nobody knows what a clock was that is set more often; the oldest step is forgotten. */
#define CLOCK_STEPS_MAX 32

void gaps_clear(Gaps *gaps)
{
    free(gaps->items);
    *gaps = (Gaps){0};
}

/* What lies between the two oldest gaps looks younger by that, so it is kept longer. */
static void merge_oldest(Gaps *gaps)
{
    Gap *second = &gaps->items[1];
    second->unvouched_usec = saturating_add(second->unvouched_usec, gaps->items[0].unvouched_usec);
    memmove(gaps->items, second, (gaps->count - 1) * sizeof(*second));
    gaps->count--;
}

static void add_gap(Gaps *gaps, Gap gap)
{
    if (gaps->count >= GAPS_MAX)
        merge_oldest(gaps);
    *array_add(&gaps->items, &gaps->count) = gap;
    for (size_t i = gaps->count - 1; i > 0 && gaps->items[i - 1].at > gap.at; i--) {
        gaps->items[i] = gaps->items[i - 1];
        gaps->items[i - 1] = gap;
    }
}

void gaps_note(Gaps *gaps, Time last, Time now)
{
    if (last > 0 && now - last > VOUCHED_AT_MOST)
        add_gap(gaps,
                (Gap){.at = now, .unvouched_usec = now - last - VOUCHED_AT_MOST, .counted_usec = VOUCHED_AT_MOST});
}

static void drop_empty(Gaps *gaps)
{
    size_t kept = 0;

    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].unvouched_usec > 0)
            gaps->items[kept++] = gaps->items[i];
    gaps->count = kept;
}

/* Takes `usec` away from the gaps after `since`, from the newest one first. */
static void take_away(Gaps *gaps, Time since, int64_t usec)
{
    for (size_t i = gaps->count; i-- > 0 && usec > 0 && gaps->items[i].at >= since;) {
        int64_t *unvouched = &gaps->items[i].unvouched_usec;
        int64_t taken = *unvouched < usec ? *unvouched : usec;
        *unvouched -= taken;
        usec -= taken;
    }
    drop_empty(gaps);
}

void gaps_move(Gaps *gaps, Time boot, int64_t by, int64_t before)
{
    int64_t parted = saturating_subtract(by, before);
    Time now = saturating_add(boot, by);

    for (size_t i = 0; i < gaps->count; i++)
        saturating_grow(&gaps->items[i].at, gaps->items[i].at >= boot ? by : before);
    if (parted > 0)
        add_gap(gaps, (Gap){.at = now, .unvouched_usec = parted});
    else
        take_away(gaps, now, -parted);
}

void gaps_set_back(Gaps *gaps, Time now)
{
    for (size_t i = 0; i < gaps->count; i++) {
        Gap *gap = &gaps->items[i];
        if (gap->at > now) {
            gap->unvouched_usec = saturating_subtract(gap->unvouched_usec, gap->at - now);
            gap->at = now;
        }
    }
    drop_empty(gaps);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How much of the gap makes something of this time younger. What happened within the gap loses only what came after. */
static int64_t unvouched_of(const Gap *gap, Time since)
{
    int64_t part = saturating_subtract(saturating_subtract(gap->at, since), gap->counted_usec);
    return part > 0 ? smaller(part, gap->unvouched_usec) : 0;
}

static int64_t unvouched_since(const Gaps *gaps, Time since)
{
    int64_t sum = 0;

    for (size_t i = 0; i < gaps->count; i++)
        sum = saturating_add(sum, unvouched_of(&gaps->items[i], since));
    return sum;
}

int64_t gaps_age(const Gaps *gaps, Time since, Time now)
{
    int64_t age = now - since, unvouched = unvouched_since(gaps, since);

    return age <= 0 ? age : age > unvouched ? age - unvouched : 0;
}

int64_t gaps_age_at_most(const Gaps *gaps, Time since, Time now)
{
    int64_t age = now - since, known = 0;

    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].counted_usec == 0) /* somebody set the clock, and rgc saw that */
            known = saturating_add(known, unvouched_of(&gaps->items[i], since));
    return age <= 0 ? age : age > known ? age - known : 0;
}

Time gaps_due(const Gaps *gaps, Time since, int64_t age_usec)
{
    return saturating_add(saturating_add(since, age_usec), unvouched_since(gaps, since));
}

const char *gaps_phrase(const Gaps *gaps, Time since)
{
    const char *phrase = NULL;

    for (size_t i = 0; i < gaps->count; i++) {
        const Gap *gap = &gaps->items[i];
        if (unvouched_of(gap, since) > 0 && gap->counted_usec > 0)
            return "only 24 h of each gap between passes count";
        if (unvouched_of(gap, since) > 0)
            phrase = "the time by which somebody set the clock does not count";
    }
    return phrase;
}

void steps_clear(ClockSteps *steps)
{
    free(steps->items);
    *steps = (ClockSteps){0};
}

static void add_step(ClockSteps *steps, ClockStep step)
{
    if (step.until < step.from && step.latest < step.from)
        return;
    if (steps->count >= CLOCK_STEPS_MAX) {
        memmove(steps->items, steps->items + 1, (steps->count - 1) * sizeof(*steps->items));
        steps->count--;
    }
    *array_add(&steps->items, &steps->count) = step;
}

/* Steps of this boot move together with the clock. Returns whether one of them concerns stamps from before the boot;
 * *first becomes the earliest beginning of the others. */
static bool set_again(ClockSteps *steps, int64_t by, int64_t before, Time fresh, Time *first)
{
    size_t kept = 0;
    bool has_before = false;

    for (size_t i = 0; i < steps->count; i++) {
        ClockStep *step = &steps->items[i];
        if (!step->is_of_earlier_boot) {
            saturating_grow(&step->by_usec, step->is_before ? before : by);
            step->until = smaller(step->until, fresh - 1); /* what the new clock stamps is no stamp of that one */
        }
        if (!step->is_of_earlier_boot && !step->is_before && step->from < *first)
            *first = step->from;
        has_before |= !step->is_of_earlier_boot && step->is_before;
        if (step->by_usec == 0)
            continue;
        steps->items[kept++] = *step;
    }
    steps->count = kept;
    return has_before;
}

void steps_note(ClockSteps *steps, Time since, Time last, Time fresh, int64_t by, int64_t before)
{
    Time first = since, until = by < 0 ? smaller(last, fresh - 1) : last;
    bool has_before = set_again(steps, by, before, fresh, &first);

    add_step(steps, (ClockStep){.from = since, .until = until, .latest = last, .by_usec = by});
    if (before != 0 && !has_before)
        add_step(steps, (ClockStep){.from = 1,
                                    .until = smaller(first, fresh) - 1,
                                    .latest = first - 1,
                                    .by_usec = before,
                                    .is_before = true});
}

int64_t steps_before(const ClockSteps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].is_before && !steps->items[i].is_of_earlier_boot)
            return smaller(steps->items[i].by_usec, 0);
    return 0;
}

void steps_end_boot(ClockSteps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        steps->items[i].is_of_earlier_boot = true;
}

static bool may_have_taken(const ClockStep *step, Time stamp, Time now)
{
    return stamp >= step->from && (stamp <= step->until || (stamp > now && stamp <= step->latest));
}

/* One clock has taken the stamp. Of those that may have, the last one counts, because it makes the stamp the latest. A
 * stamp from before a boot moves with that boot as well. */
Time steps_place(const ClockSteps *steps, Time stamp, Time now)
{
    int64_t by = 0;
    bool is_found = false;

    for (size_t i = steps->count; i-- > 0 && stamp > 0;) {
        const ClockStep *step = &steps->items[i];
        if ((is_found && !step->is_before) || !may_have_taken(step, stamp, now))
            continue;
        by = saturating_add(by, step->by_usec);
        is_found |= !step->is_before;
    }
    Time placed = saturating_add(stamp, by);
    return stamp > 0 && placed < 1 ? 1 : placed;
}

static bool are_near(Time a, Time b, int64_t within)
{
    int64_t parted = saturating_subtract(a, b);
    return parted <= within && parted >= -within;
}

/* Does some clock that was set since put the stamp at `known`? */
static bool puts_at(const ClockSteps *steps, Time stamp, Time known, int64_t within)
{
    for (size_t i = 0; i < steps->count; i++) {
        const ClockStep *step = &steps->items[i];
        if (stamp >= step->from && stamp <= step->latest &&
            are_near(saturating_add(stamp, step->by_usec), known, within))
            return true;
    }
    return false;
}

bool steps_may_be(const ClockSteps *steps, Time placed, Time known, int64_t within)
{
    if (puts_at(steps, placed, known, within))
        return true;
    for (size_t i = 0; i < steps->count; i++) {
        const ClockStep *step = &steps->items[i];
        Time stamp = saturating_subtract(placed, step->by_usec);
        if (stamp >= step->from && stamp <= step->latest && puts_at(steps, stamp, known, within))
            return true;
    }
    return false;
}
