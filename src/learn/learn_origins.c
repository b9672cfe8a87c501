/* SPDX-License-Identifier: MIT */
/*
 * Which images somebody has made here, and which are therefore no releases.
 *
 * The problem: beside its releases, an app's repository may have what people made: a container committed as a backup,
 * an image for debugging, an import, a base image. They inherit the labels of a release, and are tagged like one. If
 * they counted as releases, they would take the slots of real ones, or be removed as superseded.
 *
 * The idea: an image is own work if an event says that it was committed or imported here, or if the history of its
 * steps tells: it continues a release that has run, or such a release continues it. Two releases do not continue
 * each other as a rule, because their last steps differ; one that does becomes a release by its first run. If neither
 * of two related images has run, as after a lost ledger, nobody knows which one is the release: then both may be own
 * work, and both are kept. Only the base of a release that has run says nothing about what else is built on it.
 *
 * What is never allowed: that something is concluded from steps that are not known; that a finding is taken back when
 * the release that proved it is gone. tests/unit/decide/origins.c and tests/unit/decide/histories_owned.c (h35, h36)
 * test this.
 */
#include "learn.h"

#include <rgc/ownership.h>

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

typedef struct Releases {
    const ImageFacts **items; /* of images that have run in an app */
    size_t count;
    Strings repositories; /* of the same images */
} Releases;

static void find_releases(const Ledger *ledger, const Snapshot *snapshot, Releases *ret)
{
    ret->items = xcalloc(ledger->n_images + 1, sizeof(*ret->items));
    for (size_t i = 0; i < ledger->n_images; i++) {
        const ImageRecord *record = &ledger->images[i];
        if (!has_run_in_app(record))
            continue;
        for (size_t j = 0; j < record->repositories.count; j++)
            strings_add_unique(&ret->repositories, record->repositories.items[j]);
        const ImageFacts *facts = snapshot_facts(snapshot, record->id);
        if (facts)
            ret->items[ret->count++] = facts;
    }
}

static bool is_of_a_release(const ImageFacts *facts, const Releases *releases)
{
    for (size_t i = 0; i < releases->count; i++)
        if (image_facts_derive(facts, releases->items[i]))
            return true;
    return false;
}

/* An image that has not run in an app, as far as is known, in an app's repository or with the label of a service. */
typedef struct Unknown {
    ImageRecord *record;
    const ImageFacts *facts;
    const char *service;
    bool is_base; /* a release that has run was made from it: what else continues it may be a release as well */
} Unknown;

static bool is_base_of_a_release(const ImageFacts *facts, const Releases *releases)
{
    for (size_t i = 0; i < releases->count; i++)
        if (facts->n_steps < releases->items[i]->n_steps && image_facts_derive(facts, releases->items[i]))
            return true;
    return false;
}

static size_t find_unknown(const Ledger *ledger, const Snapshot *snapshot, const Releases *releases, Unknown **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < snapshot->n_images; i++) {
        ImageRecord *record = ledger_image(ledger, snapshot->images[i].id);
        const ImageFacts *facts = record && !has_run_in_app(record) ? snapshot_facts(snapshot, record->id) : NULL;
        const char *service = snapshot->images[i].labels.service;
        bool may_be_of_app = service;
        for (size_t j = 0; facts && j < record->repositories.count && !may_be_of_app; j++)
            may_be_of_app = strings_contain(&releases->repositories, record->repositories.items[j]);
        if (facts && facts->n_steps > 0 && may_be_of_app)
            *array_add(ret, &count) = (Unknown){
                .record = record, .facts = facts, .service = service, .is_base = is_base_of_a_release(facts, releases)};
    }
    return count;
}

static bool may_be_of_one_app(const Unknown *a, const Unknown *b)
{
    if (a->service && same_text(a->service, b->service))
        return true;
    for (size_t i = 0; i < a->record->repositories.count; i++)
        if (strings_contain(&b->record->repositories, a->record->repositories.items[i]))
            return true;
    return false;
}

/* If one image continues another, one of the two is somebody's own work. If neither is known to have run, nobody knows
 * which: after a lost ledger, for instance, a backup and the release that it was made from. */
static void find_related(const Unknown *unknown, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            const Unknown *a = &unknown[i], *b = &unknown[j];
            if (!a->is_base && !b->is_base && image_facts_derive(a->facts, b->facts) && may_be_of_one_app(a, b))
                a->record->may_be_own_work = b->record->may_be_own_work = true;
        }
}

/* Own work once found remains own work: the release that proves it may be gone at the next pass. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot)
{
    Releases releases = {0};
    Unknown *unknown = NULL;

    find_releases(ledger, snapshot, &releases);
    for (size_t i = 0; i < snapshot->n_images; i++) {
        ImageRecord *record = ledger_image(ledger, snapshot->images[i].id);
        if (!record || record->is_own_work)
            continue;
        bool has_run = has_run_in_app(record);
        const ImageFacts *facts = has_run ? NULL : snapshot_facts(snapshot, record->id);
        record->may_be_own_work &= !has_run;
        record->is_own_work = was_made_here(snapshot, record->id) || (facts && is_of_a_release(facts, &releases));
    }
    size_t count = find_unknown(ledger, snapshot, &releases, &unknown);
    find_related(unknown, count);
    free(unknown);
    free(releases.items);
    strings_clear(&releases.repositories);
}
