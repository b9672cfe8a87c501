/* SPDX-License-Identifier: MIT */
#include "plan_parts.h"

#include <string.h>

void judgement_set(Judgement *judgement, Verdict verdict, Reason reason, Time eligible_at, char *detail)
{
    free(judgement->detail);
    *judgement = (Judgement){.verdict = verdict, .reason = reason, .eligible_at = eligible_at, .detail = detail};
}

void judgement_copy(Judgement *ret, const Judgement *from)
{
    judgement_set(ret, from->verdict, from->reason, from->eligible_at, xstrdup(from->detail));
}

void plan_decide(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                 const DecideOptions *options, Plan *ret)
{
    cleanup_with(context_clear) Context context = {};

    *ret = (Plan){.snapshot = snapshot, .now = now};
    context_make(snapshot, ledger, policy, options, now, &context);
    plan_images(&context, ret);
    plan_containers(&context, ret);
    plan_held_images(&context, ret);
    plan_cache(&context, ret);
    plan_builders(&context, ret);
    plan_pressure(&context, ret);
    plan_apps(&context, ret);
    plan_restrict(ret, options->app);
    plan_apply_hold(ret, options->hold);
    plan_estimate(ret);
}

/* "Reason that would remove it" with the verdict wait: listed, not removed. */
static void hold_judgement(Judgement *judgement, const char *why)
{
    if (judgement->verdict == VERDICT_REMOVE)
        judgement_set(judgement, VERDICT_WAIT, judgement->reason, 0, xasprintf("%s; %s", judgement->detail, why));
}

static void leave_builders(Plan *plan)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        plan->builders[i].prune = false;
        plan->builders[i].removes = false;
        plan->builders[i].cache.evict_bytes = 0;
        plan->builders[i].cache.evict_records = 0;
    }
}

void plan_apply_hold(Plan *plan, Hold hold)
{
    static const char why[] = "the clock has jumped: this pass removes nothing";
    plan->hold = hold;
    if (hold != HOLD_CLOCK)
        return;
    for (size_t i = 0; i < plan->n_images; i++) {
        hold_judgement(&plan->images[i].judgement, why);
        for (size_t j = 0; j < plan->images[i].n_apps; j++)
            hold_judgement(&plan->images[i].apps[j].judgement, why);
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        hold_judgement(&plan->containers[i].judgement, why);
    plan->cache.evict_bytes = 0;
    plan->cache.evict_records = 0;
    leave_builders(plan);
}

static void planned_image_clear(PlannedImage *image)
{
    for (size_t i = 0; i < image->n_apps; i++) {
        free(image->apps[i].version);
        free(image->apps[i].judgement.detail);
    }
    free(image->apps);
    free(image->judgement.detail);
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

/* plan->apps keeps all: memberships point into it by index. */
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
    plan->cache.evict_bytes = 0;
    plan->cache.evict_records = 0;
    leave_builders(plan);
}

bool plan_removes_anything(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    for (size_t i = 0; i < plan->n_builders; i++)
        if (plan->builders[i].prune || plan->builders[i].removes)
            return true;
    return plan->cache.evict_records > 0;
}

const PlannedImage *plan_image(const Plan *plan, const char *id)
{
    for (size_t low = 0, high = plan->n_images; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(plan->images[middle].image->id, id);
        if (order == 0)
            return &plan->images[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void planned_app_clear(PlannedApp *app)
{
    free(app->name);
    free(app->destination);
    free(app->current_version);
    strings_clear(&app->current);
    strings_clear(&app->rollback_versions);
    for (size_t i = 0; i < app->n_not_ready; i++) {
        free(app->not_ready[i].version);
        free(app->not_ready[i].why);
    }
    free(app->not_ready);
}

void plan_clear(Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        planned_image_clear(&plan->images[i]);
    free(plan->images);
    for (size_t i = 0; i < plan->n_containers; i++)
        free(plan->containers[i].judgement.detail);
    free(plan->containers);
    for (size_t i = 0; i < plan->n_apps; i++)
        planned_app_clear(&plan->apps[i]);
    free(plan->apps);
    for (size_t i = 0; i < plan->n_builders; i++)
        free(plan->builders[i].reason);
    free(plan->builders);
    free(plan->pressure.explanation);
    *plan = (Plan){};
}
