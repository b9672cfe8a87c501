/* SPDX-License-Identifier: MIT */
/*
 * How much of the disk images take, by holder: apps, and what belongs to none.
 *
 * The problem: the lines of `rgc status` should add up to what the disk says, but images share layers, and their sizes
 * count each layer as often as it is shared.
 *
 * The idea: every image is taken apart into parts, each part counts once, and a part of several holders counts under
 * "shared layers". A part is a layer together with all layers below it, as engines keep them: the same files on another
 * base are on the disk twice. In a containerd store, the files of an image (rgc/survey.h) are parts as well, by their
 * digest; where they cannot be read, what is compressed is spread over the layers in proportion.
 *
 * An image whose layers are not known counts with what it does not share, and the largest shared size among such images
 * counts once, which is the least that is shared. Where that is inexact, a note says so. tests/unit/facts/holders.c
 * tests this.
 */
#include "holder_lines.h"

#include "facts/layers.h"

#include <rgc/fingerprint.h>
#include <rgc/labels.h>
#include <rgc/saturate.h>

#include <inttypes.h>
#include <string.h>

/* The holders of images are the apps, by their index, followed by these. */
typedef enum Category {
    CATEGORY_UNMANAGED,
    CATEGORY_DANGLING,
    CATEGORY_OTHER,
    CATEGORY_SHARED,
    CATEGORY_MAX_,
} Category;

static const struct CategorySpec {
    HolderKind kind;
    const char *name, *command;
} categories[CATEGORY_MAX_] = {
    [CATEGORY_UNMANAGED] = {HOLDER_UNMANAGED, "unmanaged images", "docker image rm IMAGE"},
    [CATEGORY_DANGLING] = {HOLDER_DANGLING, "dangling images", "rgc collect"},
    [CATEGORY_OTHER] = {HOLDER_OTHER_IMAGES, "other images", "docker image rm IMAGE"},
    [CATEGORY_SHARED] = {HOLDER_SHARED, "shared layers", NULL},
};

/* One thing that images may have in common. */
typedef struct CommonPart {
    uint64_t key; /* of its content, and of what lies below it */
    int64_t bytes;
    size_t holder;
} CommonPart;

typedef struct Sums {
    int64_t *bytes; /* by holder: apps, then categories */
    size_t n_apps;
    size_t *counts; /* images */
    CommonPart *parts;
    size_t n_parts;
    size_t next_blob;       /* of the survey: they are in the order of the images */
    int64_t largest_shared; /* among the images whose layers are not known */
    bool is_guessed;        /* of some image, neither the layers nor the shared size are known */
    bool is_bounded;        /* of some image, only the shared size is known, not who else has it */
    bool is_proportional;   /* of some image, the compressed layers are known as one sum only */
} Sums;

static size_t category_of(const PlannedImage *planned)
{
    static const Category of_group[GROUP_MAX_] = {
        [GROUP_OTHER] = CATEGORY_OTHER,
        [GROUP_UNMANAGED] = CATEGORY_UNMANAGED,
        [GROUP_DANGLING] = CATEGORY_DANGLING,
    };
    return of_group[reason_spec(planned->judgement.reason)->group];
}

static size_t holder_of(const PlannedImage *planned, size_t n_apps)
{
    return planned->n_apps > 0 ? planned->apps[0].app : n_apps + category_of(planned);
}

static void add_part(Sums *sums, uint64_t key, int64_t bytes, size_t holder)
{
    *array_add(&sums->parts, &sums->n_parts) = (CommonPart){.key = key, .bytes = bytes, .holder = holder};
}

static int64_t layers_bytes(const Layer *layers, size_t count)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        saturating_grow(&bytes, layers[i].size_bytes);
    return bytes;
}

static bool add_blobs(Sums *sums, const Survey *survey, const Image *image, size_t holder)
{
    size_t first;

    while (sums->next_blob < survey->n_blobs && strcmp(survey->blobs[sums->next_blob].image, image->id) < 0)
        sums->next_blob++;
    for (first = sums->next_blob; sums->next_blob < survey->n_blobs; sums->next_blob++) {
        const ImageBlob *blob = &survey->blobs[sums->next_blob];
        if (strcmp(blob->image, image->id) != 0)
            break;
        add_part(sums, fingerprint_text(1, blob->digest), blob->bytes, holder);
    }
    return sums->next_blob > first;
}

/* If only the sum of the compressed layers is known, each layer gets its share of it. */
static void add_layers(Sums *sums, const Survey *survey, const Image *image, size_t holder)
{
    size_t count;
    const Layer *layers = layers_of(image, &count);
    int64_t unpacked = layers_bytes(layers, count), rest = saturating_subtract(image->size_bytes, unpacked);
    bool has_blobs = add_blobs(sums, survey, image, holder);
    bool is_spread = !has_blobs && rest > 0 && unpacked > 0;
    uint64_t key = FINGERPRINT_BEGIN;

    for (size_t i = 0; i < count; i++) {
        int64_t bytes = layers[i].size_bytes;
        key = fingerprint_text(key, layers[i].digest);
        if (is_spread)
            saturating_grow(&bytes, (int64_t)((double)rest * ((double)bytes / (double)unpacked)));
        add_part(sums, key, bytes, holder);
    }
    sums->is_proportional |= is_spread;
    if (!has_blobs && !is_spread && rest > 0)
        saturating_grow(&sums->bytes[holder], rest);
}

