/* SPDX-License-Identifier: MIT */
/*
 * Containers: rgc removes two kinds, and keeps all others. The first kind are stopped containers of Kamal's apps. Such
 * a container shares the fate of its image as a release of that app, because a rollback needs both or neither; only the
 * duplicate that a redeploy has replaced is removed without its image. The second kind are builders that have been
 * stopped for long enough (plan_builders.c). How a container ran must be known before rgc removes it.
 *
 * tests/unit/decide/rules_release.c and tests/unit/decide/rules_other.c test this.
 */
#include "plan_parts.h"

#include <rgc/builders.h>
#include <string.h>

bool container_is_removable(const Context *context, const Container *container)
{
    const Place *place = &context->places[container - context->snapshot->containers];
    return place->kind == APP_KAMAL && !place->is_exec && place->app != NO_APP &&
           container_state_is_stopped(container->state) && container->run.is_known && !container->labels.keep;
}

/* Is the container here that has taken its name? In a current release that must be a container of the same image, else
 * this one is what ran last. */
static bool is_duplicate(const Context *context, const Container *container, const Membership *membership)
{
    const Place *place = &context->places[container - context->snapshot->containers];
    if (!place->is_replaced)
        return false;
    cleanup_with(free_charp) char *name = xstrndup(container->name, kamal_name_length(container->name));
    const Container *other = context_container(context, &context->apps[place->app], name);
    bool is_current = membership && membership->judgement.reason == REASON_CURRENT;
    return other && (!is_current || strcmp(other->image_id, container->image_id) == 0);
}

/* A redeploy or rollback has renamed the container and created another one under its name, perhaps of another image. No
 * rollback asks for it by its new name. */
static void judge_replaced(const App *app, Judgement *ret)
{
    cleanup_with(free_charp) char *label = app_full_name(app->busy_by ? app->busy_by : app);

    if (app->busy_until > 0)
        judgement_set(ret, VERDICT_WAIT, REASON_DEPLOYING, app->busy_until,
                      xasprintf("a deploy of %s may be under way", label));
    else if (!app->primary || !app->primary->has_served)
        judgement_set(ret, VERDICT_KEEP, REASON_ROLLBACK, 0,
                      xasprintf("the current release of %s has not served yet", label));
    else
        judgement_set(ret, VERDICT_REMOVE, REASON_SUPERSEDED, 0, xstrdup("replaced by another container of its name"));
}

static void judge_removable(const Context *context, const Plan *plan, const Container *container, Judgement *ret)
{
    const Place *place = &context->places[container - context->snapshot->containers];
    const App *app = &context->apps[place->app];
    const PlannedImage *image = plan_image(plan, container->image_id);
    const Membership *membership = planned_membership(image, place->app);
    /* What rgc cannot read of an image may be the label that protects it. */
    bool is_shielded =
        (image && image->image->unreadable) || (membership && membership->judgement.reason == REASON_PROTECTED);

    if (!app->retention->remove_superseded_containers)
        judgement_set(ret, VERDICT_KEEP, REASON_PROTECTED, 0, xstrdup("protected by superseded_containers = keep"));
    else if (membership && membership->judgement.verdict == VERDICT_REMOVE)
        judgement_copy(ret, &membership->judgement);
    else if (!is_shielded && is_duplicate(context, container, membership))
        judge_replaced(app, ret);
    else if (membership)
        judgement_copy(ret, &membership->judgement);
    else
        judgement_set(ret, VERDICT_KEEP, REASON_OTHER, 0, xstrdup("its image is not in the engine's list"));
}

static void judge_other(const Context *context, const Plan *plan, const Container *container, Judgement *ret)
{
    const Place *place = &context->places[container - context->snapshot->containers];
    const Membership *membership = planned_membership(plan_image(plan, container->image_id), place->app);
    const char *state = container_state_to_string(container->state);
    char *goes = stopped_builder_goes(context, container);

    if (goes)
        judgement_set(ret, VERDICT_REMOVE, REASON_UNUSED, 0, goes);
    else if (membership && membership->judgement.reason == REASON_CURRENT)
        judgement_copy(ret, &membership->judgement);
    else if (container->labels.keep)
        judgement_set(ret, VERDICT_KEEP, REASON_PROTECTED, 0, xstrdup("label rgc.keep"));
    else if (builder_of_container(container->name))
        judgement_set(ret, VERDICT_KEEP, REASON_INFRASTRUCTURE, 0, xstrdup("a builder"));
    else if (!container_state_is_stopped(container->state))
        judgement_set(ret, VERDICT_KEEP, REASON_IN_USE, 0, xstrdup(state));
    else if (container->inspect_error)
        judgement_set(ret, VERDICT_KEEP, REASON_IN_USE, 0,
                      xasprintf("kept, because rgc could not inspect it: %s", container->inspect_error));
    else
        judgement_set(ret, VERDICT_KEEP, REASON_UNMANAGED, 0,
                      xasprintf("%s; rgc removes only stopped containers of Kamal releases", state));
}

/* A pass for one app removes no container of another app, so that container still uses its image. */
static void keep_of_other_app(const Context *context, PlannedContainer *planned)
{
    const char *wanted = context->options->app;
    bool is_other = wanted && (planned->app == NO_APP || strcmp(context->apps[planned->app].name, wanted) != 0);
    if (is_other && planned->judgement.verdict == VERDICT_REMOVE)
        judgement_set(&planned->judgement, VERDICT_KEEP, REASON_IN_USE, 0, xasprintf("does not belong to %s", wanted));
}

void plan_containers(const Context *context, Plan *plan)
{
    const Snapshot *snapshot = context->snapshot;

    plan->n_containers = snapshot->n_containers;
    plan->containers = xcalloc(plan->n_containers + 1, sizeof(*plan->containers));
    for (size_t i = 0; i < plan->n_containers; i++) {
        PlannedContainer *planned = &plan->containers[i];
        planned->container = &snapshot->containers[i];
        planned->app = context->places[i].app;
        if (container_is_removable(context, planned->container))
            judge_removable(context, plan, planned->container, &planned->judgement);
        else
            judge_other(context, plan, planned->container, &planned->judgement);
        keep_of_other_app(context, planned);
    }
}
