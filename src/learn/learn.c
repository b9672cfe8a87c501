/* SPDX-License-Identifier: MIT */
/*
 * Learning: the order of its steps, and what lists and events tell of images.
 *
 * The question that matters most here is when an image arrived, because a new image must be kept until it had its
 * chance to run. No engine says so: the build date is older, and the list shows only what is there. So rgc notes
 *  - `arrived`: the image was new in the list, had a new tag, or an event named it;
 *  - `came`: the image itself arrived, be it by a pull or a load; a mere tag does not count;
 *  - `pulled_again`: a pull changed nothing. That makes the image young, and nothing more.
 * What was here before the ledger is a baseline: it arrived at the latest when the events begin, and not before it was
 * built. An event of an earlier image of the same name must never count for a new one; what is new since the last pass
 * has arrived since.
 *
 * tests/unit/learn/learning.c and tests/unit/learn/sightings_fold.c test this.
 */
#include "learn.h"

#include <rgc/limits.h>

#include <rgc/ownership.h>
#include <rgc/reference.h>
#include <string.h>

#define FORGET_AFTER (35 * USEC_PER_DAY)
#define RECORDS_MAX 20000

static int compare_image_record(const void *a, const void *b)
{
    return strcmp(((const ImageRecord *)a)->id, ((const ImageRecord *)b)->id);
}

static void take_earlier(Time *time, Time evidence, Time since)
{
    if (evidence > 0 && evidence >= since && evidence < *time)
        *time = evidence;
}

/* When the image was here at the latest, because a container was created from it, or the engine noted a name of it. It
 * was not here yet before `since`. */
static Time here_at_the_latest(const Snapshot *snapshot, const Image *image, Time since, Time otherwise)
{
    Time latest = otherwise;
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (strcmp(snapshot->containers[i].image_id, image->id) == 0)
            take_earlier(&latest, snapshot->containers[i].created, since);
    for (size_t i = 0; i < snapshot->n_gone; i++)
        if (same_text(snapshot->gone[i].image_id, image->id) ||
            (same_text(snapshot->gone[i].labels.compose_image, image->id) &&
             learn_image_by_compose(snapshot, &snapshot->gone[i]) == image))
            take_earlier(&latest, snapshot->gone[i].created, since);
    const ImageFacts *facts = snapshot_facts(snapshot, image->id);
    if (facts)
        take_earlier(&latest, facts->tagged, since);
    return latest;
}

/* An image that was here before the ledger arrived no later than the time to which the replay of events reaches back
 * and, if its build date can be believed, no earlier than that. */
static Time baseline_arrival(const Snapshot *snapshot, const Image *image, Time now)
{
    Time arrived = earlier(snapshot->arrivals_since, now);
    if (image->created > arrived && image->created <= now)
        arrived = image->created;
    return here_at_the_latest(snapshot, image, 0, arrived);
}

static bool has_new_tag(const Image *image, const ImageRecord *record)
{
    for (size_t i = 0; i < image->tags.count; i++)
        if (!strings_contain(&record->tags, image->tags.items[i]))
            return true;
    return false;
}

static void learn_repositories(ImageRecord *record, const Strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository)
            strings_add_unique(&record->repositories, repository);
    }
}

/* Jobs come and go between two passes, and what named the image is all that remains of them. A tag named the image that
 * had it at that time. */
static void learn_starts(ImageRecord *record, const Snapshot *snapshot, const Image *image, Time now)
{
    for (size_t i = 0; i < snapshot->n_starts; i++) {
        const ArrivalEvent *start = &snapshot->starts[i];
        Time time = start->time < now ? start->time : now;
        bool is_named = (learn_names_tag(&image->tags, start->reference) &&
                         time >= learn_named_since(snapshot, image, record, start->reference, now)) ||
                        learn_names_digest(image, start->reference);
        if (is_named)
            learn_named_in(record, start->reference);
        if ((is_named || strcmp(start->reference, image->id) == 0) && time > record->last_named)
            record->last_named = time;
    }
}

/* An image that is new since the last pass has not arrived before that, whatever an older event says: that event
 * concerned the image that had the tag until then. */
