/* SPDX-License-Identifier: MIT */
/*
 * What a pass will free: at least, and at most.
 *
 * The problem: people want to know it before, and under pressure rgc decides by it. But an engine reports the size of
 * an image with all layers that it shares, and of build cache neither which layers it shares nor with what. The sum of
 * the sizes would promise far too much.
 *
 * The idea: two figures, and everything that no engine tells lies between them.
 *  - If the layers of all images are known, each layer counts once, with the first leaving image that has it; not if an
 *    image that is kept has it; and for "at least" not if build cache may have it as well (cache_layers.c). A
 *    containerd store also keeps layers compressed (contents.c).
 *  - Otherwise an image counts without what it shares for "at least", and with all of it for "at most".
 *  - To this come build cache and builders, as this pass will prune them once the images are gone (estimate_cache.c).
 * Nobody knows how much a container has written, so a plan that removes one has no upper bound.
 *
 * What is never allowed: that "at least" is more than is on the file systems, or than will in fact be freed.
 * tests/unit/facts/estimate.c tests this.
 */
#include <rgc/plan.h>
#include <rgc/saturate.h>

#include "facts/layers.h"

/* Two figures that differ by less than this and a hundredth count as one. */
#define EXACT_TO 65536

/* The images that are removed, one flag for each image of the plan, and what is found out about them. */
typedef struct Weighing {
    const Plan *plan;
    const bool *goes;
    int64_t *frees; /* of each image of the plan; NULL */
    int64_t used_bytes;
    PlannedCache *cache; /* as it will be once the images have gone; NULL */
    Estimate estimate;
} Weighing;

/* How much of the file systems with images is used, for no removal can free more; INT64_MAX if none is known. */
static int64_t used_bytes(const Snapshot *snapshot)
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

/* A size that fits no file system here, such as that of a sparse file, tells nothing and is left out. */
static int64_t believed(Weighing *w, int64_t bytes)
{
    if (bytes <= w->used_bytes)
        return bytes;
    w->estimate.is_bounded = false;
    return 0;
}

static void add_bytes(Weighing *w, size_t image, int64_t least, int64_t most)
{
    least = believed(w, least);
    saturating_grow(&w->estimate.image_bytes, least);
    saturating_grow(&w->estimate.most_bytes, believed(w, most));
    if (w->frees)
        saturating_grow(&w->frees[image], least);
}

static bool has_all_layers(const Snapshot *snapshot)
{
    size_t count;

    for (size_t i = 0; i < snapshot->n_images; i++)
        if (!layers_of(&snapshot->images[i], &count))
            return false;
    return true;
}

static bool is_containerd(const Weighing *w)
{
    return w->plan->snapshot->engine.store == STORE_CONTAINERD;
}

/* Does nobody know what build cache has? */
static bool is_cache_hidden(const Weighing *w)
{
    return w->plan->snapshot->cache.error;
}

static void weigh_layers(Weighing *w, const LayerTable *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const LayerNode *node = &table->nodes[i];
        bool may_stay = node->may_be_unpacked || is_cache_hidden(w);
        bool surely_stays = node->is_cached && !is_containerd(w);
        if (node->image != STAYS && !surely_stays)
            add_bytes(w, node->image, may_stay ? 0 : node->bytes, node->bytes);
    }
}

static void weigh_contents(Weighing *w, const LayerTable *table)
{
    Bounds *bounds = xcalloc(w->plan->n_images + 1, sizeof(*bounds));

    layers_weigh_contents(w->plan, w->goes, table, bounds);
    for (size_t i = 0; i < w->plan->n_images; i++)
        add_bytes(w, i, is_cache_hidden(w) ? 0 : bounds[i].least, bounds[i].most);
    free(bounds);
}

static void weigh_cache(Weighing *w, const PlannedCache *least, const PlannedCache *most)
{
    saturating_grow(&w->estimate.bytes, believed(w, least->evict_bytes));
    saturating_grow(&w->estimate.most_bytes, believed(w, most->evict_most_bytes));
    if (w->cache)
        *w->cache = *least;
}

/* The cache as this pass prunes it, when images no longer share the given records. */
static PlannedCache cache_without(const Weighing *w, const bool *is_unshared)
{
    PlannedCache cache = w->plan->cache;
    const CacheQuestion question = {.cache = &w->plan->snapshot->cache,
                                    .is_unshared = is_unshared,
                                    .now = w->plan->now,
                                    .max_unused_usec = cache.max_unused_usec,
                                    .max_size_bytes = cache.max_size_bytes};

    if (cache.is_known && !cache.is_left_out && w->plan->suspension != SUSPENSION_CLOCK)
        plan_estimate_cache(&question, &cache);
    return cache;
}

