/* SPDX-License-Identifier: MIT */
/*
 * Recheck: what may have changed since the plan, asked right before each removal.
 *
 * The problem: a pass may remove for minutes, and a deploy may begin in any of these seconds. The engine's own refusal
 * is no guard: it does not look at containers while an image has another tag, nor at images that are mounted, and it
 * knows nothing of a pull whose image no container uses yet.
 *
 * The idea: rgc looks at the host again, and compares with the snapshot that the plan was made from. A removal starts
 * only on a container list that was requested at most one second ago, and whenever rgc requests that list, it also
 * reads the events since its last look.
 *  - A use or a mount of the image keeps that image.
 *  - A new container, or an arrival of an image, says that something has come in an app. Nothing of that app is removed
 *    then: a deploy has begun, and the next pass decides on what is there after it. Labels count as claims here, proven
 *    or not (owner_claims), and a repository stands for every app that the ledger has seen run from it. A claim too
 *    many only keeps something.
 *
 * What is never allowed: removing on half a picture. A list that fails, an event that cannot be read, and a replay that
 * has lost events since the last look end the pass. An engine's replay has only 256 events and rgc's own removals fill
 * it too, so rgc reads it again after EVENTS_AFTER removals, however fresh the list is.
 *
 * tests/fault/moving_world.py changes the host between plan and removal in each way that is known,
 * tests/fault/late_arrivals.py fills the replay, and tests/engine/scenarios_races.py pulls and deploys beside passes.
 */
#include "recheck.h"

#include <rgc/clock.h>

#include <errno.h>
#include <rgc/ownership.h>
#include <rgc/reference.h>
#include <string.h>

#define FRESH_FOR USEC_PER_SEC
/* Each removal causes two to four events, so 60 of them fit into a replay of 256. */
#define EVENTS_AFTER 60

static void clear_containers(Recheck *recheck)
{
    for (size_t i = 0; i < recheck->n_containers; i++)
        container_clear(&recheck->containers[i]);
    free(recheck->containers);
    recheck->containers = NULL;
    recheck->n_containers = 0;
    strings_clear(&recheck->used);
}

void recheck_clear(Recheck *recheck)
{
    clear_containers(recheck);
    strings_clear(&recheck->apps);
    strings_clear(&recheck->repositories);
    strings_clear(&recheck->images);
}

/* Notes the repository of what has come, and the apps that have run from it. A release that is here may have lost its
 * tag, so its own names do not tell that it belongs to such an app. */
static void note_repository(Recheck *recheck, const char *reference)
{
    cleanup_with(free_charp) char *repository = reference ? reference_repository(reference) : NULL;
    const Ledger *ledger = recheck->ledger;

    if (!repository || strings_contain(&recheck->repositories, repository))
        return;
    strings_add(&recheck->repositories, repository);
    for (size_t i = 0; i < ledger->n_images; i++) {
        const ImageRecord *record = &ledger->images[i];
        for (size_t j = 0; j < record->n_uses; j++) {
            const Use *use = &record->uses[j];
            if (use->app &&
                (strings_contain(&use->repositories, repository) || strings_contain(&record->repositories, repository)))
                strings_add_unique(&recheck->apps, use->app);
        }
    }
}

/* Notes the image, the repository and the apps of a container that is not in the plan's snapshot: the app is being
 * deployed, or used. */
static void note_new_container(Recheck *recheck, const Container *container)
{
    strings_add_unique(&recheck->images, container->image_id);
    note_repository(recheck, container->image_ref);
    owner_claims(&container->labels, &recheck->apps);
}

static void note_containers(Recheck *recheck)
{
    for (size_t i = 0; i < recheck->n_containers; i++) {
        const Container *container = &recheck->containers[i];
        *array_add(&recheck->used.items, &recheck->used.count) = xstrdup(container->image_id);
        for (size_t j = 0; j < container->mounted_images.count; j++)
            *array_add(&recheck->used.items, &recheck->used.count) = xstrdup(container->mounted_images.items[j]);
        recheck->has_unresolved_mount |= container->has_unresolved_mount;
        if (!snapshot_container(recheck->before, container->id))
            note_new_container(recheck, container);
    }
    strings_sort(&recheck->used);
}

static void note_arrivals(Recheck *recheck, const Snapshot *fresh)
{
    for (size_t i = 0; i < fresh->n_arrivals; i++) {
        const ArrivalEvent *event = &fresh->arrivals[i];
        bool is_own = !event->is_transfer && strings_contain(recheck->own, event->reference);
        if (event->time <= recheck->planned_at || is_own)
            continue;
        if (reference_is_id(event->reference))
            strings_add_unique(&recheck->images, event->reference);
        else
            recheck->has_unknown_arrival |= event->is_transfer;
        note_repository(recheck, event->reference);
    }
}

/* Reads what has come since the plan. The replay must reach back to the last look, or a pull may be missing. */
static int look_at_events(Recheck *recheck, Error *err)
{
    cleanup_with(snapshot_clear) Snapshot fresh = {0};
    Time until = wall_clock();
    int r = engine_query_events(recheck->engine, until, &fresh, err);

    if (r == 0 && fresh.is_replay_full && fresh.arrivals_since > recheck->looked_until)
        r = error_set(err, EPROTO, "more has happened on the engine than it remembers, perhaps a pull");
    if (r == 0 && fresh.unreadable_event > recheck->planned_at)
        r = error_set(err, EPROTO, "an event since the plan cannot be read, perhaps a pull");
    if (r < 0)
        return r;
    recheck->looked_until = until;
    recheck->n_since_events = 0;
    note_arrivals(recheck, &fresh);
    return 0;
}