static void learn_image(ImageRecord *record, bool is_new, const Ledger *ledger, const Snapshot *snapshot,
                        const Image *image, Time now)
{
    const LastEvents last = learn_last_events(ledger, snapshot, image, record, now);
    Time learned = learned_until(ledger), event = last.event, transfer = last.transfer;

    bool has_come = is_new || record->is_gone;
    if (is_new && learned == 0) {
        record->first_seen = now;
        record->is_baseline = true;
        record->arrived = baseline_arrival(snapshot, image, now);
    } else if (is_new || record->is_gone || has_new_tag(image, record)) {
        if (is_new) {
            record->first_seen = now;
            record->has_come_unseen = snapshot->arrivals_since > learned;
        }
        record->is_baseline = false;
        /* Behind a hole in the events, the name may have moved on to this image later. */
        bool is_told = event > record->arrived && event >= learned && event >= snapshot->arrivals_since;
        record->arrived = is_told ? event : now;
        if (has_come)
            record->arrived = here_at_the_latest(snapshot, image, learned, record->arrived);
    }
    Time came = record->arrived; /* whatever other names it has got since, when it was started or later */
    if (event > record->arrived || (event > 0 && event == record->arrived)) {
        record->arrived = event;
        record->is_baseline = false;
    }
    if (has_come)
        record->came = transfer > 0 && transfer >= learned ? transfer : came;
    if (transfer > record->came)
        record->came = transfer;
    if (last.again > record->arrived && last.again > record->pulled_again)
        record->pulled_again = last.again;
    learn_starts(record, snapshot, image, now);
    /* Once: with a gap before each pass, an image that nobody ever ran would seem to have run lately for good. */
    if (learned > 0 && snapshot->arrivals_since > learned && record->n_uses == 0 && record->may_have_run == 0)
        record->may_have_run = earlier(snapshot->arrivals_since, now);
    record->is_gone = false;
    record->was_pulled |= transfer > 0 || last.again > 0 || image->digests.count > 0;
    if (image->tags.count == 0 && record->tags.count > 0 && !image->unreadable && snapshot->arrivals_since > learned)
        record->untagged_unseen = now;
    if (!image->unreadable) /* else it may have more tags than those that can be read */
        strings_clear(&record->tags);
    for (size_t i = 0; i < image->tags.count; i++)
        strings_add_unique(&record->tags, image->tags.items[i]);
    learn_repositories(record, &image->tags);
    learn_repositories(record, &image->digests);
}

static void learn_images(Ledger *ledger, const Snapshot *snapshot, Time now)
{
    size_t n_known = ledger->n_images;

    for (size_t i = 0; i < n_known; i++)
        if (!snapshot_image(snapshot, ledger->images[i].id))
            ledger->images[i].is_gone = true;
    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        size_t n_all = ledger->n_images;
        ledger->n_images = n_known; /* the sorted part */
        ImageRecord *record = ledger_image(ledger, image->id);
        ledger->n_images = n_all;
        bool is_new = !record;
        if (is_new) {
            record = array_add(&ledger->images, &ledger->n_images);
            record->id = xstrdup(image->id);
        }
        learn_image(record, is_new, ledger, snapshot, image, now);
    }
    if (ledger->n_images > 0)
        qsort(ledger->images, ledger->n_images, sizeof(*ledger->images), compare_image_record);
}

static Time last_known(const ImageRecord *record)
{
    Time last = record->arrived > record->first_seen ? record->arrived : record->first_seen;
    for (size_t i = 0; i < record->n_uses; i++)
        if (record->uses[i].last_run > last)
            last = record->uses[i].last_run;
    return last;
}

static void forget_images(Ledger *ledger, const Policy *policy, Time now)
{
    int64_t window = FORGET_AFTER;
    if (policy->retention.jobs_max_unused_usec > window)
        window = policy->retention.jobs_max_unused_usec;
    size_t kept = 0, n_gone = 0;
    for (size_t i = 0; i < ledger->n_images; i++) {
        ImageRecord *record = &ledger->images[i];
        bool forget =
            record->is_gone && (gaps_age(&ledger->gaps, last_known(record), now) > window || ++n_gone > RECORDS_MAX);
        if (forget)
            image_record_clear(record);
        else
            ledger->images[kept++] = *record;
    }
    ledger->n_images = kept;
}

static void learn_disks(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now)
{
    bool is_high = false;
    for (size_t i = 0; i < snapshot->n_disks; i++)
        is_high |= disk_is_beyond(&snapshot->disks[i], &policy->high);
    if (!is_high)
        ledger->high_since = 0;
    else if (ledger->high_since == 0)
        ledger->high_since = now;
}

void ledger_learn(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now)
{
    if (ledger->began == 0)
        ledger->began = now;
    /* Events that nobody followed may have been uses. Of those that were told while the clock was doubted, nobody knows
     * when they were: each may have been a moment ago. */
    if (ledger->is_unplaced)
        ledger->followed_since = now;
    else if (ledger->learned == 0 || snapshot->arrivals_since > learned_until(ledger))
        ledger->followed_since = earlier(snapshot->arrivals_since, now);
    learn_images(ledger, snapshot, now);
    forget_images(ledger, policy, now); /* first, because no use may be judged by a record that is about to go */
    learn_services(ledger, snapshot, now);
    learn_uses(ledger, snapshot, policy, now);
    learn_origins(ledger, snapshot);
    learn_volumes(ledger, snapshot, now);
    learn_disks(ledger, snapshot, policy, now);
    free(ledger->boot_id);
    ledger->boot_id = xstrdup(snapshot->engine.boot_id);
    ledger->clock_offset_usec = snapshot->engine.clock_offset_usec;
    ledger->learned = now;
    ledger->is_unplaced = false;
}
