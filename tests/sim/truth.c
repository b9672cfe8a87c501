/* SPDX-License-Identifier: MIT */
/* What is true of images and containers, and what of it a pass may not know. */
#include "truth.h"

#include <string.h>

/* Was the clock set between the two? */
static bool was_set_between(const World *w, Time from, Time to)
{
    for (size_t i = 0; i < w->n_changes; i++)
        if (w->changes[i].t >= from && w->changes[i].t <= to)
            return true;
    return false;
}

/* Did a pass of the present ledger see the clock before and after, in the boot
 * that goes on? Then it is put right. */
static bool is_known_change(const World *w, const ClockChange *change)
{
    return change->gen == w->gen && change->t >= w->booted;
}

static bool are_known_since(const World *w, Time t)
{
    for (size_t i = 0; i < w->n_changes; i++)
        if (w->changes[i].t >= t && !is_known_change(w, &w->changes[i]))
            return false;
    return true;
}

static void widen(Span *span, Time time)
{
    span->low = time < span->low ? time : span->low;
    span->high = time > span->high ? time : span->high;
}

/* When between two passes the clock was set no pass knows: what was noted in between may be of the clock before. */
static void widen_by_step(const World *w, size_t change, Stamp stamp, Span *span)
{
    const ClockChange *c = &w->changes[change];
    int64_t by = c->error - (change > 0 ? w->changes[change - 1].error : 0);
    Time right = stamp.t + w->clock_error;
    if (stamp.t >= c->since && (c->until == 0 || stamp.t <= c->until))
        widen(span, right + (stamp.t < c->t ? -by : by));
}

/* A pass may or may not have put the time right, for each change of the clock
 * since then. What lies in the future is wrong for sure. */
Span truth_span(const World *w, Stamp stamp)
{
    Time now = w->now + w->clock_error, right = stamp.t + w->clock_error;
    Span span = {right, right};
    bool is_known = are_known_since(w, stamp.t);
    if (stamp.wall <= now || !is_known)
        widen(&span, stamp.wall <= now ? stamp.wall : now);
    for (size_t i = 0; i < w->n_changes; i++) {
        widen_by_step(w, i, stamp, &span);
        Time other = stamp.t + w->changes[i].error;
        if (w->changes[i].t >= stamp.t && (other <= now || !is_known))
            widen(&span, other <= now ? other : now);
    }
    return span;
}

/* Steps that a pass saw within the boot are put right. Of others a day counts
 * for each pass that no boot joins to the one before; and what was before the
 * ledger is as old as the engine says. */
int64_t truth_age(const World *w, Stamp stamp)
{
    int64_t age = w->now - stamp.t, seen = w->now + w->clock_error - truth_span(w, stamp).low, vouched = age;
    if (seen <= age || are_known_since(w, stamp.t))
        return age;
    if (w->pass_gen != w->gen || stamp.t <= w->gen_began)
        return seen;
    for (size_t i = 0; i < w->n_unjoined; i++)
        if (w->unjoined[i] >= stamp.t)
            vouched += USEC_PER_DAY;
    if (w->last_pass < stamp.t || w->pass_boot != w->boot)
        vouched += USEC_PER_DAY;
    return seen < vouched ? seen : vouched;
}

static Time end_of(const World *w, const Life *life)
{
    return life->end.t > 0 ? life->end.t : w->now;
}

static bool is_of_role(const SimContainer *a, const SimContainer *b)
{
    return a != b && a->app == b->app && !a->is_exec && a->role && b->role && strcmp(a->role, b->role) == 0;
}

/* Until when an older container of its role ran beside this life;
 * `is_here_only`: as far as such a one is still here.
 */
static Time older_ran_until(const World *w, const SimContainer *c, const Life *life, bool is_here_only)
{
    Time until = 0;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *older = &w->containers[i];
        if (!is_of_role(older, c) || older->created.t > c->created.t || (is_here_only && !is_here(older)))
            continue;
        for (size_t j = 0; j < older->n_lives; j++) {
            Time end = end_of(w, &older->lives[j]);
            if (older->lives[j].start.t <= life->start.t && end > until)
                until = end;
        }
    }
    return until;
}

