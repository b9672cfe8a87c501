/* SPDX-License-Identifier: MIT */
/*
 * The one timeline of rgc: the clock of the last pass, and how long ago something was as far as that may be vouched for.
 *
 * Ranks compare times, and hold whatever the clock does. Windows ("unused for 35 days") subtract them, and there a clock
 * that was wrong, or a machine that was switched off, makes things look old that nobody had the chance to use. Within one
 * boot the boot clock vouches for every minute. Between two passes that no boot ID joins nothing does: such a gap is
 * remembered, and counts 24 h at most.
 *
 * Engines note what the clock on the wall said. Which of these stamps were taken by a clock that has been set since is
 * remembered as a step, and every stamp is put onto the timeline where it enters.
 */
#pragma once

#include <rgc/text.h>

#include <stdbool.h>
#include <stddef.h>

/* Between two passes, or where the clock was set forward, what nobody vouches for; things from before it are younger by
 * so much than they look. */
typedef struct Gap {
    Time at; /* the pass that ended it, or the boot in which the clock was set */
    int64_t unvouched_usec;
    int64_t counted_usec; /* of what lies before `at`, so much counts all the same */
} Gap;

/* In the order of time. */
typedef struct Gaps {
    Gap *items;
    size_t count;
} Gaps;

void gaps_clear(Gaps *gaps);
/* A pass at `now`, the first since `last`, and nothing joins them. */
void gaps_note(Gaps *gaps, Time last, Time now);
/* Times from `boot` on were moved by `by`, older ones by `before`. */
void gaps_move(Gaps *gaps, Time boot, int64_t by, int64_t before);
/* None lies after `now`. */
void gaps_set_back(Gaps *gaps, Time now);
/* From `since` until `now`, as far as it may be vouched for; never below 0 for a `since` that is not in the future. */
int64_t gaps_age(const Gaps *gaps, Time since, Time now);
/* The most that it may be: a keeping rule asks this. Behind a gap nobody vouches for the clock, but it may be right. */
int64_t gaps_age_at_most(const Gaps *gaps, Time since, Time now);
/* When something of this time will be so old, if no gap comes. */
Time gaps_due(const Gaps *gaps, Time since, int64_t age_usec);
/* What makes it younger than the clocks say, as a phrase; NULL = nothing does. Static. */
const char *gaps_phrase(const Gaps *gaps, Time since);

/* Stamps that were taken by a clock which has been set since. */
typedef struct ClockStep {
    Time from, until;
    Time latest; /* those up to here too, while they lie in the future: the clock was set back */
    int64_t by_usec;
    bool is_before; /* stamps from before the boot, moved with the rest to keep their order */
    bool is_past;   /* the host has booted since: its clock is not set any more */
} ClockStep;

typedef struct ClockSteps {
    ClockStep *items;
    size_t count;
} ClockSteps;

void steps_clear(ClockSteps *steps);
/* The clock was set by `by`. Its old stamps lie from `since` to `last`, the new ones begin at `fresh`. Stamps from before
 * that boot are moved by `before`. */
void steps_note(ClockSteps *steps, Time since, Time last, Time fresh, int64_t by, int64_t before);
/* By how much stamps from before this boot are moved; 0 or less. */
int64_t steps_before(const ClockSteps *steps);
/* The host has booted. */
void steps_end_boot(ClockSteps *steps);
/* The stamp on the timeline. */
Time steps_place(const ClockSteps *steps, Time stamp, Time now);
/* May the stamp be what is known already, as a clock that has been set since said it? */
bool steps_may_be(const ClockSteps *steps, Time stamp, Time known);
