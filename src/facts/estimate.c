/* SPDX-License-Identifier: MIT */
/*
 * What a pass will free. A layer that two leaving images share counts once, one that a staying image
 * shares not at all. Where the engine told no layers, only what is known to be an image's own counts.
 */
#include <rgc/plan.h>
#include <rgc/saturate.h>

#include <string.h>

typedef struct LayerUse {
    const char *digest;
    int64_t size_bytes;
    size_t image; /* index into plan->images, or SIZE_MAX: it stays */
} LayerUse;

/* Staying images first within one digest, then in the order of the plan. */
static int compare_layer_use(const void *a, const void *b)
{
    const LayerUse *x = a, *y = b;
    int order = strcmp(x->digest, y->digest);
    if (order)
        return order;
    size_t i = x->image + 1, j = y->image + 1; /* SIZE_MAX becomes 0 */
    return i < j ? -1 : i > j;
}

/* The images that go, one flag an image of the plan, and what is told of them. */
typedef struct Weighing {
    const Plan *plan;
    const bool *goes;
    int64_t *frees; /* of each image of the plan; NULL */
    int64_t held_bytes;
    Estimate estimate;
} Weighing;

/* What the file systems with images hold: nothing that goes can free more. Unless they are not known. */
static int64_t held_bytes(const Snapshot *snapshot)
{
    int64_t bytes = 0;
    bool is_known = false;

    for (size_t i = 0; i < snapshot->n_disks; i++)
        if (!snapshot->disks[i].has_no_images) {
            is_known = true;
            saturating_grow(&bytes, snapshot->disks[i].total_bytes - snapshot->disks[i].available_bytes);
        }
    return is_known ? bytes : INT64_MAX;
}

/* A size that no file system here holds, as of a sparse file, tells nothing: it is left out. */
static int64_t believed(Weighing *w, int64_t bytes)
{
    if (bytes <= w->held_bytes)
        return bytes;
    w->estimate.is_exact = false;
    return 0;
}

static void add_bytes(Weighing *w, size_t image, int64_t bytes)
{
    bytes = believed(w, bytes);
    saturating_grow(&w->estimate.image_bytes, bytes);
    if (w->frees)
        saturating_grow(&w->frees[image], bytes);
}

/* Its index in the plan; SIZE_MAX: it stays. */
static size_t leaving_index(const Weighing *w, const Image *image)
{
    const PlannedImage *planned = plan_image(w->plan, image->id);
    size_t index = planned ? (size_t)(planned - w->plan->images) : SIZE_MAX;
    return planned && w->goes[index] ? index : SIZE_MAX;
}

static bool has_all_layers(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_images; i++)
        if (!snapshot->images[i].layers)
            return false;
    return true;
}

static void weigh_by_layers(Weighing *w)
{
    const Snapshot *snapshot = w->plan->snapshot;
    LayerUse *uses = NULL;
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        size_t index = leaving_index(w, image);
        for (size_t j = 0; j < image->n_layers; j++)
            *array_add(&uses, &count) = (LayerUse){
                .digest = image->layers[j].digest, .size_bytes = image->layers[j].size_bytes, .image = index};
    }
    if (count > 0)
        qsort(uses, count, sizeof(*uses), compare_layer_use);
    for (size_t i = 0; i < count; i++) {
        bool is_first = i == 0 || strcmp(uses[i - 1].digest, uses[i].digest) != 0;
        if (is_first && uses[i].image != SIZE_MAX)
            add_bytes(w, uses[i].image, uses[i].size_bytes);
    }
    free(uses);
}

static void weigh_by_shares(Weighing *w)
{
    for (size_t i = 0; i < w->plan->n_images; i++) {
        const Image *image = w->plan->images[i].image;
        if (!w->goes[i])
            continue;
        if (image->shared_bytes >= 0 && image->shared_bytes <= image->size_bytes)
            add_bytes(w, i, image->size_bytes - image->shared_bytes);
        if (image->shared_bytes != 0)
            w->estimate.is_exact = false;
    }
}

static int64_t weigh_builders(Weighing *w)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < w->plan->n_builders; i++) {
        const PlannedBuilder *planned = &w->plan->builders[i];
        if (planned->prune)
            saturating_grow(&bytes, planned->cache.evict_bytes);
        /* Its volume: a pass does not know how large that is, and plan and pass shall say the same. */
        if (planned->removes && !planned->builder->container_id)
            w->estimate.is_exact = false;
    }
    return bytes;
}

static Estimate weigh(const Plan *plan, const bool *goes, int64_t *ret_frees)
{
    Weighing w = {.plan = plan,
                  .goes = goes,
                  .frees = ret_frees,
                  .held_bytes = held_bytes(plan->snapshot),
                  .estimate = {.is_exact = true}};

    if (has_all_layers(plan->snapshot))
        weigh_by_layers(&w);
    else
        weigh_by_shares(&w);
    w.estimate.bytes = saturating_add(w.estimate.image_bytes, believed(&w, plan->cache.evict_bytes));
    saturating_grow(&w.estimate.bytes, weigh_builders(&w));
    if (w.estimate.bytes > w.held_bytes) {
        w.estimate.bytes = w.held_bytes;
        w.estimate.is_exact = false;
    }
    return w.estimate;
}

Estimate plan_estimate_if(const Plan *plan, const bool *goes)
{
    return weigh(plan, goes, NULL);
}

bool *plan_leaving_images(const Plan *plan)
{
    bool *goes = xcalloc(plan->n_images + 1, sizeof(*goes));
    for (size_t i = 0; i < plan->n_images; i++)
        goes[i] = plan->images[i].judgement.verdict == VERDICT_REMOVE;
    return goes;
}

static void note_time(Plan *plan, const Judgement *judgement)
{
    if (judgement->verdict == VERDICT_WAIT && judgement->eligible_at > plan->now &&
        (plan->next_at == 0 || judgement->eligible_at < plan->next_at))
        plan->next_at = judgement->eligible_at;
}

void plan_estimate(Plan *plan)
{
    bool *goes = plan_leaving_images(plan);
    int64_t *frees = xcalloc(plan->n_images + 1, sizeof(*frees));
    Estimate estimate = weigh(plan, goes, frees);

    plan->estimate_bytes = estimate.bytes;
    plan->estimate_is_exact = estimate.is_exact;
    plan->next_at = 0;
    for (size_t i = 0; i < plan->n_images; i++) {
        plan->images[i].frees_bytes = frees[i];
        note_time(plan, &plan->images[i].judgement);
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        note_time(plan, &plan->containers[i].judgement);
    free(frees);
    free(goes);
}

int64_t plan_bytes_of(const Plan *plan, const Strings *deleted)
{
    bool *goes = plan_leaving_images(plan);

    /* The others stay after all: what they share with the deleted ones was not freed. */
    for (size_t i = 0; i < plan->n_images; i++)
        goes[i] = goes[i] && strings_contain(deleted, plan->images[i].image->id);
    int64_t bytes = weigh(plan, goes, NULL).image_bytes;
    free(goes);
    return bytes;
}