static bool was_ended_by_newer(const World *w, const SimContainer *c, const Life *life)
{
    for (size_t i = 0; life->end.t > 0 && i < w->n_containers; i++)
        if (is_of_role(&w->containers[i], c) && w->containers[i].created.t > c->created.t &&
            w->containers[i].created.t <= life->end.t)
            return true;
    return false;
}

/* `margin`: what engines tell is more exact than the simulator's clock, by less than a second. */
static bool has_life_served(const World *w, const SimContainer *c, const Life *life, bool is_here_only, int64_t margin)
{
    Time begin = life->start.t, end = end_of(w, life);
    if (c->app >= 0 && w->apps[c->app].kind == KIND_KAMAL && !was_ended_by_newer(w, c, life)) {
        Time until = older_ran_until(w, c, life, is_here_only);
        if (until > begin)
            begin = until;
    }
    return end - begin >= w->policy.retention.min_uptime_usec + margin;
}

static bool served(const World *w, int container, bool is_here_only, int64_t margin)
{
    const SimContainer *c = &w->containers[container];
    for (size_t i = 0; i < c->n_lives && !c->is_exec; i++)
        if (has_life_served(w, c, &c->lives[i], is_here_only, margin))
            return true;
    return false;
}

/* May a pass take one that was made later for one that was made earlier, or the other way? */
static bool may_be_confused(const World *w, const SimContainer *c)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *other = &w->containers[i];
        if (!is_of_role(other, c))
            continue;
        bool is_later = other->created.t > c->created.t;
        const SimContainer *first = is_later ? c : other, *second = is_later ? other : c;
        if (truth_span(w, second->created).low < truth_span(w, first->created).high)
            return true;
    }
    return false;
}

bool truth_has_served(const World *w, int container)
{
    const SimContainer *c = &w->containers[container];
    Time last = c->n_lives > 0 ? end_of(w, &c->lives[c->n_lives - 1]) : c->created.t;
    return !was_set_between(w, c->created.t, last) && !may_be_confused(w, c) && served(w, container, false, SECONDS(2));
}

/* As far as a pass can know: what ran beside it may be gone before a pass has
 * seen both, and a clock that was set makes a life longer or shorter than it
 * was. */
bool truth_may_have_served(const World *w, int container)
{
    const SimContainer *c = &w->containers[container];
    Time last = c->n_lives > 0 ? end_of(w, &c->lives[c->n_lives - 1]) : c->created.t;
    if (c->judged_gen == w->gen && !served(w, container, false, -SECONDS(2)))
        return false;
    return c->n_lives > 0 &&
           (was_set_between(w, c->created.t, last) || may_be_confused(w, c) || served(w, container, true, -SECONDS(2)));
}

bool truth_image_served(const World *w, int image, int group)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->image == image && c->app >= 0 && w->apps[c->app].group == group && truth_has_served(w, (int)i))
            return true;
    }
    return false;
}

Stamp truth_last_run(const World *w, int container)
{
    const SimContainer *c = &w->containers[container];
    if (c->n_lives == 0)
        return (Stamp){0};
    const Life *last = &c->lives[c->n_lives - 1];
    return last->end.t > 0 ? last->end : stamp_now(w);
}

Time truth_last_use(const World *w, int image)
{
    Time last = 0;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->image != image)
            continue;
        if (c->created.t > last)
            last = c->created.t;
        if (truth_last_run(w, (int)i).t > last)
            last = truth_last_run(w, (int)i).t;
    }
    return last;
}

bool truth_ran_since(const World *w, int image, Time t)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && truth_last_run(w, (int)i).t >= t)
            return true;
    return false;
}

bool truth_shows_step(const World *w)
{
    bool has_wrong_boot = false; /* then a day counts for what lies between the boots, however short that was */
    for (size_t i = 0; i < w->n_changes; i++)
        has_wrong_boot |= w->changes[i].t >= w->booted && w->changes[i].gen < 0;
    return w->last_pass > 0 && w->pass_boot == w->boot && w->kept_boot == w->boot && !has_wrong_boot &&
           w->n_changes == w->pass_changes;
}
