/* SPDX-License-Identifier: MIT */
/*
 * Images that nobody is known to have used, and what keeps them even where the configuration lets such images go.
 *
 * The problem: unmanaged_max_unused and [disk] unmanaged = remove are meant for what somebody pulled and forgot. But an
 * image that no container here has used may be a backup that somebody committed, with nothing anywhere to restore it
 * from; or the first release of an app, that a deploy is about to start.
 *
 * The idea: rgc removes such an image only if it knows its steps; if a registry has it, or they continue no other image
 * that is or was here, and it did not come unseen (learn_origins.c); and if no app has run from its repository, whatever
 * its labels say of whose it is. While images come into a repository, all that is in it waits. The containerd store and
 * Podman have a digest for every image, so nothing tells there what was imported before rgc came.
 *
 * What is never allowed: to take "rgc has seen no commit" for "nobody has committed it". tests/unit/decide/origins.c and
 * tests/unit/decide/rules_wait.c test this.
 */
#include "apps.h"

#include <string.h>

/* Of an image that only adds steps to another one nobody knows whether it is a release or a committed container. */
bool may_be_only_copy(const Context *context, const ImageRecord *record)
{
    const Image *image = snapshot_image(context->snapshot, record->id);
    bool is_in_registry = image && engine_tells_registries(&context->snapshot->engine) && image->digests.count > 0;
    return (record->may_be_only_copy && !is_in_registry) || record->may_be_own_work ||
           (policy_ends_unmanaged(context->policy) && !snapshot_facts(context->snapshot, record->id));
}

bool has_app_run_from(const Context *context, const ImageRecord *record)
{
    for (size_t i = 0; i < context->n_apps; i++)
        if (app_has_run_from(&context->apps[i], record))
            return true;
    return false;
}

bool no_key_ends_unmanaged(const Context *context, const ImageRecord *record)
{
    return may_be_only_copy(context, record) || has_app_run_from(context, record);
}

static int compare_arrival_repository(const void *a, const void *b)
{
    return strcmp(((const RepositoryArrival *)a)->repository, ((const RepositoryArrival *)b)->repository);
}

void context_find_arrivals(Context *context)
{
    const Snapshot *snapshot = context->snapshot;
    size_t count = 0, kept = 0;

    for (size_t i = 0; policy_ends_unmanaged(context->policy) && i < snapshot->n_images; i++) {
        const ImageRecord *record = ledger_image(context->ledger, snapshot->images[i].id);
        for (size_t j = 0; record && j < record->repositories.count; j++)
            *array_add(&context->arrivals, &count) =
                (RepositoryArrival){.repository = record->repositories.items[j], .last = record->arrived};
    }
    if (count > 0)
        qsort(context->arrivals, count, sizeof(*context->arrivals), compare_arrival_repository);
    for (size_t i = 0; i < count; i++) {
        RepositoryArrival *arrival = &context->arrivals[i];
        if (kept > 0 && compare_arrival_repository(&context->arrivals[kept - 1], arrival) == 0)
            raise_time(&context->arrivals[kept - 1].last, arrival->last);
        else
            context->arrivals[kept++] = *arrival;
    }
    context->n_arrivals = kept;
}

Time repository_busy_until(const Context *context, const ImageRecord *record, const Retention *retention)
{
    Time until = 0;
    for (size_t i = 0; i < record->repositories.count && context->n_arrivals > 0; i++) {
        const RepositoryArrival key = {.repository = record->repositories.items[i]};
        const RepositoryArrival *found =
            bsearch(&key, context->arrivals, context->n_arrivals, sizeof(key), compare_arrival_repository);
        if (found)
            until = later(until, gaps_due(&context->ledger->gaps, found->last, retention->quiet_usec));
    }
    return until > context->now ? until : 0;
}
