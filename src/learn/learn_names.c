/* SPDX-License-Identifier: MIT */
/*
 * Which image a name meant when an event reported it.
 *
 * Events name images by tags, and tags move. A pass sees the events later, when a tag may be on another image. So rgc
 * asks since when an image has had the name (learn_named_since). What was started by the name before that was another
 * image, and rather than guess, rgc then knows of none. Some events are no news at all: the tags that rgc itself gave
 * back, what a clock that was set since makes look new, and a pull that changed nothing.
 *
 * tests/unit/learn/replay.c and tests/unit/learn/learning.c test this.
 */
#include "learn.h"

#include <rgc/ownership.h>
#include <rgc/reference.h>
#include <string.h>

bool learn_names_tag(const Strings *tags, const char *reference)
{
    if (strings_contain(tags, reference))
        return true;
    if (reference_tag(reference) || reference_is_digest(reference))
        return false;
    cleanup_with(free_charp) char *latest = xasprintf("%s:latest", reference);
    return strings_contain(tags, latest);
}

static bool is_own(const ArrivalEvent *event, const ImageRecord *record)
{
    return !event->is_transfer && event->time >= record->returned_from && event->time <= record->returned_until;
}

static bool is_kamals_container(const Container *container, const char *image)
{
    return container->labels.service && same_text(container->image_id, image);
}

/* Kamal pulls only what it deploys, and takes the name off the image before: each of its pulls is an arrival. */
static bool is_of_kamal(const Snapshot *snapshot, const Image *image, const ImageRecord *record)
{
    bool is = image->labels.service;
    for (size_t i = 0; i < record->n_uses && !is; i++)
        is = record->uses[i].kind == APP_KAMAL;
    for (size_t i = 0; i < snapshot->n_containers && !is; i++)
        is = is_kamals_container(&snapshot->containers[i], image->id);
    for (size_t i = 0; i < snapshot->n_gone && !is; i++)
        is = is_kamals_container(&snapshot->gone[i], image->id);
    return is;
}

static bool is_pull_of(const ArrivalEvent *event, const Strings *tags)
{
    return event->is_transfer && strings_contain(tags, event->reference);
}

/* Is this a pull of a name that the image had at the last pass? The agent, which follows the events, notes for a pull
 * also the image's ID, with the same time. */
static bool is_pull_again(const Snapshot *snapshot, const ArrivalEvent *event, const ImageRecord *record)
{
    if (is_pull_of(event, &record->tags))
        return true;
    for (size_t i = 0; event->is_transfer && strcmp(event->reference, record->id) == 0 && i < snapshot->n_arrivals; i++)
        if (snapshot->arrivals[i].time == event->time && is_pull_of(&snapshot->arrivals[i], &record->tags))
            return true;
    return false;
}

/* Is this an event that the engine reports once more, with the stamp of a clock that has been set since? */
static bool is_known(const Ledger *ledger, const ArrivalEvent *event, const ImageRecord *record)
{
    return steps_may_be(&ledger->steps, event->time, record->came, 0) ||
           steps_may_be(&ledger->steps, event->time, record->arrived, 0);
}

LastEvents learn_last_events(const Ledger *ledger, const Snapshot *snapshot, const Image *image,
                             const ImageRecord *record, Time now)
{
    LastEvents last = {0};
    bool may_be_unchanged = !record->is_gone && !image->unreadable;
    for (size_t i = 0; i < snapshot->n_arrivals; i++) {
        const ArrivalEvent *event = &snapshot->arrivals[i];
        if (strcmp(event->reference, image->id) != 0 && !strings_contain(&image->tags, event->reference) &&
            !strings_contain(&image->digests, event->reference))
            continue;
        if (is_own(event, record) || is_known(ledger, event, record))
            continue;
        Time time = event->time < now ? event->time : now;
        if (may_be_unchanged && is_pull_again(snapshot, event, record) && !is_of_kamal(snapshot, image, record)) {
            raise_time(&last.again, time);
            continue;
        }
        raise_time(&last.event, time);
        if (event->is_transfer)
            raise_time(&last.transfer, time);
    }
    return last;
}

static bool is_this_name(const Strings *tags, const ArrivalEvent *event, const char *reference)
{
    if (strcmp(event->reference, reference) == 0)
        return true;
    const Strings told = {.items = (char *[]){event->reference}, .count = 1};
    return strings_contain(tags, event->reference) && learn_names_tag(&told, reference);
}

Time learn_named_since(const Snapshot *snapshot, const Image *image, const ImageRecord *record, const char *reference,
                       Time now)
{
    Time since = image->created <= now ? image->created : 0;
    for (size_t i = 0; i < snapshot->n_arrivals; i++) {
        const ArrivalEvent *event = &snapshot->arrivals[i];
        bool is_load = event->is_transfer && strcmp(event->reference, image->id) == 0;
        if (event->time > since && event->time <= now && (is_load || is_this_name(&image->tags, event, reference)))
            since = event->time;
    }
    return !record->is_baseline && record->came > since ? record->came : since;
}

bool learn_names_digest(const Image *image, const char *reference)
{
    if (!reference_is_digest(reference))
        return false;
    cleanup_with(free_charp) char *repository = reference_repository(reference);
    cleanup_with(free_charp) char *digest =
        repository ? xasprintf("%s%s", repository_short(repository), strchr(reference, '@')) : NULL;
    return strings_contain(&image->digests, reference) || (digest && strings_contain(&image->digests, digest));
}

static const Image *image_by_name(const Ledger *ledger, const Snapshot *snapshot, const char *reference, Time at,
                                  Time now)
{
    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        const ImageRecord *record = ledger_image(ledger, image->id);
        if (strcmp(image->id, reference) == 0 || learn_names_digest(image, reference))
            return image;
        if (record && learn_names_tag(&image->tags, reference))
            return at >= learn_named_since(snapshot, image, record, reference, now) ? image : NULL;
    }
    return NULL;
}

/* `docker commit` passes that label on, together with the hash. So if an image here has the container's hash, the
 * container may run that one, and the label proves nothing. */
const Image *learn_image_by_compose(const Snapshot *snapshot, const Container *container)
{
    const Labels *labels = &container->labels;
    if (!labels->compose_image || !labels->compose_hash)
        return NULL;
    for (size_t i = 0; i < snapshot->n_images; i++)
        if (same_text(snapshot->images[i].labels.compose_hash, labels->compose_hash))
            return NULL;
    return snapshot_image(snapshot, labels->compose_image);
}

const Image *learn_image_of_gone(const Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now)
{
    if (container->image_id)
        return snapshot_image(snapshot, container->image_id);
    const Image *image = learn_image_by_compose(snapshot, container);
    Time at = container->created > 0 ? container->created : container->run.started;
    if (!image && container->image_ref && at > 0)
        image = image_by_name(ledger, snapshot, container->image_ref, at, now);
    return image;
}
