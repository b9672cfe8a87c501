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
 * Whatever continues any image that is or was here may be the only copy of somebody's work: no event may have told of the
 * commit, and no pass may have seen the container run that it was made of.
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
    const ImageFacts **items; /* of images that have run in an app, in the order of compare_steps */
    size_t count;
    Strings repositories; /* of the same images */
} Releases;

/* An order in which what continues an image follows it at once, behind what has the same steps. */
static int compare_steps(const ImageFacts *a, const ImageFacts *b)
{
    size_t shorter = a->n_steps < b->n_steps ? a->n_steps : b->n_steps;
    int order = shorter > 0 ? memcmp(a->steps, b->steps, shorter * sizeof(*a->steps)) : 0;
    return order ? order : (a->n_steps > b->n_steps) - (a->n_steps < b->n_steps);
}

static int compare_releases(const void *a, const void *b)
{
    return compare_steps(*(const ImageFacts *const *)a, *(const ImageFacts *const *)b);
}

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
    qsort(ret->items, ret->count, sizeof(*ret->items), compare_releases);
}

/* The index of the first release that comes after these steps. */
static size_t first_after(const Releases *releases, const ImageFacts *facts)
{
    size_t low = 0, high = releases->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_steps(releases->items[middle], facts) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Does a release that has run continue these steps? */
static bool is_base_of_a_release(const ImageFacts *facts, const Releases *releases)
{
    size_t next = first_after(releases, facts);
    return next < releases->count && image_facts_derive(facts, releases->items[next]);
}

static bool continues_a_release(const ImageFacts *facts, const Releases *releases)
{
    ImageFacts begin = *facts; /* borrows */
    for (begin.n_steps = 1; begin.n_steps < facts->n_steps; begin.n_steps++) {
        size_t next = first_after(releases, &begin);
        if (next > 0 && compare_steps(releases->items[next - 1], &begin) == 0)
            return true;
    }
    return false;
}

/* An image that has not run in an app, as far as is known, as one of a service or of a repository. */
typedef struct Unknown {
    ImageRecord *record;
    const ImageFacts *facts;
    const char *name; /* of the service, or the repository */
    bool is_service;
} Unknown;

static int compare_unknown(const void *a, const void *b)
{
    const Unknown *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (order == 0)
        order = x->is_service - y->is_service;
    return order ? order : compare_steps(x->facts, y->facts);
}

/* What has not run, in an app's repository or with the label of a service. Of a base of a release that has run, what
 * else continues it may be a release as well: such a base tells nothing. */
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
        if (!facts || facts->n_steps == 0 || !may_be_of_app || is_base_of_a_release(facts, releases))
            continue;
        if (service)
            *array_add(ret, &count) = (Unknown){.record = record, .facts = facts, .name = service, .is_service = true};
        for (size_t j = 0; j < record->repositories.count; j++)
            *array_add(ret, &count) =
                (Unknown){.record = record, .facts = facts, .name = record->repositories.items[j]};
    }
    if (count > 0)
        qsort(*ret, count, sizeof(**ret), compare_unknown);
    return count;
}

static bool continues(const Unknown *unknown, const Unknown *from)
{
    return strcmp(unknown->name, from->name) == 0 && unknown->is_service == from->is_service &&
           image_facts_derive(from->facts, unknown->facts);
}

/* Of one name and with the same steps: items `from` up to `end`, exclusive. */
typedef struct Alike {
    size_t from, end;
} Alike;

static void mark(const Unknown *unknown, Alike alike)
{
    for (size_t i = alike.from; i < alike.end; i++)
        unknown[i].record->may_be_own_work = true;
}

/* If one image continues another, one of the two is somebody's own work. If neither is known to have run, nobody knows
 * which: after a lost ledger, for instance, a backup and the release that it was made from. What an image continues
 * stands before it in the order, so all that the present one continues is on a stack. */
static void find_related(const Unknown *unknown, size_t count)
{
    Alike *begun = xcalloc(count + 1, sizeof(*begun));
    size_t depth = 0, end = 0;
    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && compare_unknown(&unknown[i], &unknown[end]) == 0;)
            end++;
        while (depth > 0 && !continues(&unknown[i], &unknown[begun[depth - 1].from]))
            depth--;
        const Alike alike = {i, end};
        if (depth > 0) {
            mark(unknown, begun[depth - 1]);
            mark(unknown, alike);
        }
        begun[depth++] = alike;
    }
    free(begun);
}

/* It came before rgc did, or while events were missed, and no registry has it: it may have been committed or imported. */
static bool may_have_been_imported(const Snapshot *snapshot, const Image *image, const ImageRecord *record)
{
    return engine_tells_registries(&snapshot->engine) && image->digests.count == 0 && !record->was_pulled &&
           (record->is_baseline || record->has_come_unseen);
}

/* A base can be pulled or built again, but what continues any image that is or was here may be the only copy of somebody's
 * work. What an image continues stands before it in the order. */
static void find_continuing(const Ledger *ledger, const Snapshot *snapshot)
{
    const ImageFacts **all = xcalloc(snapshot->n_facts + 1, sizeof(*all)),
                     **begun = xcalloc(snapshot->n_facts + 1, sizeof(*begun));
    size_t count = 0, depth = 0;
    for (size_t i = 0; i < snapshot->n_facts; i++)
        if (snapshot->facts[i].n_steps > 0)
            all[count++] = &snapshot->facts[i];
    qsort(all, count, sizeof(*all), compare_releases);
    for (size_t i = 0; i < count; i++) {
        ImageRecord *record = ledger_image(ledger, all[i]->id);
        while (depth > 0 && !image_facts_derive(begun[depth - 1], all[i]))
            depth--;
        if (record)
            record->may_be_only_copy |= depth > 0;
        begun[depth++] = all[i];
    }
    free(all);
    free(begun);
}

/* Own work once found remains own work: the release that proves it may be gone at the next pass. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot)
{
    Releases releases = {0};
    Unknown *unknown = NULL;

    find_releases(ledger, snapshot, &releases);
    for (size_t i = 0; i < snapshot->n_images; i++) {
        ImageRecord *record = ledger_image(ledger, snapshot->images[i].id);
        if (!record)
            continue;
        bool has_run = has_run_in_app(record), is_made_here = was_made_here(snapshot, record->id);
        const ImageFacts *facts = has_run ? NULL : snapshot_facts(snapshot, record->id);
        record->may_be_own_work &= !has_run;
        record->is_own_work |=
            is_made_here ||
            (facts && (continues_a_release(facts, &releases) || is_base_of_a_release(facts, &releases)));
        record->may_be_only_copy |= is_made_here || may_have_been_imported(snapshot, &snapshot->images[i], record);
    }
    size_t count = find_unknown(ledger, snapshot, &releases, &unknown);
    find_related(unknown, count);
    find_continuing(ledger, snapshot);
    free(unknown);
    free(releases.items);
    strings_clear(&releases.repositories);
}
