/* SPDX-License-Identifier: MIT */
/* Finds records in a ledger, notes single facts in it, and frees it. What a pass learns is src/learn's business. */
#include <rgc/ledger.h>
#include <rgc/saturate.h>
#include <string.h>

static int compare_with_image(const void *id, const void *record)
{
    return strcmp(id, ((const ImageRecord *)record)->id);
}

static int compare_with_container(const void *id, const void *record)
{
    return strcmp(id, ((const ContainerRecord *)record)->id);
}

ImageRecord *ledger_image(const Ledger *ledger, const char *id)
{
    return ledger->n_images == 0
               ? NULL
               : bsearch(id, ledger->images, ledger->n_images, sizeof(*ledger->images), compare_with_image);
}

ContainerRecord *ledger_container(const Ledger *ledger, const char *id)
{
    return ledger->n_containers == 0 ? NULL
                                     : bsearch(id, ledger->containers, ledger->n_containers,
                                               sizeof(*ledger->containers), compare_with_container);
}

Time ledger_volume_alone_since(const Ledger *ledger, const char *name)
{
    for (size_t i = 0; i < ledger->n_volumes; i++)
        if (strcmp(ledger->volumes[i].name, name) == 0)
            return ledger->volumes[i].alone_since;
    return 0;
}

/* The agent sees the disk every minute; a pass alone would need two passes five minutes apart to know the same. */
void ledger_note_pressure(Ledger *ledger, Time now)
{
    if (ledger->high_since == 0 || ledger->high_since > now - PRESSURE_AFTER)
        ledger->high_since = now - PRESSURE_AFTER;
}

void ledger_note_returned(Ledger *ledger, const char *id, Time from, Time until)
{
    ImageRecord *record = ledger_image(ledger, id);
    if (!record)
        return;
    record->returned_from = from;
    record->returned_until = until;
}

/* The engine tells of an end a moment after it has noted it. */
#define END_TOLD_WITHIN USEC_PER_SEC

static Time last_known(const ContainerRecord *record)
{
    return later(record->run.started, record->run.finished);
}

bool container_record_precedes(const ContainerRecord *record, Time end)
{
    return end > saturating_add(last_known(record), END_TOLD_WITHIN);
}

/* Events are missing since the last pass, and the list does not rule out that the container has been started or has ended
 * since then. If the clock has been set back, nobody can say how long ago that pass was. */
static bool may_have_changed_unseen(const Ledger *ledger, const Snapshot *snapshot, const Container *container,
                                    Time now)
{
    int64_t since = saturating_subtract(now, ledger->learned);
    if (container->in_state_for_usec == 0)
        return false;
    return since < 0 || (snapshot->arrivals_since > ledger->learned && container->in_state_for_usec <= since);
}

/* The engine goes on reporting stamps that a clock has taken which was set since. Of such a stamp nobody can tell whether
 * it is of a new end, but it may be of the known one. */
static bool is_later_end(const Ledger *ledger, const ContainerRecord *record, Time stamp, Time now)
{
    Time placed = steps_place(&ledger->steps, stamp, now);
    return container_record_precedes(record, placed) &&
           !steps_may_be(&ledger->steps, placed, last_known(record), END_TOLD_WITHIN);
}

bool ledger_tells_of_earlier_life(const Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now)
{
    const ContainerRecord *record = ledger_container(ledger, container->id);
    if (!record)
        return false;
    if (may_have_changed_unseen(ledger, snapshot, container, now))
        return true;
    for (size_t i = 0; i < snapshot->n_ends; i++)
        if (strcmp(snapshot->ends[i].reference, record->id) == 0 &&
            is_later_end(ledger, record, snapshot->ends[i].time, now))
            return true;
    return false;
}

/* The state must be the same as then: a container that was started again has another life. */
bool ledger_recall(const Ledger *ledger, Container *container)
{
    const ContainerRecord *record = ledger_container(ledger, container->id);
    if (!record || !record->is_settled || record->state != container->state)
        return false;
    container->run = record->run;
    if (record->reference) {
        free(container->image_ref);
        container->image_ref = xstrdup(record->reference);
    }
    return true;
}

void use_clear(Use *use)
{
    free(use->app);
    free(use->folder);
    free(use->name);
    strings_clear(&use->repositories);
    free(use->destination);
    free(use->role);
    free(use->version);
    *use = (Use){0};
}

void container_record_clear(ContainerRecord *record)
{
    free(record->id);
    free(record->image);
    free(record->name);
    free(record->reference);
    *record = (ContainerRecord){0};
}

void image_record_clear(ImageRecord *record)
{
    for (size_t i = 0; i < record->n_uses; i++)
        use_clear(&record->uses[i]);
    free(record->uses);
    free(record->id);
    strings_clear(&record->tags);
    strings_clear(&record->repositories);
    strings_clear(&record->references);
    strings_clear(&record->named_in);
    *record = (ImageRecord){0};
}

void intent_clear(Intent *intent)
{
    free(intent->image_id);
    strings_clear(&intent->tags);
    *intent = (Intent){0};
}

void ledger_clear(Ledger *ledger)
{
    gaps_clear(&ledger->gaps);
    steps_clear(&ledger->steps);
    free(ledger->doubt.boot_id);
    if (ledger->stored)
        ledger_clear(ledger->stored);
    free(ledger->stored);
    for (size_t i = 0; i < ledger->n_images; i++)
        image_record_clear(&ledger->images[i]);
    free(ledger->images);
    for (size_t i = 0; i < ledger->n_containers; i++)
        container_record_clear(&ledger->containers[i]);
    free(ledger->containers);
    for (size_t i = 0; i < ledger->n_intents; i++)
        intent_clear(&ledger->intents[i]);
    free(ledger->intents);
    for (size_t i = 0; i < ledger->n_volumes; i++)
        free(ledger->volumes[i].name);
    free(ledger->volumes);
    free(ledger->boot_id);
    *ledger = (Ledger){0};
}
