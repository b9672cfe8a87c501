/* SPDX-License-Identifier: MIT */
/*
 * What a pass leaves out although it was decided. plan_decide applies this to the finished plan, so that people see
 * what rgc would do and why, and no rule has to know of it.
 *
 * With a clock that cannot be trusted (SUSPENSION_CLOCK), every removal becomes a wait without a time, and no cache is
 * pruned. During the trial the plan remains as it is, and the pass does not carry it out. With --app, whatever does not
 * belong to the app is taken out of the plan. It has been judged nevertheless, because an image of another app may be
 * in use by what this one keeps. tests/unit/decide/decision.c tests this.
 */
#include "plan_parts.h"

#include <string.h>

/* Turns a removal into a wait. The reason remains that for which rgc would remove it. */
static void suspend_judgement(Judgement *judgement, const char *why)
{
    if (judgement->verdict == VERDICT_REMOVE)
        judgement_set(judgement, VERDICT_WAIT, judgement->reason, 0, xasprintf("%s; %s", judgement->detail, why));
}

static void leave_builders(Plan *plan)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        plan->builders[i].prune = false;
        plan->builders[i].removes = false;
        plan->builders[i].cache.evict_bytes = plan->builders[i].cache.evict_most_bytes = 0;
        plan->builders[i].cache.evict_records = 0;
    }
}

void plan_suspend(Plan *plan, Suspension suspension)
{
    static const char why[] = "the clock has jumped: this pass removes nothing";
    plan->suspension = suspension;
    if (suspension != SUSPENSION_CLOCK)
        return;
    for (size_t i = 0; i < plan->n_images; i++) {
        suspend_judgement(&plan->images[i].judgement, why);
        for (size_t j = 0; j < plan->images[i].n_apps; j++)
            suspend_judgement(&plan->images[i].apps[j].judgement, why);
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        suspend_judgement(&plan->containers[i].judgement, why);
    plan->cache.evict_bytes = plan->cache.evict_most_bytes = 0;
    plan->cache.evict_records = 0;
    plan->cache.is_blind = false;
    leave_builders(plan);
}

static bool is_of_app(const Plan *plan, size_t app, const char *name)
{
    return app != NO_APP && strcmp(plan->apps[app].name, name) == 0;
}

static bool image_is_of_app(const Plan *plan, const PlannedImage *image, const char *name)
{
    for (size_t i = 0; i < image->n_apps; i++)
        if (is_of_app(plan, image->apps[i].app, name))
            return true;
    return false;
}

/* plan->apps keeps all apps, because memberships point into it by index. */
void plan_restrict(Plan *plan, const char *app)
{
    size_t kept = 0;

    if (!app)
        return;
    for (size_t i = 0; i < plan->n_images; i++) {
        if (image_is_of_app(plan, &plan->images[i], app))
            plan->images[kept++] = plan->images[i];
        else
            planned_image_clear(&plan->images[i]);
    }
    plan->n_images = kept;
    kept = 0;
    for (size_t i = 0; i < plan->n_containers; i++) {
        if (is_of_app(plan, plan->containers[i].app, app))
            plan->containers[kept++] = plan->containers[i];
        else
            free(plan->containers[i].judgement.detail);
    }
    plan->n_containers = kept;
    for (size_t i = 0; i < plan->n_apps; i++)
        plan->apps[i].is_left_out = strcmp(plan->apps[i].name, app) != 0;
    plan->cache.is_left_out = true;
    plan->cache.is_blind = false;
    plan->cache.evict_bytes = plan->cache.evict_most_bytes = 0;
    plan->cache.evict_records = 0;
    leave_builders(plan);
}
