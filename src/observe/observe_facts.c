/* SPDX-License-Identifier: MIT */
/*
 * Image facts: what each image was made of, asked once and remembered.
 *
 * The problem: only its history tells whether an image is a release of an app, or a debug image that was built from
 * one. Only an inspect tells since when the containerd store has had it. How it was built takes both. That is one or
 * two requests for each image, on hosts with thousands of images, and a pass must be short.
 *
 * The idea: what an image was made of never changes. So rgc asks for each ID once, remembers the answer in facts.jsonl
 * (rgc/facts_file.h) even after the image is gone, and asks for at most 1000 images in a pass. Those whose facts may
 * decide something come first:
 *  - the steps of images that an app may have as a release, and of those that it has used, to compare them;
 *  - in the containerd store, since when an image is here that the ledger does not know and no container was made of;
 *  - how images were built, which decides nothing and is only for `rgc audit` and the metrics.
 * A failure may be of the moment, so the next pass asks again; after the second failure, rgc waits for a day.
 *
 * What is never allowed: concluding anything from a fact that is missing. An image whose steps are not known is no
 * release of an app that has not used it, so it is kept. A fact that is known is not lost when the engine fails later.
 *
 * tests/unit/state/facts_file.c tests the memory, tests/unit/decide/origins.c what is concluded from it, and
 * tests/fault/requests_per_pass.py how often a pass asks.
 */
#include <rgc/observe.h>

#include <rgc/facts_file.h>
#include <rgc/reference.h>

#include <string.h>

#define ASKED_IN_A_PASS 1000
#define ASK_AGAIN_AFTER USEC_PER_DAY
#define BUILDS_MAX 1000 /* images of which it is remembered how they were built */

/* The images that this pass asks for, and what of each: see engine_query_facts(). */
typedef struct Due {
    ImageFacts *items;
    size_t count;
    size_t n_builds; /* including those that are remembered */
} Due;

static void add_text(Strings *list, char *text)
{
    if (text)
        *array_add(&list->items, &list->count) = text;
}

/* Lists, sorted, the repositories from which containers were started, and the images that they use or have used. */
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
    strings_sort(repositories);
    strings_sort(images);
}

static bool is_in(const Strings *repositories, const Strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository && strings_contain_sorted(repositories, repository))
            return true;
    }
    return false;
}

/* The containerd store does not tell the repository of an image without a tag, so the ledger is asked. */
static bool was_in(const Strings *repositories, const ImageRecord *record)
{
    for (size_t i = 0; record && i < record->repositories.count; i++)
        if (strings_contain_sorted(repositories, record->repositories.items[i]))
            return true;
    return false;
}

static bool is_long_ago(const ImageFacts *known, Time now)
{
    return now < known->asked || now - known->asked >= ASK_AGAIN_AFTER;
}

static bool is_due(const ImageFacts *known, Time now)
{
    return !known || known->asked == 0 || (known->n_steps == 0 && is_long_ago(known, now));
}

/* Whether to ask how the image was built: rgc has not asked yet, or the engine did not tell, a day ago. */
static bool is_build_due(const ImageFacts *known, Time now)
{
    return !known || (!known->build && (!known->was_build_asked || is_long_ago(known, now)));
}

static void add_due(const Image *image, bool with_build, Time now, Due *due)
{
    *array_add(&due->items, &due->count) = (ImageFacts){.id = xstrdup(image->id),
                                                        .asked = now,
                                                        .was_build_asked = with_build,
                                                        .build = with_build ? xcalloc(1, sizeof(ImageBuild)) : NULL};
    due->n_builds += with_build;
}

/* Whether an app may have the image as its release, or has used it: the former are compared with the latter. If an image
 * that nobody used may be removed, all count: it may be the only copy of what somebody made from another one. */
static bool may_decide(const Ledger *ledger, bool ends_unmanaged, const Strings *repositories, const Strings *images,
                       const Image *image)
{
    return ends_unmanaged || strings_contain_sorted(images, image->id) || is_in(repositories, &image->tags) ||
           is_in(repositories, &image->digests) || was_in(repositories, ledger_image(ledger, image->id));
}

