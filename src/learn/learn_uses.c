/* SPDX-License-Identifier: MIT */
/*
 * How containers become uses: which app has run which image, when, and how that went.
 *
 * The problem: an engine knows only the containers that are here, and deploy tools remove old ones. Which release
 * served last week, and which one never did, nobody could tell later.
 *
 * The idea: each pass folds every container into a use of its image, one for each app, folder, destination and role.
 * Its times only grow, and evidence that it served or failed is only added, so a pass that sees less takes nothing
 * away. How a container lived is judged once (lives.c), when its end is first seen, beside what ran then, because later
 * that may be gone. What an inspect told is remembered, so a container that has settled is not inspected again.
 *
 * Of a container that came and went between two passes only events tell. They show who used the image, and when. That
 * such a container served is believed only outside Kamal, as nobody knows what ran beside it; that it failed, never.
 *
 * What is never allowed: that a container which cannot be read, or whose labels may be its image's, makes a use: only
 * that somebody used the image is noted. That a stamp from the future is news with each pass (learn_use.c).
 * tests/unit/learn/learning.c, tests/unit/learn/lives.c and tests/unit/learn/sightings_fold.c test this.
 */
#include "learn.h"

#include <rgc/ownership.h>
#include <rgc/reference.h>

#include <string.h>

#define REFERENCES_KNOWN 8

/* A start by "postgres:16@sha256:…" leaves no tag on the image, so the reference itself is remembered. */
static void learn_reference(ImageRecord *record, const Container *container)
{
    const char *reference = container->image_ref;
    if (reference && reference_is_digest(reference) && record->references.count < REFERENCES_KNOWN)
        strings_add_unique(&record->references, reference);
}

/* Has an earlier pass seen this end of the container, and does the use contain it? */
static bool was_learned(const ContainerRecord *known, const Container *container, const Use *use, Time now)
{
    Time started = container->run.started;
    return known && !container_state_is_live(known->state) && known->state == container->state &&
           known->run.started == started && (use->last_started >= started || (started > now && use->last_started > 0));
}

/* Do events tell of an end of the container after the one that is known, and before this start of it? */
static bool has_ended_between(const Snapshot *snapshot, const ContainerRecord *known, Time started)
{
    for (size_t i = 0; i < snapshot->n_ends; i++) {
        const ArrivalEvent *end = &snapshot->ends[i];
        if (end->time < started && container_record_precedes(known, end->time) &&
            strcmp(end->reference, known->id) == 0)
            return true;
    }
    return false;
}

/* Is everything known of what the container did before this life? Either an earlier pass has seen this life, and has noted
 * what follows from its start; then only a power cut can add to that. Or the pass before has settled the life before this
 * one, and events, of which none is missing, tell of no other one. */
static bool is_earlier_life_known(const Ledger *ledger, const Snapshot *snapshot, const ContainerRecord *known,
                                  const Container *container)
{
    bool has_end = container_state_is_live(container->state) || container->run.finished >= container->run.started;
    if (known->run.started == container->run.started)
        return has_end || !container_state_is_live(known->state);
    return known->is_settled && snapshot->arrivals_since <= learned_until(ledger) &&
           !has_ended_between(snapshot, known, container->run.started);
}

static void learn_container(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, const Group *group,
                            const Strings *services, const Container *container, Time now)
{
    ImageRecord *record = ledger_image(ledger, container->image_id);
    if (!record)
        return; /* its image is not in the list: nothing that could be removed, nothing to remember */
    const Image *image = snapshot_image(snapshot, container->image_id);
    cleanup_with(owner_clear) Owner owner = {0};
    owner_of(container, image, ledger, services, &owner);
    /* Somebody used the image, but nobody knows who. */
    if (container->unreadable || owner.is_hidden) {
        record->last_named = now;
        return;
    }
    const Retention *retention = policy_retention(policy, owner.app, &record->repositories);
    Life life = judge_life(container, group, &owner, retention->min_uptime_usec, now);
    learn_reference(record, container);
    Use *use = learn_find_use(record, &owner);
    const ContainerRecord *known = ledger_container(ledger, container->id);
    bool is_known = was_learned(known, container, use, now);
    if (is_known && known->is_settled)
        life = (Life){0};
    if (known && is_earlier_life_known(ledger, snapshot, known, container))
        life.may_have_served = false;
    learn_use(use, container, &owner, life, now, is_known);
}

/* An end is no creation: a container that served for long would seem to be newer than what failed meanwhile. */
static Time created_of_gone(const Ledger *ledger, const Container *gone)
{
    const ContainerRecord *known = ledger_container(ledger, gone->id);
    if (known && known->created > 0)
        return known->created;
    return gone->run.started > 0 ? gone->run.started : gone->run.finished;
}

/* Remembers that the container is gone, so that the engine's next report of it is no news. */
static void remember_gone(const Container *gone, const char *image, Time now, ContainerRecord **records, size_t *count)
{
    *array_add(records, count) = (ContainerRecord){
        .id = xstrdup(gone->id),
        .image = xstrdup(image),
        .name = xstrdup(gone->name),
        .created = gone->created,
        .state = STATE_EXITED,
        .gone_since = now, /* and run is not known, so nothing follows it */
    };
}