static void add_image(Sums *sums, const Survey *survey, const Image *image, size_t holder)
{
    sums->counts[holder]++;
    if (image->layers || image->unpacked) {
        add_layers(sums, survey, image, holder);
        return;
    }
    if (image->shared_bytes < 0) {
        saturating_grow(&sums->bytes[holder], image->size_bytes);
        sums->is_guessed = true;
        return;
    }
    saturating_grow(&sums->bytes[holder], image->size_bytes - image->shared_bytes);
    sums->is_bounded = sums->is_bounded || image->shared_bytes > 0;
    if (image->shared_bytes > sums->largest_shared)
        sums->largest_shared = image->shared_bytes;
}

static int compare_parts(const void *a, const void *b)
{
    const CommonPart *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

/* Counts each part once: for its holder or, if several have it, under "shared layers". */
static void sum_parts(Sums *sums)
{
    size_t next;

    if (sums->n_parts > 0)
        qsort(sums->parts, sums->n_parts, sizeof(*sums->parts), compare_parts);
    for (size_t i = 0; i < sums->n_parts; i = next) {
        size_t holder = sums->parts[i].holder;
        int64_t bytes = sums->parts[i].bytes;

        for (next = i + 1; next < sums->n_parts && sums->parts[next].key == sums->parts[i].key; next++) {
            if (sums->parts[next].holder != holder)
                holder = sums->n_apps + CATEGORY_SHARED;
            if (sums->parts[next].bytes > bytes)
                bytes = sums->parts[next].bytes;
        }
        saturating_grow(&sums->bytes[holder], bytes);
    }
}

static char *app_command(const PlannedApp *app)
{
    return app->remove_bytes > 0 ? xstrdup("rgc collect") : xasprintf("keep_previous (now %d)", app->keep_previous);
}

static void add_lines(const Plan *plan, const Sums *sums, Holders *ret)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        Holder *holder = holders_add(ret, HOLDER_APP, app_label(plan, i), sums->bytes[i], app_command(&plan->apps[i]));
        if (!holder)
            continue;
        holder->app = &plan->apps[i];
        holder->count = sums->counts[i];
    }
    for (size_t i = 0; i < CATEGORY_MAX_; i++) {
        const struct CategorySpec *spec = &categories[i];
        Holder *holder =
            holders_add(ret, spec->kind, xstrdup(spec->name), sums->bytes[plan->n_apps + i], xstrdup(spec->command));
        if (holder)
            holder->count = sums->counts[plan->n_apps + i];
    }
}

static const char *note_of(const Sums *sums)
{
    if (sums->is_guessed)
        return "The engine did not tell which layers images share, so each image counts with all of its size, and the "
               "lines may add up to more than is used.";
    if (sums->is_bounded)
        return "The engine reports how much each image shares, not with which others, so part of the shared layers is "
               "counted under 'everything else'.";
    if (sums->is_proportional)
        return "Compressed layers are spread over the layers of their image; as root, rgc reads their sizes.";
    return NULL;
}

static Sums sums_new(size_t n_apps)
{
    return (Sums){.n_apps = n_apps,
                  .bytes = xcalloc(n_apps + CATEGORY_MAX_, sizeof(int64_t)),
                  .counts = xcalloc(n_apps + CATEGORY_MAX_, sizeof(size_t))};
}

static void sums_clear(Sums *sums)
{
    free(sums->bytes);
    free(sums->counts);
    free(sums->parts);
}

int64_t holders_alone_bytes(const Plan *plan, const Survey *survey, const bool *chosen)
{
    enum { CHOSEN, OTHERS, N_HOLDERS };
    cleanup_with(sums_clear) Sums sums = sums_new(N_HOLDERS);

    for (size_t i = 0; i < plan->n_images; i++)
        add_image(&sums, survey, plan->images[i].image, chosen[i] ? CHOSEN : OTHERS);
    sum_parts(&sums);
    return sums.is_guessed || sums.is_bounded ? -1 : sums.bytes[CHOSEN];
}

void holders_add_images(const Plan *plan, const Survey *survey, Holders *ret)
{
    cleanup_with(sums_clear) Sums sums = sums_new(plan->n_apps);

    for (size_t i = 0; i < plan->n_images; i++)
        add_image(&sums, survey, plan->images[i].image, holder_of(&plan->images[i], plan->n_apps));
    sum_parts(&sums);
    saturating_grow(&sums.bytes[plan->n_apps + CATEGORY_SHARED], sums.largest_shared);
    add_lines(plan, &sums, ret);
    ret->note = xstrdup(note_of(&sums));
}
