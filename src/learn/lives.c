/* SPDX-License-Identifier: MIT */
/*
 * Whether a container has served.
 *
 * The problem: a rollback should lead to a release that worked, and the engine does not know which did. It reports only
 * a container's last life: one start, one end, one exit code. And to run is not to serve: Kamal starts the new
 * container beside the old one, and stops the old one only when the new one is healthy. A release that never gets
 * healthy may run for minutes.
 *
 * The idea: rgc collects evidence. A container has served if it lived for min_uptime, for Kamal counted from the end of
 * the last older container of its role; unless a newer one had taken over already when it ended. It has failed if it
 * ended before that, keeps restarting, or was created by Kamal and not started within min_uptime. An end with exit code
 * 0 is no failure outside Kamal where no policy restarts the container: that is a migration which has done its work.
 *
 * What is never allowed: that a lack of knowledge counts as a failure. Neither is claimed of a container that was not
 * inspected, nor beside an older one that was not; if nobody saw it end, as after a power cut; or if it may have lived
 * before the life that the engine reports. has_served wins over has_failed, in whatever order they are found; and so does
 * may_have_served, because a release may have several containers, of which one has failed.
 *
 * tests/unit/learn/lives.c, tests/unit/learn/learning.c and the history h05 in
 * tests/unit/decide/histories_deploys.c test this.
 */
#include "lives.h"

#include <string.h>

/* An end is the process's own, but the engine notes the start a moment after it. A container that ends at once may seem
 * to have ended before it started, by less than this. */
#define START_NOTED_WITHIN USEC_PER_SEC

/* A container's first start follows its creation within this time. */
#define FIRST_START_WITHIN (10 * USEC_PER_SEC)

static int compare_roles(const Container *a, const Container *b)
{
    int order = compare_text(a->labels.service, b->labels.service);
    if (order == 0)
        order = compare_text(a->labels.destination, b->labels.destination);
    if (order == 0)
        order = compare_text(a->labels.role, b->labels.role);
    return order;
}

static int compare_in_group(const void *a, const void *b)
{
    const Container *x = *(const Container *const *)a, *y = *(const Container *const *)b;
    int order = compare_roles(x, y);
    if (order == 0)
        order = x->created < y->created ? -1 : x->created > y->created;
    return order;
}

bool is_kamals(const Snapshot *snapshot, const Container *container)
{
    return owner_is_kamals(container, snapshot_image(snapshot, container->image_id));
}

void group_make(const Snapshot *snapshot, Group *ret)
{
    ret->items = xcalloc(snapshot->n_containers + 1, sizeof(*ret->items));
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (is_kamals(snapshot, &snapshot->containers[i]))
            ret->items[ret->count++] = &snapshot->containers[i];
    qsort(ret->items, ret->count, sizeof(*ret->items), compare_in_group);
}

/* The index after the container and all that were created in the same second: engines report whole seconds. */
static size_t group_end(const Group *group, const Container *container)
{
    const Container **found = bsearch(&container, group->items, group->count, sizeof(*group->items), compare_in_group);
    size_t at = found ? (size_t)(found - group->items) : 0;
    while (at < group->count && compare_in_group(&group->items[at], &container) == 0)
        at++;
    return at;
}

/* Was a newer container of the role here already when this one ended? Then that one took over, and an older one that
 * ran beside this one is a container that nobody has stopped. */
static bool was_succeeded(const Group *group, const Container *container)
{
    for (size_t i = group_end(group, container); i < group->count; i++) {
        if (compare_roles(group->items[i], container) != 0)
            return false;
        if (group->items[i]->created <= container->run.finished)
            return true;
    }
    return false;
}

/* Of an older container that was started again after this one, the engine does not report how long it ran before. */
static Time may_have_run_until(const Container *older, Time now)
{
    const Run *run = &older->run;
    bool has_lived_before = run->started - older->created > FIRST_START_WITHIN;
    return !has_lived_before ? 0 : run->started < now ? run->started : now;
}

bool older_ran_until(const Group *group, const Container *container, Time now, Beside *ret)
{
    *ret = (Beside){0};
    for (size_t i = group_end(group, container); i-- > 0;) {
        const Container *older = group->items[i];
        if (compare_roles(older, container) != 0)
            break;
        if (older == container)
            continue;
        if (!older->run.is_known)
            return false;
        if (older->run.started > container->run.started)
            ret->may_until = later(ret->may_until, may_have_run_until(older, now));
        if (older->run.started == 0 || older->run.started > container->run.started)
            continue;
        Time end = container_state_is_live(older->state) ? now : older->run.finished;
        if (end <= now)
            ret->until = later(ret->until, end);
    }
    return true;
}

/* A container that was started long after it was created, and not by its restart policy, has lived before: before a
 * reboot, a `docker restart` or an update of the engine. Nobody knows how that went, so it may have served. */
static bool may_have_lived_before(const Container *container)
{
    const Run *run = &container->run;

    return run->restarts == 0 && run->started - container->created > FIRST_START_WITHIN;
}

Life judge_life(const Container *container, const Group *group, const Owner *owner, int64_t min_uptime, Time now)
{
    const Run *run = &container->run;
    bool is_live = container_state_is_live(container->state);

    if (!run->is_known || owner->is_exec)
        return (Life){0};
    if (run->started == 0) {
        bool never_started = owner->kind == APP_KAMAL && container_state_is_stopped(container->state) &&
                             now - container->created >= min_uptime;
        return (Life){.has_failed = never_started};
    }
    if (!is_live && run->finished < run->started - START_NOTED_WITHIN)
        /* Nobody saw it end, as after a power cut; or it is restarting, and the list was asked a moment earlier. */
        return (Life){.may_have_served = run->finished > 0 || run->restarts == 0};
    Time begin = run->started;
    Time end = is_live ? now : run->finished > begin ? run->finished : begin;
    Beside beside = {0};
    if (owner->kind == APP_KAMAL && (is_live || !was_succeeded(group, container))) {
        if (!older_ran_until(group, container, now, &beside))
            return (Life){0};
        begin = later(begin, beside.until);
    }
    if (container->state != STATE_RESTARTING && end - begin >= min_uptime)
        return (Life){.has_served = end - beside.may_until >= min_uptime};
    if (may_have_lived_before(container))
        return (Life){.may_have_served = true};
    bool keeps_restarting = container->state == STATE_RESTARTING || (is_live && run->restarts > 1);
    bool has_ended = container->state == STATE_EXITED || container->state == STATE_DEAD;
    /* A container that does its work and ends, such as a migration, has not failed. */
    bool is_done = owner->kind != APP_KAMAL && has_ended && run->exit_code == 0 && !run->has_restart_policy;
    return (Life){.has_failed = (has_ended && !is_done) || keeps_restarting};
}
