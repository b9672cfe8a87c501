/* SPDX-License-Identifier: MIT */
/*
 * The one timeline of rgc, which is the clock of the last pass, and how long ago something was as far as rgc can vouch
 * for that.
 *
 * Ranks compare times, which works whatever the clock does as long as all times are on one timeline. Windows ("unused
 * for 35 days") subtract them, and there a clock that was wrong, or a machine that was switched off, makes things look
 * old that nobody had the chance to use. Within one boot, the boot clock vouches for every minute. Nothing vouches for
 * the time between two passes in different boots: rgc remembers such a gap, and counts at most 24 h of it.
 *
 * Engines stamp things with the wall clock. rgc remembers as a step which stamps were taken by a clock that has been
 * set since, and puts every stamp onto the timeline where it enters. src/facts/timeline.c tells the story;
 * src/learn/learn_clock.c finds gaps and steps. All times are microseconds since the epoch.
 */
#pragma once

#include <rgc/text.h>

#include <stdbool.h>
#include <stddef.h>

/* A time for which nothing vouches: between two passes, or because somebody set the clock forward. Everything from
 * before it is younger than it looks by unvouched_usec. */
typedef struct Gap {
    Time at; /* the pass that ended the gap, or the beginning of the boot in which the clock was set */
    int64_t unvouched_usec;
    int64_t counted_usec; /* so much of what lies before `at` counts nevertheless; 0 = the clock was set */
} Gap;

/* Sorted by time. */
typedef struct Gaps {
    Gap *items;
    size_t count;
} Gaps;

void gaps_clear(Gaps *gaps);
/* Notes a gap: nothing vouches for the time between the pass at `last` and this one, except for 24 h. */
void gaps_note(Gaps *gaps, Time last, Time now);
/* The ledger's times from `boot` on were moved by `by`, older ones by `before`: moves the gaps with them. What that
 * adds between the two becomes a gap of its own. */
void gaps_move(Gaps *gaps, Time boot, int64_t by, int64_t before);
/* Moves gaps that lie after `now` back to it. */
void gaps_set_back(Gaps *gaps, Time now);
/* The age that rgc can vouch for, from `since` until `now`: a rule that removes asks for this. Negative only if `since`
 * lies in the future. */
int64_t gaps_age(const Gaps *gaps, Time since, Time now);
/* The most that the age may be: a rule that keeps asks for this. Nothing vouches for the clock across a gap, but it may
 * be right. */
int64_t gaps_age_at_most(const Gaps *gaps, Time since, Time now);
/* When something of this time will be so old by gaps_age, if no gap comes. */
Time gaps_due(const Gaps *gaps, Time since, int64_t age_usec);
/* What makes something of this time younger than the clock says, as a phrase for people; NULL = nothing. Static
 * text. */
const char *gaps_phrase(const Gaps *gaps, Time since);

/* Stamps that were taken by a clock which has been set since, and by how much. */
typedef struct ClockStep {
    Time from, until;
    Time latest; /* stamps up to here as well, as long as they lie in the future: the clock was set back */
    int64_t by_usec;
    bool is_before;          /* it concerns stamps from before the boot, which are moved only to keep the order */
    bool is_of_earlier_boot; /* the host has booted since, so this step changes no more */
} ClockStep;

typedef struct ClockSteps {
    ClockStep *items;
    size_t count;
} ClockSteps;

void steps_clear(ClockSteps *steps);
/* Notes that the clock was set by `by`: its old stamps lie from `since` to `last`, and the new ones begin at `fresh`.
 * Stamps from before that boot are moved by `before`. */
void steps_note(ClockSteps *steps, Time since, Time last, Time fresh, int64_t by, int64_t before);
/* By how much stamps from before this boot are moved at present; 0 or less. */
int64_t steps_before(const ClockSteps *steps);
/* Notes that the host has booted: from now on, the steps that are known remain as they are. */
void steps_end_boot(ClockSteps *steps);
/* Where the stamp lies on the timeline. */
Time steps_place(const ClockSteps *steps, Time stamp, Time now);
/* May `placed`, which steps_place has returned, be of the same stamp as `known`, as another clock would have taken it?
 * The two may differ by `within`, in microseconds. */
bool steps_may_be(const ClockSteps *steps, Time placed, Time known, int64_t within);
