/* SPDX-License-Identifier: MIT */
/*
 * Images: what the policy says of each one, and then which of those that it would remove are in use.
 *
 * The problem: the policy judges an image as a release of one app at a time. But an image may belong to several apps,
 * and what is kept may need an image that the policy would remove. An engine does not protect all of that: it takes
 * tags off an image that a container uses, and knows nothing of mounts.
 *
 * The idea: two looks. plan_images judges each membership, and the heaviest verdict counts: a keep wins over a wait,
 * and a wait over a removal. plan_containers then judges the containers. plan_images_in_use walks over them, and turns
 * removals into "in use": of the images of containers that are kept, of images that any container mounts, of all that
 * may belong to the app of a container that cannot be read, and last, from the child upwards, of images from which a
 * kept one was made.
 *
 * What is never allowed: to make a removal of what is kept or waits; to remove anything while not even the image of
 * some container can be read (keep_all). tests/unit/decide/rules_other.c, tests/unit/decide/hidden_rows.c and the
 * histories h27 to h29 test this.
 */
#include "plan_parts.h"

#include <limits.h>
#include <rgc/reference.h>
#include <string.h>

/* A wait without a known time counts as the longest. */
static Time waits_until(const Judgement *judgement)
{
    return judgement->eligible_at > 0 ? judgement->eligible_at : TIME_MAX;
}

/* Any keep wins, then the longest wait; among equals, the reason that comes first. */
static bool outweighs(const Judgement *a, const Judgement *b)
{
    if (a->verdict != b->verdict)
        return a->verdict < b->verdict;
    if (a->verdict == VERDICT_WAIT && waits_until(a) != waits_until(b))
        return waits_until(a) > waits_until(b);
    return a->reason < b->reason;
}

static void judge_membership(const Context *context, const Image *image, const Link *link, Membership *ret)
{
    Case c;
    case_make(context, image, link, &c);
    *ret = (Membership){.app = link->app, .version = xstrdup(c.release->version)};
    case_judge(&c, &ret->judgement);
}

static void judge_image(const Context *context, size_t index, PlannedImage *ret)
{
    const Image *image = &context->snapshot->images[index];
    Case c;

    case_make(context, image, NULL, &c);
    *ret = (PlannedImage){.image = image, .arrived = c.record->arrived, .last_run = c.last_run};
    size_t first = context->first_link[index], last = context->first_link[index + 1];
    if (first == last) {
        case_judge(&c, &ret->judgement);
        return;
    }
    ret->apps = xcalloc(last - first, sizeof(*ret->apps));
    ret->n_apps = last - first;
    const Judgement *heaviest = NULL;
    for (size_t i = 0; i < ret->n_apps; i++) {
        judge_membership(context, image, &context->links[first + i], &ret->apps[i]);
        if (!heaviest || outweighs(&ret->apps[i].judgement, heaviest))
            heaviest = &ret->apps[i].judgement;
    }
    judgement_copy(&ret->judgement, heaviest);
}

void plan_images(const Context *context, Plan *plan)
{
    plan->n_images = context->snapshot->n_images;
    plan->images = xcalloc(plan->n_images + 1, sizeof(*plan->images));
    for (size_t i = 0; i < plan->n_images; i++)
        judge_image(context, i, &plan->images[i]);
}

/* Keeps an image that was to be removed, as in use. Takes `needed_by`, a phrase. */
static void keep_in_use(const Context *context, PlannedImage *planned, char *needed_by)
{
    cleanup_with(free_charp) char *owned = needed_by;
    size_t index = (size_t)(planned->image - context->snapshot->images);
    const Link *link = planned->n_apps > 0 ? &context->links[context->first_link[index]] : NULL;
    Case c;

    if (planned->judgement.verdict == VERDICT_KEEP)
        return;
    /* A wait remains a wait: when its time has come, the container that uses the image may be gone as well. */
    if (planned->judgement.verdict == VERDICT_WAIT)
        return;
    case_make(context, planned->image, link, &c);
    c.needed_by = owned;
    free(planned->judgement.detail);
    case_judge(&c, &planned->judgement);
}