/* Lists the images whose facts may decide something first. Of all others rgc only asks how they were built. */
static void list_due(const Ledger *ledger, const Policy *policy, const Snapshot *snapshot, bool with_builds, Time now,
                     Due *due)
{
    cleanup_with(strings_clear) Strings repositories = {0}, images = {0};
    bool ends_unmanaged = policy_ends_unmanaged(policy);

    for (size_t i = 0; i < snapshot->n_facts; i++)
        due->n_builds += snapshot->facts[i].build && snapshot_image(snapshot, snapshot->facts[i].id);
    list_used(ledger, snapshot, &repositories, &images);
    for (int decides = 1; decides >= 0; decides--)
        for (size_t i = 0; i < snapshot->n_images && due->count < ASKED_IN_A_PASS; i++) {
            const Image *image = &snapshot->images[i];
            const ImageFacts *known = image_facts_find(snapshot->facts, snapshot->n_facts, image->id);
            bool with_build = with_builds && due->n_builds < BUILDS_MAX && is_build_due(known, now);
            if ((with_build || (decides && is_due(known, now))) &&
                may_decide(ledger, ends_unmanaged, &repositories, &images, image) == decides)
                add_due(image, with_build, now, due);
        }
}

static ImageFacts *find_due(const Due *due, const char *id)
{
    for (size_t i = 0; i < due->count; i++)
        if (strcmp(due->items[i].id, id) == 0)
            return &due->items[i];
    return NULL;
}

/* Lists images that the ledger does not know, to ask since when they are here: the containerd store has a record of it.
 * An image that a container uses needs no such record, because the container's creation tells enough. */
static void list_unknown(const Ledger *ledger, const Snapshot *snapshot, Time now, Due *due)
{
    cleanup_with(strings_clear) Strings used = {0};

    for (size_t i = 0; i < snapshot->n_containers; i++)
        add_text(&used, xstrdup(snapshot->containers[i].image_id));
    strings_sort(&used);
    for (size_t i = 0; i < snapshot->n_images; i++) {
        const char *id = snapshot->images[i].id;
        const ImageFacts *known = image_facts_find(snapshot->facts, snapshot->n_facts, id);
        if (ledger_image(ledger, id) || strings_contain_sorted(&used, id) || (known && known->inspected > 0))
            continue;
        ImageFacts *asked = find_due(due, id);
        if (asked)
            asked->inspected = now;
        else if (due->count < ASKED_IN_A_PASS)
            *array_add(&due->items, &due->count) = (ImageFacts){.id = xstrdup(id), .inspected = now};
    }
}

/* Takes the steps if the engine told them; else what is known is kept. After a first failure the image counts as not
 * asked, so that the next pass asks again; after a second one, rgc asks again in a day. */
static void take_steps(ImageFacts *to, ImageFacts *asked, bool is_first_try)
{
    if (asked->n_steps > 0) {
        free(to->steps);
        to->steps = take_ptr(asked->steps);
        to->n_steps = asked->n_steps;
    }
    to->asked = to->n_steps == 0 && is_first_try ? 0 : asked->asked;
}

static void take_build(ImageFacts *to, ImageFacts *asked)
{
    to->was_build_asked |= asked->was_build_asked;
    if (!asked->build)
        return;
    image_build_free(to->build);
    to->build = take_ptr(asked->build);
}

static void merge(Snapshot *snapshot, ImageFacts *asked, size_t count)
{
    size_t n_known = snapshot->n_facts;
    for (size_t i = 0; i < count; i++) {
        ImageFacts *known = image_facts_find(snapshot->facts, n_known, asked[i].id);
        bool is_new = !known;
        if (is_new) {
            known = array_add(&snapshot->facts, &snapshot->n_facts);
            known->id = xstrdup(asked[i].id);
        }
        if (asked[i].inspected > 0) {
            known->inspected = asked[i].inspected;
            known->tagged = asked[i].tagged;
        }
        if (asked[i].asked > 0)
            take_steps(known, &asked[i], is_new);
        take_build(known, &asked[i]);
    }
    snapshot_index(snapshot);
}

int observe_facts(Engine *engine, StateDirectory *state, const Ledger *ledger, const Policy *policy, bool with_builds,
                  Snapshot *snapshot, Time now, bool *ret_is_new, Error *err)
{
    Due due = {0};

    if (state)
        facts_load(state, &snapshot->facts, &snapshot->n_facts);
    list_due(ledger, policy, snapshot, with_builds, now, &due);
    if (snapshot->engine.store == STORE_CONTAINERD)
        list_unknown(ledger, snapshot, now, &due);
    int r = due.count > 0 ? engine_query_facts(engine, due.items, due.count, err) : 0;
    *ret_is_new = r == 0 && due.count > 0;
    if (*ret_is_new)
        merge(snapshot, due.items, due.count);
    for (size_t i = 0; i < due.count; i++)
        image_facts_clear(&due.items[i]);
    free(due.items);
    return r;
}
