/* SPDX-License-Identifier: MIT */
#include <rgc/holders.h>
#include <rgc/saturate.h>

#include <rgc/ownership.h>
#include <string.h>

/* Holders of images: one for each app, by its index, then these. */
typedef enum Category {
    CATEGORY_UNMANAGED,
    CATEGORY_DANGLING,
    CATEGORY_OTHER,
    CATEGORY_SHARED,
    CATEGORY_MAX_,
} Category;

static const char *const category_names[CATEGORY_MAX_] = {
    [CATEGORY_UNMANAGED] = "unmanaged",
    [CATEGORY_DANGLING] = "dangling",
    [CATEGORY_OTHER] = "other images",
    [CATEGORY_SHARED] = "shared layers",
};

typedef struct LayerUse {
    const char *digest;
    int64_t bytes;
    size_t holder;
} LayerUse;

typedef struct Sums {
    int64_t *bytes; /* by holder: apps, then categories */
    size_t n_apps;
    LayerUse *layers; /* of all images whose layers are known */
    size_t n_layers;
    int64_t largest_shared; /* of the images whose layers are not */
    bool is_guessed;        /* some image told neither its layers nor what of it is shared */
    bool is_bounded;        /* some image told only how much of it is shared, not with which */
} Sums;

static size_t category_of(const PlannedImage *planned)
{
    static const Category categories[GROUP_MAX_] = {
        [GROUP_OTHER] = CATEGORY_OTHER,
        [GROUP_UNMANAGED] = CATEGORY_UNMANAGED,
        [GROUP_DANGLING] = CATEGORY_DANGLING,
    };
    return categories[reason_spec(planned->judgement.reason)->group];
}

static size_t holder_of(const PlannedImage *planned, size_t n_apps)
{
    return planned->n_apps > 0 ? planned->apps[0].app : n_apps + category_of(planned);
}

static void add_layers(Sums *sums, const Image *image, size_t holder)
{
    int64_t rest = image->size_bytes;

    for (size_t i = 0; i < image->n_layers; i++) {
        *array_add(&sums->layers, &sums->n_layers) =
            (LayerUse){.digest = image->layers[i].digest, .bytes = image->layers[i].size_bytes, .holder = holder};
        rest = saturating_subtract(rest, image->layers[i].size_bytes);
    }
    if (rest > 0) /* the containerd store also keeps the compressed form of what it unpacked */
        saturating_grow(&sums->bytes[holder], rest);
}

static void add_image(Sums *sums, const PlannedImage *planned)
{
    const Image *image = planned->image;
    size_t holder = holder_of(planned, sums->n_apps);

    if (image->layers) {
        add_layers(sums, image, holder);
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

static int compare_layers(const void *a, const void *b)
{
    return strcmp(((const LayerUse *)a)->digest, ((const LayerUse *)b)->digest);
}

/* Each layer once: with its holder, or, if several have it, under "shared layers". */
static void sum_layers(Sums *sums)
{
    size_t next;

    if (sums->n_layers > 0)
        qsort(sums->layers, sums->n_layers, sizeof(*sums->layers), compare_layers);
    for (size_t i = 0; i < sums->n_layers; i = next) {
        size_t holder = sums->layers[i].holder;

        for (next = i + 1; next < sums->n_layers && compare_layers(&sums->layers[i], &sums->layers[next]) == 0; next++)
            if (sums->layers[next].holder != holder)
                holder = sums->n_apps + CATEGORY_SHARED;
        saturating_grow(&sums->bytes[holder], sums->layers[i].bytes);
    }
}

static int64_t cache_bytes(const Plan *plan)
{
    const BuildCache *cache = &plan->snapshot->cache;
    int64_t bytes = 0;

    if (cache->n_records == 0)
        return plan->cache.total_bytes;
    for (size_t i = 0; i < cache->n_records; i++)
        if (!cache->records[i].is_shared) /* those are layers, counted with their images */
            saturating_grow(&bytes, cache->records[i].size_bytes);
    return bytes;
}

static void add_holder(Holders *holders, char *name, int64_t bytes)
{
    Holder *holder;

    if (bytes <= 0) {
        free(name);
        return;
    }
    holder = array_add(&holders->items, &holders->count);
    *holder = (Holder){.name = name, .bytes = bytes};
}

static void add_images(Holders *holders, const Plan *plan, const Sums *sums)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];

        add_holder(holders, owner_label(app->name, app->destination), sums->bytes[i]);
    }
    for (size_t i = 0; i < CATEGORY_MAX_; i++)
        add_holder(holders, xstrdup(category_names[i]), sums->bytes[plan->n_apps + i]);
}

static void add_caches(Holders *holders, const Plan *plan)
{
    if (plan->cache.is_known)
        add_holder(holders, xstrdup("build cache"), cache_bytes(plan));
    for (size_t i = 0; i < plan->n_builders; i++)
        add_holder(holders, xasprintf("builder %s", plan->builders[i].builder->name), plan->builders[i].cache_bytes);
}

static int compare_holders(const void *a, const void *b)
{
    const Holder *x = a, *y = b;

    return x->bytes != y->bytes ? (x->bytes < y->bytes) - (x->bytes > y->bytes) : strcmp(x->name, y->name);
}

/* Over all file systems with engine storage: the containerd store's may not be the one of the engine's root. */
static int64_t used_bytes(const Snapshot *snapshot)
{
    int64_t used = 0;

    for (size_t i = 0; i < snapshot->n_disks; i++)
        saturating_grow(&used, snapshot->disks[i].total_bytes - snapshot->disks[i].available_bytes);
    return used;
}

static void add_unaccounted(Holders *holders, const Snapshot *snapshot)
{
    int64_t rest = used_bytes(snapshot);

    for (size_t i = 0; i < holders->count; i++)
        rest = saturating_subtract(rest, holders->items[i].bytes);
    add_holder(holders, xstrdup("unaccounted"), rest);
}

static const char *note_of(const Sums *sums)
{
    if (sums->is_guessed)
        return "the engine did not tell which layers images share: each image counts with all of its size, so the sum "
               "may be more than the disk holds";
    if (sums->is_bounded)
        return "the engine told how much images share, but not with which: shared layers are at least this much, the "
               "rest of them is in unaccounted";
    return NULL;
}

void holders_compute(const Plan *plan, Holders *ret)
{
    Sums sums = {.n_apps = plan->n_apps};
    Holders holders = {0};

    sums.bytes = xcalloc(plan->n_apps + CATEGORY_MAX_, sizeof(*sums.bytes));
    for (size_t i = 0; i < plan->n_images; i++)
        add_image(&sums, &plan->images[i]);
    sum_layers(&sums);
    saturating_grow(&sums.bytes[plan->n_apps + CATEGORY_SHARED], sums.largest_shared);
    add_images(&holders, plan, &sums);
    add_caches(&holders, plan);
    if (holders.count > 0)
        qsort(holders.items, holders.count, sizeof(*holders.items), compare_holders);
    add_unaccounted(&holders, plan->snapshot);
    holders.note = xstrdup(note_of(&sums));
    free(sums.bytes);
    free(sums.layers);
    *ret = holders;
}

void holders_clear(Holders *holders)
{
    for (size_t i = 0; i < holders->count; i++)
        free(holders->items[i].name);
    free(holders->items);
    free(holders->note);
    *holders = (Holders){0};
}
