/* SPDX-License-Identifier: MIT */
/*
 * Pressure: what a pass removes beyond the policy when a file system is too full.
 *
 * The problem: a full disk stops deploys and databases, so room is worth more than some things that the policy keeps.
 * But often something else fills the disk, and then rollbacks would be lost for nothing.
 *
 * The idea: once a file system has been above [disk] high for PRESSURE_AFTER, or at once if it is critical (limits.h),
 * a pass goes further in steps, each only as far as it is needed. What hurts least comes first:
 *  1. the engine's unused build cache, of whatever age;
 *  2. the unused cache of running builders, one builder after the other;
 *  3. unmanaged images, if [disk] unmanaged = remove, but for those that may exist nowhere else;
 *  4. previous releases beyond [disk] keep_previous in each of their apps, the one that ran longest ago first.
 * The first three aim at [disk] low. The last one ends as soon as the disk is below `high`, and removes nothing if it
 * cannot get there, unless the disk is critical. rgc compares with what the plan frees at least (plan_estimate_if).
 * Where sizes are not known that does not grow: then a pass on a critical disk removes one release, and the next pass
 * looks again.
 *
 * What is never allowed under pressure:
 *  - removing a release that anything but its slot keeps, such as a running deploy, keep_for or [protect];
 *  - removing an image that a container or a child which is kept needs;
 *  - removing releases while the engine cannot list its build cache, which may be all that is needed;
 *  - going further in a pass for one app, or for a disk that has no images.
 * tests/unit/decide/pressure_what.c and tests/unit/decide/pressure_when.c test this.
 */
#include "plan_parts.h"

#include <rgc/limits.h>
#include <string.h>

/* The fullest file system beyond the bound; NULL = none is. One with images on it is preferred, because only there can
 * a pass help. */
static const Disk *fullest(const Snapshot *snapshot, const DiskBound *high)
{
    const Disk *worst = NULL;
    for (size_t i = 0; i < snapshot->n_disks; i++) {
        const Disk *disk = &snapshot->disks[i];
        if (disk_is_beyond(disk, high) &&
            (!worst || disk->has_no_images < worst->has_no_images ||
             (disk->has_no_images == worst->has_no_images && disk_fullness(disk) > disk_fullness(worst))))
            worst = disk;
    }
    return worst;
}

/* Is it above the bound for long enough, or critical, so that nobody can wait for that? */
static bool is_acting(const Disk *disk, const Ledger *ledger, Time now)
{
    bool is_long = ledger->high_since > 0 && now - ledger->high_since >= PRESSURE_AFTER;
    return disk_is_critical(disk) || is_long;
}

bool plan_weighs_sizes(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                       const DecideOptions *options)
{
    const Disk *disk = fullest(snapshot, &policy->high);
    return disk && !disk->has_no_images && !options->app && is_acting(disk, ledger, now);
}

static void remove_image(PlannedImage *image, const char *detail)
{
    judgement_set(&image->judgement, VERDICT_REMOVE, REASON_PRESSURE, 0, xstrdup(detail));
    for (size_t i = 0; i < image->n_apps; i++)
        judgement_set(&image->apps[i].judgement, VERDICT_REMOVE, REASON_PRESSURE, 0, xstrdup(detail));
}

static int64_t bytes_if(const Plan *plan, const bool *goes)
{
    return plan_estimate_if(plan, goes).bytes;
}

/* What the plan frees so far, at least. */
static int64_t bytes_of(const Plan *plan)
{
    bool *goes = plan_leaving_images(plan);
    int64_t bytes = bytes_if(plan, goes);
    free(goes);
    return bytes;
}

/* Does nothing but its slot keep this release? That its app is idle does not count: its slots are like all others. */
static bool only_its_slot_keeps(const Context *context, const Image *image, const Link *link)
{
    Judgement without = {0};
    Case c;

    case_make(context, image, link, &c);
    c.slot = 0;
    case_judge(&c, &without);
    free(without.detail);
    return without.verdict == VERDICT_REMOVE || without.reason == REASON_IDLE;
}

/* Is it a previous release beyond [disk] keep_previous in every app that has it, and kept by nothing else? */
static bool is_expendable(const Context *context, const PlannedImage *image)
{
    size_t first = context->first_link[image->image - context->snapshot->images];

    if (image->judgement.verdict != VERDICT_KEEP || image->judgement.reason != REASON_ROLLBACK)
        return false;
    for (size_t i = 0; i < image->n_apps; i++) {
        const Link *link = &context->links[first + i];
        const Release *release = &context->apps[link->app].releases[link->release];
        bool may_go = release->slot > 0 && release->sure_rank > context->policy->pressure_keep_previous &&
                      only_its_slot_keeps(context, image->image, link);
        if (image->apps[i].judgement.verdict != VERDICT_REMOVE && !may_go)
            return false;
    }
    return true;
}

/* Does a child need it, a container that is kept, or a mount? The release's own stopped containers are removed with
 * it. */
static bool is_needed(const Context *context, const Plan *plan, const PlannedImage *image)
{
    const Snapshot *snapshot = context->snapshot;
    if (snapshot_hidden_use(snapshot) || plan_child_that_stays(plan, image->image))
        return true;
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (strcmp(container->image_id, image->image->id) == 0 &&
            (!container_is_removable(context, container) ||
             !context->apps[context->places[i].app].retention->remove_superseded_containers))
            return true;
        if (container_may_mount(context, container, image->image))
            return true;
    }
    return false;
}

