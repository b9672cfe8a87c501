/* SPDX-License-Identifier: MIT */
/*
 * Which containers make an app of their repository, and what is remembered of containers that are gone.
 *
 * The problem: a container that somebody starts with `docker run` has no label which tells a service from a job. If a
 * job counted as an app, several programs that share a repository would push out each other's images as old releases.
 * If a service counted as a job, its previous releases would not be kept for a rollback.
 *
 * The idea: what lasts or is replaced is a service. A container makes an app of its repository if it has a restart
 * policy, has run for a day, bears the name that a container of that app had before, or follows another one: that had
 * its name, ran another image of the repository, and somebody ended it. What it followed was the app's, too (adopt).
 * For this, rgc remembers a container that is gone for one more day. Once a container makes an app, it always does.
 *
 * What is never allowed: that `docker run --rm` makes an app, or a container that was not inspected; that a container
 * which ended by itself is followed. tests/unit/facts/ownership.c and the history h21 in
 * tests/unit/decide/histories_others.c test this.
 */
#include "learn.h"

#include <rgc/ownership.h>
#include <string.h>

#define SERVICE_AFTER USEC_PER_DAY
#define GONE_KNOWN_FOR USEC_PER_DAY
#define GONE_KNOWN 1000

static int compare_record(const void *a, const void *b)
{
    return strcmp(((const ContainerRecord *)a)->id, ((const ContainerRecord *)b)->id);
}

static const Container *find_gone(const Snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->n_gone; i++)
        if (strcmp(snapshot->gone[i].id, id) == 0)
            return &snapshot->gone[i];
    return NULL;
}

/* Did somebody end the container? If that is not known, it ended by itself. */
static bool was_ended(const Snapshot *snapshot, const ContainerRecord *record)
{
    const Container *here = snapshot_container(snapshot, record->id), *gone = find_gone(snapshot, record->id);
    return record->run.was_killed || (here && here->run.was_killed) || (gone && gone->run.was_killed) ||
           strings_contain(&snapshot->killed, record->id);
}

static bool has_lasted(const Container *container, Time now)
{
    const Run *run = &container->run;
    Time end = container_state_is_live(container->state) ? now : run->finished;
    return run->has_restart_policy || (run->started > 0 && end - run->started >= SERVICE_AFTER);
}

static bool is_use_by_name(const Use *use, const char *repository, const char *name)
{
    return use->kind == APP_REPOSITORY && strcmp(use->app, repository) == 0 && same_text(use->name, name);
}

/* Has a container of this name made the app of this repository before? */
static bool has_apps_name(const Ledger *ledger, const char *repository, const char *name)
{
    for (size_t i = 0; i < ledger->n_images; i++)
        for (size_t j = 0; j < ledger->images[i].n_uses; j++)
            if (is_use_by_name(&ledger->images[i].uses[j], repository, name))
                return true;
    return false;
}

static bool is_long_gone(const ContainerRecord *record, Time now)
{
    return record->gone_since > 0 && now - record->gone_since >= GONE_KNOWN_FOR;
}

/* Has the container replaced `old`: one of its name, on another image of the repository, that somebody ended? */
static bool is_predecessor(const Ledger *ledger, const Snapshot *snapshot, const ContainerRecord *old,
                           const Container *container, const char *repository, Time now)
{
    if (strcmp(old->id, container->id) == 0 || !same_text(old->name, container->name) || !old->image ||
        strcmp(old->image, container->image_id) == 0 || old->created > container->created || !old->run.is_known ||
        old->run.is_auto_remove || is_long_gone(old, now))
        return false;
    const ImageRecord *record = ledger_image(ledger, old->image);
    return record && strings_contain(&record->repositories, repository) && was_ended(snapshot, old);
}

/* It turns out that what counted as a job's use was the app's. */
static void adopt(ImageRecord *record, const char *repository, const char *name)
{
    for (size_t i = 0; record && i < record->n_uses; i++) {
        Use *use = &record->uses[i];
        if (use->kind != APP_NONE || !same_text(use->name, name))
            continue;
        use->kind = APP_REPOSITORY;
        use->app = xstrdup(repository);
        return;
    }
}

