/* SPDX-License-Identifier: MIT */
/*
 * How long ago something was, as far as that may be vouched for.
 *
 * Ranks compare times, and hold whatever the clock does. Windows ("unused for 35 days") subtract them, and there a clock
 * that was wrong, or a machine that was switched off, makes things look old that nobody had the chance to use. Within one
 * boot the boot clock vouches for every minute. Between two passes that no boot ID joins nothing does: such a gap is
 * remembered, and counts 24 h at most.
 */
#pragma once

#include <rgc/text.h>

#include <stddef.h>

/* Of a gap between two passes what nobody vouches for; things from before it are younger by so much than they look. */
typedef struct Gap {
    Time at; /* the pass that ended it */
    int64_t unvouched_usec;
} Gap;

/* In the order of time. */
typedef struct Gaps {
    Gap *items;
    size_t count;
} Gaps;

void gaps_clear(Gaps *gaps);
/* A pass at `now`, the first since `last`, and nothing joins them. */
void gaps_note(Gaps *gaps, Time last, Time now);
/* The clock was set back to `now`: what a gap had counted beyond it has never been. */
void gaps_set_back(Gaps *gaps, Time now);
/* From `since` until `now`; never below 0 for a `since` that is not in the future. */
int64_t gaps_age(const Gaps *gaps, Time since, Time now);
/* When something of this time will be so old, if no gap comes. */
Time gaps_due(const Gaps *gaps, Time since, int64_t age_usec);