/* Builders come before images, because a cache can be built again. */
static void prune_builders(const Context *context, Plan *plan, int64_t needed)
{
    for (size_t i = 0; i < plan->n_builders && bytes_of(plan) < needed; i++)
        (void)plan_builder_wholly(context, &plan->builders[i]);
}

static bool may_end(const Context *context, const PlannedImage *image)
{
    const ImageRecord *record = ledger_image(context->ledger, image->image->id);
    const Retention *retention = policy_retention(context->policy, NULL, &record->repositories);
    return !no_key_ends_unmanaged(context, record) && repository_busy_until(context, record, retention) == 0;
}

static void remove_unmanaged(const Context *context, Plan *plan, int64_t needed)
{
    for (size_t i = 0; i < plan->n_images && bytes_of(plan) < needed; i++)
        if (plan->images[i].judgement.reason == REASON_UNMANAGED && may_end(context, &plan->images[i]) &&
            !is_needed(context, plan, &plan->images[i]))
            remove_image(&plan->images[i], "unmanaged, and the disk is too full ([disk] unmanaged = remove)");
}

static int compare_last_run(const void *a, const void *b)
{
    const PlannedImage *x = *(PlannedImage *const *)a, *y = *(PlannedImage *const *)b;
    int order = x->last_run < y->last_run ? -1 : x->last_run > y->last_run;
    return order ? order : strcmp(x->image->id, y->image->id);
}

/* Removes previous releases until the disk is below `high`, the one that ran longest ago first. Returns whether that
 * gets there, or helps a critical disk; if not, it removes none. */
static bool remove_previous(const Context *context, Plan *plan, int64_t needed, bool critical)
{
    PlannedImage **candidates = NULL;
    size_t count = 0, n_taken = 0;

    for (size_t i = 0; i < plan->n_images; i++)
        if (is_expendable(context, &plan->images[i]) && !is_needed(context, plan, &plan->images[i]))
            *array_add(&candidates, &count) = &plan->images[i];
    if (count > 0)
        qsort(candidates, count, sizeof(PlannedImage *), compare_last_run);
    bool *goes = plan_leaving_images(plan);
    int64_t bytes = bytes_if(plan, goes);
    bool is_enough = bytes >= needed;
    /* Where sizes are not known, `bytes` does not grow: rgc removes one release, and the next pass sees what that
     * freed. */
    for (int64_t before = -1; n_taken < count && bytes < needed && bytes > before; n_taken++) {
        before = bytes;
        goes[candidates[n_taken] - plan->images] = true;
        bytes = bytes_if(plan, goes);
    }
    bool helps = n_taken > 0 && (bytes >= needed || critical);
    for (size_t i = 0; i < n_taken && helps; i++)
        remove_image(candidates[i], "a previous release beyond [disk] keep_previous, and the disk is too full");
    free(goes);
    free(candidates);
    return helps || is_enough;
}

/* The stopped containers of a release are removed with it: without its image they are no rollback. */
static void remove_containers_too(const Context *context, Plan *plan)
{
    for (size_t i = 0; i < plan->n_containers; i++) {
        PlannedContainer *planned = &plan->containers[i];
        const PlannedImage *image = plan_image(plan, planned->container->image_id);
        if (image && image->judgement.reason == REASON_PRESSURE && container_is_removable(context, planned->container))
            judgement_copy(&planned->judgement, &image->judgement);
    }
}

void plan_pressure(const Context *context, Plan *plan)
{
    const Policy *policy = context->policy;
    const Disk *disk = fullest(context->snapshot, &policy->high);

    if (!disk)
        return;
    bool critical = disk_is_critical(disk);
    plan->pressure.is_high = true;
    plan->pressure.path = disk->path;
    plan->pressure.used_percent = disk_fullness(disk);
    plan->pressure.is_acting = is_acting(disk, context->ledger, context->now);
    if (!plan->pressure.is_acting || context->options->app)
        return;
    if (disk->has_no_images) {
        plan->pressure.explanation =
            xstrdup("images and build cache are, or may be, on another file system, so removing them does not help");
        return;
    }
    const DiskBound *low = policy->low.is_off ? &policy->high : &policy->low;
    int64_t to_low = disk_bytes_to(disk, low), to_high = disk_bytes_to(disk, &policy->high);
    const CacheQuestion all_unused = {.cache = &context->snapshot->cache,
                                      .now = context->now,
                                      .max_unused_usec = 0,
                                      .max_size_bytes = plan->cache.max_size_bytes};
    if (bytes_of(plan) < to_low && plan->cache.is_known)
        plan_estimate_cache(&all_unused, &plan->cache);
    prune_builders(context, plan, to_low);
    if (policy->pressure_removes_unmanaged)
        remove_unmanaged(context, plan, to_low);
    if (context->snapshot->cache.is_unread) {
        plan->pressure.explanation =
            xstrdup("so little is free that the engine cannot list its build cache; until it can, rgc removes no "
                    "previous release to make room");
        return;
    }
    bool helped = bytes_of(plan) >= to_high || remove_previous(context, plan, to_high, critical);
    remove_containers_too(context, plan);
    if (helped)
        plan->pressure.explanation = xasprintf(
            "%s is above [disk] high, so a pass also removes unused build cache (including builders') and, if "
            "still needed, previous releases down to %d per app",
            disk->path, policy->pressure_keep_previous);
    else
        plan->pressure.explanation = xstrdup("removing old releases cannot bring this disk below [disk] high, because "
                                             "something else uses the space (see "
                                             "What holds the disk in rgc status)");
}
