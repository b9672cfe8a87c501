/* SPDX-License-Identifier: MIT */
#include <rgc/timeline.h>

#include <rgc/memory.h>
#include <rgc/saturate.h>

/* Counts at most so much of a gap: enough for the daily cron job, and for a machine that rests at night. */
#define VOUCHED_AT_MOST USEC_PER_DAY
/* A monthly cron job on a host that boots in between makes 12 a year; the oldest ones become one. */
#define GAPS_MAX 64

void gaps_clear(Gaps *gaps)
{
    free(gaps->items);
    *gaps = (Gaps){0};
}

/* What lies between the two oldest looks younger by that, so it is kept longer. */
static void merge_oldest(Gaps *gaps)
{
    gaps->items[1].unvouched_usec = saturating_add(gaps->items[1].unvouched_usec, gaps->items[0].unvouched_usec);
    for (size_t i = 1; i < gaps->count; i++)
        gaps->items[i - 1] = gaps->items[i];
    gaps->count--;
}

void gaps_note(Gaps *gaps, Time last, Time now)
{
    if (last <= 0 || now - last <= VOUCHED_AT_MOST)
        return;
    if (gaps->count >= GAPS_MAX)
        merge_oldest(gaps);
    *array_add(&gaps->items, &gaps->count) = (Gap){.at = now, .unvouched_usec = now - last - VOUCHED_AT_MOST};
}

void gaps_set_back(Gaps *gaps, Time now)
{
    size_t kept = 0;

    for (size_t i = 0; i < gaps->count; i++) {
        Gap gap = gaps->items[i];
        if (gap.at > now) {
            gap.unvouched_usec -= gap.at - now;
            gap.at = now;
        }
        if (gap.unvouched_usec > 0)
            gaps->items[kept++] = gap;
    }
    gaps->count = kept;
}

static int64_t unvouched_since(const Gaps *gaps, Time since)
{
    int64_t sum = 0;

    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].at > since)
            sum = saturating_add(sum, gaps->items[i].unvouched_usec);
    return sum;
}

int64_t gaps_age(const Gaps *gaps, Time since, Time now)
{
    int64_t age = now - since, unvouched = unvouched_since(gaps, since);

    /* What happened within a gap is younger than the whole of it. */
    return age <= 0 ? age : age > unvouched ? age - unvouched : 0;
}

Time gaps_due(const Gaps *gaps, Time since, int64_t age_usec)
{
    return saturating_add(saturating_add(since, age_usec), unvouched_since(gaps, since));
}
