/* SPDX-License-Identifier: MIT */
/*
 * What a pass will free. A layer that two leaving images share counts once, one that a staying image
 * shares not at all. Where the engine told no layers, only what is known to be an image's own counts.
 */
#include <rgc/plan.h>

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

static bool goes(const Plan *plan, const Image *image, size_t *ret_index)
{
    const PlannedImage *planned = plan_image(plan, image->id);
    *ret_index = planned ? (size_t)(planned - plan->images) : SIZE_MAX;
    return planned && planned->judgement.verdict == VERDICT_REMOVE;
}

static bool has_all_layers(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_images; i++)
        if (!snapshot->images[i].layers)
            return false;
    return true;
}

static void estimate_by_layers(Plan *plan)
{
    const Snapshot *snapshot = plan->snapshot;
    LayerUse *uses = NULL;
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        size_t index;
        bool is_leaving = goes(plan, image, &index);
        for (size_t j = 0; j < image->n_layers; j++)
            *array_add(&uses, &count) = (LayerUse){.digest = image->layers[j].digest,
                                                   .size_bytes = image->layers[j].size_bytes,
                                                   .image = is_leaving ? index : SIZE_MAX};
    }
    if (count > 0)
        qsort(uses, count, sizeof(*uses), compare_layer_use);
    for (size_t i = 0; i < count; i++) {
        bool is_first = i == 0 || strcmp(uses[i - 1].digest, uses[i].digest) != 0;
        if (is_first && uses[i].image != SIZE_MAX)
            plan->images[uses[i].image].frees_bytes += uses[i].size_bytes;
    }
    free(uses);
    plan->estimate_is_exact = true;
}

static void estimate_by_shares(Plan *plan)
{
    plan->estimate_is_exact = true;
    for (size_t i = 0; i < plan->n_images; i++) {
        PlannedImage *planned = &plan->images[i];
        const Image *image = planned->image;
        if (planned->judgement.verdict != VERDICT_REMOVE)
            continue;
        if (image->shared_bytes >= 0 && image->shared_bytes <= image->size_bytes)
            planned->frees_bytes = image->size_bytes - image->shared_bytes;
        if (image->shared_bytes != 0)
            plan->estimate_is_exact = false;
    }
}

static void note_time(Plan *plan, const Judgement *judgement)
{
    if (judgement->verdict == VERDICT_WAIT && judgement->eligible_at > plan->now &&
        (plan->next_at == 0 || judgement->eligible_at < plan->next_at))
        plan->next_at = judgement->eligible_at;
}

static int64_t builder_bytes(Plan *plan)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *planned = &plan->builders[i];
        if (planned->prune)
            bytes += planned->cache.evict_bytes;
        /* Its volume: a pass does not know how large that is, and plan and pass shall say the same. */
        if (planned->removes && !planned->builder->container_id)
            plan->estimate_is_exact = false;
    }
    return bytes;
}

void plan_estimate(Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        plan->images[i].frees_bytes = 0;
    if (has_all_layers(plan->snapshot))
        estimate_by_layers(plan);
    else
        estimate_by_shares(plan);
    plan->estimate_bytes = plan->cache.evict_bytes + builder_bytes(plan);
    for (size_t i = 0; i < plan->n_images; i++) {
        plan->estimate_bytes += plan->images[i].frees_bytes;
        note_time(plan, &plan->images[i].judgement);
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        note_time(plan, &plan->containers[i].judgement);
}

int64_t plan_bytes_of(Plan *plan, const Strings *deleted)
{
    int64_t bytes = 0;

    /* The others stay after all: what they share with the deleted ones was not freed. */
    for (size_t i = 0; i < plan->n_images; i++) {
        Judgement *judgement = &plan->images[i].judgement;
        if (judgement->verdict == VERDICT_REMOVE && !strings_contain(deleted, plan->images[i].image->id))
            judgement->verdict = VERDICT_MAX_;
    }
    int64_t estimated = plan->estimate_bytes;
    plan_estimate(plan);
    for (size_t i = 0; i < plan->n_images; i++)
        bytes += plan->images[i].frees_bytes;
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_MAX_)
            plan->images[i].judgement.verdict = VERDICT_REMOVE;
    plan_estimate(plan);
    plan->estimate_bytes = estimated;
    return bytes;
}