static bool follows(Ledger *ledger, const Snapshot *snapshot, const Container *container, const char *repository,
                    Time now)
{
    bool found = false;
    for (size_t i = 0; i < ledger->n_containers; i++) {
        const ContainerRecord *old = &ledger->containers[i];
        if (!is_predecessor(ledger, snapshot, old, container, repository, now))
            continue;
        adopt(ledger_image(ledger, old->image), repository, old->name);
        found = true;
    }
    return found;
}

/* `docker run --rm` never makes an app, and an unknown container counts as one of these. */
static bool makes_app(Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now)
{
    ImageRecord *record = ledger_image(ledger, container->image_id);
    if (!record || !container->run.is_known || container->run.is_auto_remove)
        return false;
    const Image *image = snapshot_image(snapshot, container->image_id);
    cleanup_with(free_charp) char *repository = owner_repository(container, image, record);
    if (!repository)
        return false;
    /* This is asked in any case, because what it followed was the app's, too. */
    bool has_followed = follows(ledger, snapshot, container, repository, now);
    if (!has_followed && !has_lasted(container, now) && !has_apps_name(ledger, repository, container->name))
        return false;
    adopt(record, repository, container->name);
    return true;
}

/* A container that makes an app goes on to do so, however often it is restarted. */
void learn_services(Ledger *ledger, const Snapshot *snapshot, Time now)
{
    ContainerRecord *added = NULL;
    size_t n_added = 0;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        ContainerRecord *record = ledger_container(ledger, container->id);
        if ((record && record->is_service) || !makes_app(ledger, snapshot, container, now))
            continue;
        if (record)
            record->is_service = true;
        else
            *array_add(&added, &n_added) = (ContainerRecord){.id = xstrdup(container->id), .is_service = true};
    }
    for (size_t i = 0; i < n_added; i++)
        *array_add(&ledger->containers, &ledger->n_containers) = added[i];
    free(added);
    if (ledger->n_containers > 0)
        qsort(ledger->containers, ledger->n_containers, sizeof(*ledger->containers), compare_record);
}

/* Notes the end in the use whose newest container this was. */
static void learn_end(Ledger *ledger, const ContainerRecord *record, Time end)
{
    ImageRecord *image = record->image ? ledger_image(ledger, record->image) : NULL;
    for (size_t i = 0; image && i < image->n_uses; i++) {
        Use *use = &image->uses[i];
        if (!same_text(use->name, record->name) || use->last_created != record->created)
            continue;
        if (end > use->last_ended)
            use->last_ended = end;
        if (end > use->last_run)
            use->last_run = end;
    }
}

/* Nobody saw how the container ended. If it had ended since events are told without a gap, they would say so. */
static void learn_unseen_end(Ledger *ledger, const Snapshot *snapshot, const ContainerRecord *record, Time now)
{
    ImageRecord *image = record->image ? ledger_image(ledger, record->image) : NULL;
    Time until = earlier(snapshot->arrivals_since, now);
    if (image && until > image->may_have_run)
        image->may_have_run = until;
}

static Time end_of(const Snapshot *snapshot, const ContainerRecord *record, Time now)
{
    const Container *gone = find_gone(snapshot, record->id);
    Time end = gone ? gone->run.finished : 0;
    for (size_t i = 0; i < snapshot->n_ends; i++)
        if (strcmp(snapshot->ends[i].reference, record->id) == 0 && snapshot->ends[i].time > end)
            end = snapshot->ends[i].time;
    return end < now ? end : now;
}

void learn_departures(Ledger *ledger, const Snapshot *snapshot, ContainerRecord **records, size_t *count, Time now)
{
    size_t n_gone = 0;
    for (size_t i = 0; i < ledger->n_containers; i++) {
        ContainerRecord *record = &ledger->containers[i];
        if (snapshot_container(snapshot, record->id))
            continue;
        record->run.was_killed = was_ended(snapshot, record);
        if (record->gone_since == 0) { /* later it is no news */
            Time end = end_of(snapshot, record, now);
            if (end > 0)
                learn_end(ledger, record, end);
            else if (container_state_is_live(record->state))
                learn_unseen_end(ledger, snapshot, record, now);
            record->gone_since = now;
        }
        bool is_told_again = find_gone(snapshot, record->id); /* and so it must be known, lest it be news */
        if (record->run.is_auto_remove || (is_long_gone(record, now) && !is_told_again) || ++n_gone > GONE_KNOWN)
            continue;
        *array_add(records, count) = *record;
        *record = (ContainerRecord){0}; /* moved */
    }
}