static void weigh_by_layers(Weighing *w)
{
    LayerTable table;
    SharedRecords records;

    layer_table_make(w->plan, w->goes, &table);
    layers_mark_cached(&table, &w->plan->snapshot->cache, is_containerd(w), &records);
    weigh_layers(w, &table);
    if (is_containerd(w))
        weigh_contents(w, &table);
    PlannedCache least = cache_without(w, records.become_private), most = cache_without(w, records.may_become_private);
    weigh_cache(w, &least, &most);
    shared_records_clear(&records);
    layer_table_clear(&table);
}

/* What an image whose layers are not known has at least for itself. The containerd store reports as shared only what is
 * unpacked; as much may be shared of what is compressed. */
static int64_t own_bytes(const Weighing *w, const Image *image)
{
    int64_t shared = image->shared_bytes;

    if (shared < 0 || shared > image->size_bytes || is_cache_hidden(w))
        return 0;
    if (is_containerd(w) && shared > 0)
        shared = saturating_add(shared, layer_content_most(shared));
    return image->size_bytes > shared ? image->size_bytes - shared : 0;
}

static void weigh_by_shares(Weighing *w)
{
    const BuildCache *cache = &w->plan->snapshot->cache;
    int64_t cached = 0;

    for (size_t i = 0; i < cache->n_records; i++)
        if (cache->records[i].is_shared)
            saturating_grow(&cached, cache->records[i].size_bytes);
    for (size_t i = 0; i < w->plan->n_images; i++) {
        const Image *image = w->plan->images[i].image;
        if (!w->goes[i])
            continue;
        int64_t own = own_bytes(w, image), of_cache = cached < own ? cached : own;
        cached -= of_cache;
        add_bytes(w, i, own - of_cache, image->size_bytes);
    }
    PlannedCache evicted = cache_without(w, NULL);
    weigh_cache(w, &evicted, &evicted);
}

static void weigh_builders(Weighing *w)
{
    for (size_t i = 0; i < w->plan->n_builders; i++) {
        const PlannedBuilder *planned = &w->plan->builders[i];
        if (planned->prune) {
            saturating_grow(&w->estimate.bytes, planned->cache.evict_bytes);
            saturating_grow(&w->estimate.most_bytes, planned->cache.evict_most_bytes);
        }
        /* A pass does not know how large a volume is, and plan and pass should say the same. */
        if ((planned->removes && !planned->builder->container_id) || (planned->prune && planned->cache.is_blind))
            w->estimate.is_bounded = false;
    }
}

/* No pass asks how large a container's writable layer and log are. */
static bool removes_containers(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    return false;
}

static Estimate weigh(const Plan *plan, const bool *goes, int64_t *ret_frees, PlannedCache *ret_cache)
{
    Weighing w = {.plan = plan,
                  .goes = goes,
                  .frees = ret_frees,
                  .used_bytes = used_bytes(plan->snapshot),
                  .cache = ret_cache,
                  .estimate = {.is_bounded = !removes_containers(plan) && !plan->cache.is_blind}};

    if (has_all_layers(plan->snapshot))
        weigh_by_layers(&w);
    else
        weigh_by_shares(&w);
    saturating_grow(&w.estimate.bytes, w.estimate.image_bytes);
    weigh_builders(&w);
    bool is_too_much = w.estimate.bytes > w.used_bytes;
    if (is_too_much)
        w.estimate.bytes = w.used_bytes;
    if (w.estimate.most_bytes > w.used_bytes)
        w.estimate.most_bytes = w.used_bytes;
    int64_t between = saturating_subtract(w.estimate.most_bytes, w.estimate.bytes);
    w.estimate.is_exact = w.estimate.is_bounded && !is_too_much && between <= w.estimate.most_bytes / 100 + EXACT_TO;
    return w.estimate;
}

Estimate plan_estimate_if(const Plan *plan, const bool *goes)
{
    return weigh(plan, goes, NULL, NULL);
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
    PlannedCache cache = plan->cache;
    Estimate estimate = weigh(plan, goes, frees, &cache);

    plan->cache = cache;
    plan->estimate_bytes = estimate.bytes;
    plan->estimate_most_bytes = estimate.is_bounded ? estimate.most_bytes : -1;
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

    /* The other images are still here, so what they share with the deleted ones was not freed. */
    for (size_t i = 0; i < plan->n_images; i++)
        goes[i] = goes[i] && strings_contain(deleted, plan->images[i].image->id);
    int64_t bytes = weigh(plan, goes, NULL, NULL).image_bytes;
    free(goes);
    return bytes;
}
