/* SPDX-License-Identifier: MIT */
/* What is asked of a finished plan, and how it is freed. src/decide makes it. */
#include <rgc/ownership.h>
#include <rgc/plan.h>
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
    return plan->cache.evict_records > 0 || plan->cache.is_blind;
}

bool plan_has_namesake(const Plan *plan, const PlannedApp *app)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *other = &plan->apps[i];
        if (other != app && !other->is_gone && other->kind == app->kind && strcmp(other->name, app->name) == 0 &&
            same_text(other->destination, app->destination))
            return true;
    }
    return false;
}

const Membership *planned_membership(const PlannedImage *image, size_t app)
{
    for (size_t i = 0; image && i < image->n_apps; i++)
        if (image->apps[i].app == app)
            return &image->apps[i];
    return NULL;
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

const PlannedBuilder *plan_builder(const Plan *plan, const char *container_id)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        const char *id = plan->builders[i].builder->container_id;
        if (id && strcmp(id, container_id) == 0)
            return &plan->builders[i];
    }
    return NULL;
}

void planned_image_clear(PlannedImage *image)
{
    for (size_t i = 0; i < image->n_apps; i++) {
        free(image->apps[i].version);
        free(image->apps[i].judgement.detail);
    }
    free(image->apps);
    free(image->judgement.detail);
}

static void planned_app_clear(PlannedApp *app)
{
    free(app->name);
    free(app->destination);
    free(app->folder);
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
    for (size_t i = 0; i < plan->n_patterns; i++) {
        free(plan->patterns[i].where);
        free(plan->patterns[i].nearest);
    }
    free(plan->patterns);
    *plan = (Plan){0};
}