static int look_at_containers(Recheck *recheck, Error *err)
{
    int64_t asking_at = awake_clock();
    /* The query resolves mounts by the plan's images, which `fresh` only borrows. */
    Snapshot fresh = {.images = recheck->before->images, .n_images = recheck->before->n_images};
    int r = engine_query_containers(recheck->engine, &fresh, err);

    fresh.images = NULL;
    fresh.n_images = 0;
    if (r == 0) {
        snapshot_index(&fresh);
        recheck->hides_use = snapshot_hidden_use(&fresh);
        recheck->hides_mounts = snapshot_hides_mounts(&fresh);
        clear_containers(recheck);
        recheck->containers = take_ptr(fresh.containers);
        recheck->n_containers = fresh.n_containers;
        fresh.n_containers = 0;
        recheck->asked_at_usec = asking_at;
        note_containers(recheck);
    }
    snapshot_clear(&fresh);
    return r;
}

static bool has_fresh_list(const Recheck *recheck)
{
    return recheck->asked_at_usec > 0 && awake_clock() - recheck->asked_at_usec <= FRESH_FOR;
}

int recheck_containers(Recheck *recheck, Error *err)
{
    return has_fresh_list(recheck) ? 0 : look_at_containers(recheck, err);
}

int recheck_refresh(Recheck *recheck, Error *err)
{
    bool is_fresh = has_fresh_list(recheck);

    if (is_fresh && ++recheck->n_since_events <= EVENTS_AFTER)
        return 0;
    int r = is_fresh ? 0 : look_at_containers(recheck, err);
    return r < 0 ? r : look_at_events(recheck, err);
}

void recheck_expire(Recheck *recheck)
{
    recheck->asked_at_usec = 0;
}

static bool has_come_in_app(const Recheck *recheck, const Plan *plan, size_t app)
{
    return app != NO_APP && strings_contain(&recheck->apps, plan->apps[app].name);
}

static bool has_come_in_repository(const Recheck *recheck, const Strings *references)
{
    for (size_t i = 0; recheck->repositories.count > 0 && i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository && strings_contain(&recheck->repositories, repository))
            return true;
    }
    return false;
}

/* Whether something has come that concerns this image: in one of its repositories, past ones included, in one of its
 * apps, or the image itself. A pull that does not tell the ID of its image may have brought any untagged one. */
static bool has_come_for_image(const Recheck *recheck, const Plan *plan, const PlannedImage *planned)
{
    const Image *image = planned->image;
    const ImageRecord *record = ledger_image(recheck->ledger, image->id);
    if ((record && has_come_in_repository(recheck, &record->repositories)) ||
        (image->tags.count == 0 && recheck->has_unknown_arrival) || strings_contain(&recheck->images, image->id) ||
        has_come_in_repository(recheck, &image->tags) || has_come_in_repository(recheck, &image->digests) ||
        (image->labels.service && strings_contain(&recheck->apps, image->labels.service)))
        return true;
    for (size_t i = 0; i < planned->n_apps; i++)
        if (has_come_in_app(recheck, plan, planned->apps[i].app))
            return true;
    return false;
}

Obstacle recheck_image(const Recheck *recheck, const Plan *plan, const PlannedImage *image, char **ret_why)
{
    if (strings_contain_sorted(&recheck->used, image->image->id)) {
        *ret_why = xstrdup("a container uses it now");
        return OBSTACLE_IN_USE;
    }
    if (recheck->hides_use) {
        *ret_why = xstrdup("a container that cannot be read may use it");
        return OBSTACLE_IN_USE;
    }
    if (recheck->has_unresolved_mount) {
        *ret_why = xstrdup("a container mounts an image that cannot be identified");
        return OBSTACLE_IN_USE;
    }
    if (has_come_for_image(recheck, plan, image)) {
        *ret_why = xstrdup("something of its app has arrived since the plan, so it is left for the next pass");
        return OBSTACLE_CHANGED;
    }
    return OBSTACLE_NONE;
}

static const Container *find_container(const Recheck *recheck, const char *id)
{
    Snapshot fresh = {.containers = recheck->containers, .n_containers = recheck->n_containers};
    return snapshot_container(&fresh, id);
}

Obstacle recheck_container(const Recheck *recheck, const Plan *plan, const PlannedContainer *planned, char **ret_why)
{
    const Container *now = find_container(recheck, planned->container->id);

    if (!now) {
        *ret_why = xstrdup("somebody else has removed it");
        return OBSTACLE_GONE;
    }
    if (recheck->hides_use || now->unreadable) {
        *ret_why = xstrdup(now->unreadable ? "rgc cannot read it any more, so it keeps it"
                                           : "rgc cannot read another container, so it keeps this one");
        return OBSTACLE_CHANGED;
    }
    if (!container_state_is_stopped(now->state)) {
        *ret_why = xasprintf("it is %s now", container_state_to_string(now->state));
        return OBSTACLE_IN_USE;
    }
    const Image *image = snapshot_image(recheck->before, now->image_id);
    bool has_come = has_come_in_app(recheck, plan, planned->app) || strings_contain(&recheck->images, now->image_id) ||
                    (image && has_come_in_repository(recheck, &image->tags));
    if (has_come || strcmp(now->name, planned->container->name) != 0) {
        *ret_why = xstrdup("something of its app has changed since the plan, so it is left for the next pass");
        return OBSTACLE_CHANGED;
    }
    return OBSTACLE_NONE;
}