bool container_may_mount(const Context *context, const Container *container, const Image *image)
{
    if (container->has_unresolved_mount)
        return true;
    for (size_t i = 0; i < container->mounted_images.count; i++) {
        const ImageRecord *mounted = ledger_image(context->ledger, container->mounted_images.items[i]);
        if (strcmp(container->mounted_images.items[i], image->id) == 0)
            return true;
        /* A mount is known by a name only. If the name may have moved since, the image that had it before is
         * mounted. */
        if (mounted && mounted->arrived > container->created &&
            record_shares_repository(mounted, ledger_image(context->ledger, image->id)))
            return true;
    }
    return false;
}

static void keep_mounted(const Context *context, Plan *plan, const Container *container)
{
    for (size_t i = 0; i < plan->n_images; i++) {
        const Image *image = plan->images[i].image;
        bool is_named = strings_contain(&container->mounted_images, image->id);
        if (container_may_mount(context, container, image))
            keep_in_use(context, &plan->images[i],
                        xasprintf("container %s %s", container->name,
                                  is_named                          ? "mounts it"
                                  : container->has_unresolved_mount ? "mounts an image that rgc cannot identify"
                                                                    : "may mount it"));
    }
}

/* The repositories that the container's image is known by, and the one that its user wrote. */
static void list_repositories(const Context *context, const Container *container, Strings *ret)
{
    const ImageRecord *record = ledger_image(context->ledger, container->image_id);
    const ContainerRecord *known = ledger_container(context->ledger, container->id);
    cleanup_with(free_charp) char *repository =
        known && known->reference ? reference_repository(known->reference) : NULL;

    if (record)
        strings_copy(ret, &record->repositories);
    if (repository)
        strings_add_unique(ret, repository);
}

static bool have_common(const Strings *a, const Strings *b)
{
    for (size_t i = 0; a && i < a->count; i++)
        if (strings_contain(b, a->items[i]))
            return true;
    return false;
}

static bool is_sibling(const Context *context, const Container *container, const Strings *repositories)
{
    cleanup_with(strings_clear) Strings its = {0};

    list_repositories(context, container, &its);
    return have_common(&its, repositories);
}

static void keep_siblings(const Context *context, Plan *plan, const Container *container, const char *why)
{
    cleanup_with(strings_clear) Strings repositories = {0};

    list_repositories(context, container, &repositories);
    for (size_t i = 0; i < plan->n_images; i++) {
        const ImageRecord *record = ledger_image(context->ledger, plan->images[i].image->id);
        if (record && have_common(&record->repositories, &repositories))
            keep_in_use(context, &plan->images[i], xasprintf("container %s %s", container->name, why));
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == VERDICT_REMOVE &&
            is_sibling(context, plan->containers[i].container, &repositories))
            judgement_set(&plan->containers[i].judgement, VERDICT_KEEP, REASON_IN_USE, 0,
                          xasprintf("container %s %s", container->name, why));
}

static void keep_for_container(const Context *context, Plan *plan, const PlannedContainer *planned)
{
    const Container *container = planned->container;
    const PlannedImage *found = plan_image(plan, container->image_id);
    PlannedImage *image = found ? &plan->images[found - plan->images] : NULL;

    if (image && planned->judgement.verdict != VERDICT_REMOVE)
        keep_in_use(context, image,
                    xasprintf("container %s (%s) uses it", container->name,
                              container->inspect_error ? container->inspect_error
                                                       : container_state_to_string(container->state)));
    if (container->mounted_images.count > 0 || container->has_unresolved_mount)
        keep_mounted(context, plan, container);
}

/* Only its inspect would tell whether the container is a job, or makes an app of which these images are releases. */
static void keep_what_may_be_its_app(const Context *context, Plan *plan, const PlannedContainer *planned)
{
    const Container *container = planned->container;

    if (container->unreadable || context->places[container - context->snapshot->containers].is_hidden)
        keep_siblings(context, plan, container, "may belong to its app, but cannot be read");
    else if (container->inspect_error && planned->app == NO_APP)
        keep_siblings(context, plan, container, "may belong to its app, but could not be inspected");
}