/* Learns from a container that came and went between two passes. */
static void learn_gone(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, const Strings *services,
                       const Container *container, Time now, ContainerRecord **records, size_t *count)
{
    Container gone = *container; /* borrows */
    const ContainerRecord *known = ledger_container(ledger, gone.id);
    if (known && known->gone_since > 0)
        return;
    Run *run = &gone.run;
    Time last = run->finished > run->started ? run->finished : run->started;
    if (gone.created == 0) /* its first events are forgotten, or a pass has learned them */
        gone.created = created_of_gone(ledger, &gone);
    /* The last pass has learned what was over before it. */
    if (gone.created == 0 || (last > gone.created ? last : gone.created) < learned_until(ledger))
        return;
    const Image *image = learn_image_of_gone(ledger, snapshot, &gone, now);
    ImageRecord *record = ledger_image(ledger, image ? image->id : gone.image_id ? gone.image_id : "");
    if (!record)
        return;
    gone.image_id = record->id;
    if (gone.image_ref)
        learn_named_in(record, gone.image_ref);
    cleanup_with(owner_clear) Owner owner = {0};
    owner_of(&gone, image, ledger, services, &owner);
    if (owner.is_hidden)
        record->last_named = now;
    if (owner.kind == APP_NONE)
        return;
    const Retention *retention = policy_retention(policy, owner.app, &record->repositories);
    bool has_lived = run->started > 0 && run->finished - run->started >= retention->min_uptime_usec;
    Life life = {.has_served = has_lived && owner.kind != APP_KAMAL};
    if (run->started == 0 && run->finished > 0) {
        run->is_known = true;
        run->started = run->finished;
    }
    learn_use(learn_find_use(record, &owner), &gone, &owner, life, now, false);
    if (!known && run->finished > 0) /* what came behind the container list may still be here */
        remember_gone(&gone, record->id, now, records, count);
}

static int compare_container_record(const void *a, const void *b)
{
    return strcmp(((const ContainerRecord *)a)->id, ((const ContainerRecord *)b)->id);
}

/* A container that could not be judged, because an older one was not inspected, is inspected again. */
static bool can_be_judged(const Snapshot *snapshot, const Group *group, const ContainerRecord *known,
                          const Container *container, Time now)
{
    Beside beside;
    if (known && known->is_settled && known->state == container->state && known->run.started == container->run.started)
        return true; /* it was */
    return !is_kamals(snapshot, container) || older_ran_until(group, container, now, &beside);
}

/* Makes the new record of a container. If it could not be inspected this time, the record keeps what was known of it,
 * and the next pass inspects it again. */
static bool fill_record(const Ledger *ledger, const Snapshot *snapshot, const Policy *policy, const Group *group,
                        const Container *container, Time now, ContainerRecord *record)
{
    const ContainerRecord *known = ledger_container(ledger, container->id);
    bool is_undisturbed = container->state == STATE_RUNNING || container->state == STATE_PAUSED;
    bool has_settled = container->state == STATE_EXITED || container->state == STATE_DEAD ||
                       (is_undisturbed && now - container->run.started >= policy->retention.min_uptime_usec);

    if (!container->run.is_known && (!known || !known->run.is_known))
        return false;
    *record = (ContainerRecord){
        .id = xstrdup(container->id),
        .image = xstrdup(container->image_id),
        .name = xstrdup(container->name),
        .reference = xstrdup(container->run.is_known ? container->image_ref : known->reference),
        .created = container->created,
        .state = container->run.is_known ? container->state : known->state,
        .run = container->run.is_known ? container->run : known->run,
        .is_settled = container->run.is_known && has_settled && can_be_judged(snapshot, group, known, container, now),
        .is_service = known && known->is_service,
    };
    return true;
}

/* Remembers the inspects of the containers that are here, and of those that have gone lately. */
static void learn_runs(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, const Group *group, Time now)
{
    ContainerRecord *records = NULL;
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        ContainerRecord record;
        if (fill_record(ledger, snapshot, policy, group, &snapshot->containers[i], now, &record))
            *array_add(&records, &count) = record;
    }
    learn_departures(ledger, snapshot, &records, &count, now);
    for (size_t i = 0; i < ledger->n_containers; i++)
        container_record_clear(&ledger->containers[i]);
    free(ledger->containers);
    if (count > 0)
        qsort(records, count, sizeof(*records), compare_container_record);
    ledger->containers = records;
    ledger->n_containers = count;
}

void learn_uses(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now)
{
    cleanup_with(strings_clear) Strings services = {0};
    Group group = {0};

    owner_services(snapshot, ledger, &services);
    group_make(snapshot, &group);
    for (size_t i = 0; i < snapshot->n_containers; i++)
        learn_container(ledger, snapshot, policy, &group, &services, &snapshot->containers[i], now);
    ContainerRecord *gone = NULL;
    size_t n_gone = 0;
    for (size_t i = 0; i < snapshot->n_gone; i++)
        learn_gone(ledger, snapshot, policy, &services, &snapshot->gone[i], now, &gone, &n_gone);
    for (size_t i = 0; i < n_gone; i++)
        *array_add(&ledger->containers, &ledger->n_containers) = gone[i];
    free(gone);
    if (n_gone > 0)
        qsort(ledger->containers, ledger->n_containers, sizeof(*ledger->containers), compare_container_record);
    learn_runs(ledger, snapshot, policy, &group, now);
    free(group.items);
}
