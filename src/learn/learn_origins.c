/* SPDX-License-Identifier: MIT */
/* What somebody made here of an app's image is no release of it, whatever labels and tags it has: what was committed or
 * imported, what continues the steps of a release (a debug image), what a release continues (a base image). */
#include "learn.h"

#include <string.h>

static bool has_run_in_app(const ImageRecord *record)
{
    for (size_t i = 0; i < record->n_uses; i++)
        if (record->uses[i].kind != APP_NONE && !record->uses[i].is_exec)
            return true;
    return false;
}

static bool was_made_here(const Snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->n_arrivals; i++)
        if (snapshot->arrivals[i].is_made_here && strcmp(snapshot->arrivals[i].reference, id) == 0)
            return true;
    return false;
}

static bool is_of_a_release(const ImageFacts *facts, const ImageFacts *const *releases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (image_facts_derive(facts, releases[i]))
            return true;
    return false;
}

/* Once found it stays so: the release that tells it may be gone the next time. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot)
{
    const ImageFacts **releases = xcalloc(ledger->n_images + 1, sizeof(*releases));
    size_t count = 0;

    for (size_t i = 0; i < ledger->n_images; i++) {
        const ImageFacts *facts =
            has_run_in_app(&ledger->images[i]) ? snapshot_facts(snapshot, ledger->images[i].id) : NULL;
        if (facts)
            releases[count++] = facts;
    }
    for (size_t i = 0; i < snapshot->n_images; i++) {
        ImageRecord *record = ledger_image(ledger, snapshot->images[i].id);
        if (!record || record->is_own_work)
            continue;
        const ImageFacts *facts = has_run_in_app(record) ? NULL : snapshot_facts(snapshot, record->id);
        record->is_own_work = was_made_here(snapshot, record->id) || (facts && is_of_a_release(facts, releases, count));
    }
    free(releases);
}
