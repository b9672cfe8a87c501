/* SPDX-License-Identifier: MIT */
/* What images were made of, and since when they are here: remembered, and asked for where it matters and is not known
 * yet. */
#include <rgc/observe.h>

#include <rgc/facts_file.h>
#include <rgc/reference.h>

#include <string.h>

#define ASKED_IN_A_PASS 1000
#define ASK_AGAIN_AFTER USEC_PER_DAY

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_text(Strings *list, char *text)
{
    if (text)
        *array_add(&list->items, &list->count) = text;
}

static bool contains_sorted(const Strings *list, const char *text)
{
    return list->count > 0 && bsearch(&text, list->items, list->count, sizeof(char *), compare_text);
}

/* Repositories from which containers were started, and the images that these are of. */
static void list_used(const Ledger *ledger, const Snapshot *snapshot, Strings *repositories, Strings *images)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        add_text(repositories, container->image_ref ? reference_repository(container->image_ref) : NULL);
        add_text(images, xstrdup(container->image_id));
    }
    for (size_t i = 0; i < ledger->n_images; i++) {
        const ImageRecord *record = &ledger->images[i];
        if (record->n_uses > 0)
            add_text(images, xstrdup(record->id));
        for (size_t j = 0; j < record->n_uses; j++)
            for (size_t k = 0; k < record->uses[j].repositories.count; k++)
                add_text(repositories, xstrdup(record->uses[j].repositories.items[k]));
    }
    if (repositories->count > 0)
        qsort(repositories->items, repositories->count, sizeof(char *), compare_text);
    if (images->count > 0)
        qsort(images->items, images->count, sizeof(char *), compare_text);
}

static bool is_in(const Strings *repositories, const Strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository && contains_sorted(repositories, repository))
            return true;
    }
    return false;
}

/* The containerd store tells no repository of an image without a tag: the ledger does. */
static bool was_in(const Strings *repositories, const ImageRecord *record)
{
    for (size_t i = 0; record && i < record->repositories.count; i++)
        if (contains_sorted(repositories, record->repositories.items[i]))
            return true;
    return false;
}

static ImageFacts *find(const Snapshot *snapshot, size_t n_known, const char *id)
{
    for (size_t low = 0, high = n_known; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(snapshot->facts[middle].id, id);
        if (order == 0)
            return &snapshot->facts[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_due(const ImageFacts *known, Time now)
{
    return !known || known->asked == 0 ||
           (known->n_steps == 0 && (now < known->asked || now - known->asked >= ASK_AGAIN_AFTER));
}

/* Those that an app may have as its release, and its releases, with which they are compared. */
static void list_due(const Ledger *ledger, const Snapshot *snapshot, Time now, ImageFacts **due, size_t *count)
{
    cleanup_with(strings_clear) Strings repositories = {0}, images = {0};

    list_used(ledger, snapshot, &repositories, &images);
    for (size_t i = 0; i < snapshot->n_images && *count < ASKED_IN_A_PASS; i++) {
        const Image *image = &snapshot->images[i];
        if (is_due(find(snapshot, snapshot->n_facts, image->id), now) &&
            (contains_sorted(&images, image->id) || is_in(&repositories, &image->tags) ||
             is_in(&repositories, &image->digests) || was_in(&repositories, ledger_image(ledger, image->id))))
            *array_add(due, count) = (ImageFacts){.id = xstrdup(image->id), .asked = now};
    }
}

/* Since when an image is here that the ledger does not know: this engine has a record of it. Of what a container was made
 * of, that tells enough. */
static void list_unknown(const Ledger *ledger, const Snapshot *snapshot, Time now, ImageFacts **due, size_t *count)
{
    cleanup_with(strings_clear) Strings used = {0};

    for (size_t i = 0; i < snapshot->n_containers; i++)
        add_text(&used, xstrdup(snapshot->containers[i].image_id));
    if (used.count > 0)
        qsort(used.items, used.count, sizeof(char *), compare_text);
    for (size_t i = 0; i < snapshot->n_images && *count < ASKED_IN_A_PASS; i++) {
        const char *id = snapshot->images[i].id;
        const ImageFacts *known = find(snapshot, snapshot->n_facts, id);
        if (!ledger_image(ledger, id) && !contains_sorted(&used, id) && !(known && known->inspected > 0))
            *array_add(due, count) = (ImageFacts){.id = xstrdup(id), .inspected = now};
    }
}

/* One failure may be of the moment: the next pass asks again. After two it has a day's time. */
static void take_steps(ImageFacts *to, ImageFacts *asked, bool is_first_try)
{
    free(to->steps);
    to->steps = take_ptr(asked->steps);
    to->n_steps = asked->n_steps;
    to->asked = asked->n_steps == 0 && is_first_try ? 0 : asked->asked;
}

static void merge(Snapshot *snapshot, ImageFacts *asked, size_t count)
{
    size_t n_known = snapshot->n_facts;
    for (size_t i = 0; i < count; i++) {
        ImageFacts *known = find(snapshot, n_known, asked[i].id);
        bool is_new = !known;
        if (is_new) {
            known = array_add(&snapshot->facts, &snapshot->n_facts);
            known->id = xstrdup(asked[i].id);
        }
        if (asked[i].inspected > 0) {
            known->inspected = asked[i].inspected;
            known->tagged = asked[i].tagged;
        } else {
            take_steps(known, &asked[i], is_new);
        }
    }
    snapshot_index(snapshot);
}

typedef int Query(Engine *engine, ImageFacts *facts, size_t count, Error *err);

/* Takes over `due`. */
static int ask(Engine *engine, Query *query, Snapshot *snapshot, ImageFacts *due, size_t count, bool *ret_is_new,
               Error *err)
{
    int r = count > 0 ? query(engine, due, count, err) : 0;
    if (r == 0 && count > 0) {
        merge(snapshot, due, count);
        *ret_is_new = true;
    }
    for (size_t i = 0; i < count; i++)
        image_facts_clear(&due[i]);
    free(due);
    return r;
}

int observe_facts(Engine *engine, StateDirectory *state, const Ledger *ledger, Snapshot *snapshot, Time now,
                  bool *ret_is_new, Error *err)
{
    ImageFacts *due = NULL, *unknown = NULL;
    size_t n_due = 0, n_unknown = 0;

    *ret_is_new = false;
    if (state)
        facts_load(state, &snapshot->facts, &snapshot->n_facts);
    list_due(ledger, snapshot, now, &due, &n_due);
    int r = ask(engine, engine_query_facts, snapshot, due, n_due, ret_is_new, err);
    if (r < 0 || snapshot->engine.store != STORE_CONTAINERD)
        return r;
    list_unknown(ledger, snapshot, now, &unknown, &n_unknown);
    return ask(engine, engine_query_tag_times, snapshot, unknown, n_unknown, ret_is_new, err);
}