/* The container may use any image and belong to any app, so rgc removes neither images nor containers. */
static void keep_all(const Context *context, Plan *plan, const UnreadableRow *row)
{
    static const char format[] = "container %.12s may use it, but cannot be read: %s";
    const char *name = *row->name ? row->name : "(without an ID)";

    for (size_t i = 0; i < plan->n_images; i++)
        keep_in_use(context, &plan->images[i], xasprintf(format, name, row->why));
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == VERDICT_REMOVE)
            judgement_set(&plan->containers[i].judgement, VERDICT_KEEP, REASON_IN_USE, 0,
                          xasprintf("container %.12s, which cannot be read, may belong to its app", name));
}

/* The containerd store removes a parent under its children, and an image that takes over a tag inherits the parent of
 * the image that had it. */
static bool has_parents(const Snapshot *snapshot)
{
    return snapshot->engine.store != STORE_CONTAINERD;
}

/* An image whose parent cannot be read may be the child of any image that has the first of its steps. */
static bool may_be_child(const Snapshot *snapshot, const Image *child, const Image *parent)
{
    if (!(child->hidden & IMAGE_HIDES_PARENT))
        return same_text(child->parent_id, parent->id);
    const ImageFacts *a = snapshot_facts(snapshot, parent->id), *b = snapshot_facts(snapshot, child->id);
    return a && b && a->n_steps < b->n_steps && image_facts_derive(a, b);
}

const PlannedImage *plan_child_that_stays(const Plan *plan, const Image *image)
{
    if (!has_parents(plan->snapshot))
        return NULL;
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *child = &plan->images[i];
        if (child->judgement.verdict != VERDICT_REMOVE && may_be_child(plan->snapshot, child->image, image))
            return child;
    }
    return NULL;
}

static void keep_for_child(const Context *context, PlannedImage *parent, const Image *child)
{
    const char *tag = image_main_tag(child);
    keep_in_use(context, parent,
                xasprintf("%.*s, which is kept, %s made from it", tag ? INT_MAX : 19, tag ? tag : child->id,
                          child->hidden & IMAGE_HIDES_PARENT ? "may have been" : "was"));
}

/* Walks from the child upwards: an image that its child needs needs its own parent. */
static void keep_parents(const Context *context, Plan *plan, const PlannedImage *child)
{
    while (child->judgement.verdict != VERDICT_REMOVE && child->image->parent_id) {
        const PlannedImage *found = plan_image(plan, child->image->parent_id);
        if (!found || found->judgement.verdict != VERDICT_REMOVE)
            return;
        keep_for_child(context, &plan->images[found - plan->images], child->image);
        child = found;
    }
}

static void keep_what_may_be_parents(const Context *context, Plan *plan, const PlannedImage *child)
{
    for (size_t i = 0; child->image->hidden & IMAGE_HIDES_PARENT && i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE &&
            may_be_child(context->snapshot, child->image, plan->images[i].image))
            keep_for_child(context, &plan->images[i], child->image);
}

void plan_images_in_use(const Context *context, Plan *plan)
{
    const UnreadableRow *row = snapshot_hidden_use(context->snapshot);

    if (row)
        keep_all(context, plan, row);
    /* Which containers are kept comes first, because each of them uses its image. */
    for (size_t i = 0; i < plan->n_containers; i++)
        keep_what_may_be_its_app(context, plan, &plan->containers[i]);
    for (size_t i = 0; i < plan->n_containers; i++)
        keep_for_container(context, plan, &plan->containers[i]);
    for (size_t i = 0; i < plan->n_images && has_parents(context->snapshot); i++)
        keep_what_may_be_parents(context, plan, &plan->images[i]);
    for (size_t i = 0; i < plan->n_images && has_parents(context->snapshot); i++)
        keep_parents(context, plan, &plan->images[i]);
}
