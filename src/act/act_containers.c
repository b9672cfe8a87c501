/* SPDX-License-Identifier: MIT */
/*
 * Containers, before anything else, because each one uses its image. All of them are stopped: recheck_container() looks
 * at each one's state right before its request, and without `force` the engine refuses a running one as well.
 */
#include "act_parts.h"

/* `removal` must not be reported yet: on_removed() resets its userdata. */
static const PlannedContainer *planned_of(const Removal *removal)
{
    return *(const PlannedContainer *const *)removal->userdata;
}

static RemovalGo on_may_start(Removal *removal, void *userdata)
{
    Act *act = userdata;
    const PlannedContainer *planned = planned_of(removal);

    if (!act_may_go_on(act))
        return REMOVAL_STOP_ALL;
    Obstacle obstacle = recheck_container(&act->recheck, act->plan, planned, &removal->error);
    if (obstacle == OBSTACLE_NONE)
        return REMOVAL_START;
    removal->outcome = act_outcome_of(obstacle);
    return REMOVAL_SKIP;
}

static void on_removed(Removal *removal, void *userdata)
{
    const PlannedContainer *planned = planned_of(removal);
    act_report(userdata, TARGET_CONTAINER, planned->container->id, planned->container->name, removal->outcome,
               removal->error);
    removal->userdata = NULL; /* reported */
}

void act_containers(Act *act)
{
    const Plan *plan = act->plan;
    Removal *removals = xcalloc(plan->n_containers + 1, sizeof(*removals));
    const PlannedContainer **planned = xcalloc(plan->n_containers + 1, sizeof(*planned));
    size_t count = 0;
    Error error = {0};

    for (size_t i = 0; i < plan->n_containers; i++) {
        if (plan->containers[i].judgement.verdict != VERDICT_REMOVE)
            continue;
        planned[count] = &plan->containers[i];
        removals[count] =
            (Removal){.kind = TARGET_CONTAINER, .target = planned[count]->container->id, .userdata = &planned[count]};
        count++;
    }
    if (count > 0 && engine_remove(act->engine, removals, count, on_may_start, on_removed, act, &error) < 0)
        act_stop(act, error.text);
    act_heed_signal(act);
    for (size_t i = 0; i < count; i++) {
        if (removals[i].userdata)
            on_removed(&removals[i], act);
        removal_clear(&removals[i]);
    }
    free(planned);
    free(removals);
    /* The list that allowed these removals still contains the containers, whose images would look used. */
    if (count > 0)
        recheck_expire(&act->recheck);
}
