/* SPDX-License-Identifier: MIT */
/* Makes the table of layers: takes images apart, finds the same layers again, and links each to the one below it. */
#include "facts/layers.h"

#include <rgc/fingerprint.h>

#include <string.h>

static uint64_t fingerprint(uint64_t below, const char *digest)
{
    return fingerprint_text(FINGERPRINT_BEGIN ^ below, digest);
}

size_t leaving_index(const Plan *plan, const bool *goes, const Image *image)
{
    const PlannedImage *planned = plan_image(plan, image->id);
    size_t index = planned ? (size_t)(planned - plan->images) : STAYS;
    return planned && goes[index] ? index : STAYS;
}

/* Of the images that have one layer, one that is kept comes first, then the others in the order of the plan. */
static int compare_nodes(const void *a, const void *b)
{
    const LayerNode *x = a, *y = b;
    if (x->chain != y->chain)
        return x->chain < y->chain ? -1 : 1;
    size_t i = x->image + 1, j = y->image + 1; /* STAYS becomes 0 */
    return i < j ? -1 : i > j;
}

static int compare_chain(const void *chain, const void *node)
{
    uint64_t x = *(const uint64_t *)chain, y = ((const LayerNode *)node)->chain;
    return (x > y) - (x < y);
}

static size_t find(const LayerTable *table, uint64_t chain)
{
    const LayerNode *found = bsearch(&chain, table->nodes, table->count, sizeof(*table->nodes), compare_chain);
    return found ? (size_t)(found - table->nodes) : NO_NODE;
}

const Layer *layers_of(const Image *image, size_t *ret_count)
{
    *ret_count = image->layers ? image->n_layers : image->n_unpacked;
    return image->layers ? image->layers : image->unpacked;
}

static void add_image(LayerTable *table, const Image *image, size_t index)
{
    uint64_t below = 0;
    size_t count;
    const Layer *layers = layers_of(image, &count);

    for (size_t i = 0; i < count; i++) {
        uint64_t chain = fingerprint(below, layers[i].digest);
        *array_add(&table->nodes, &table->count) = (LayerNode){.chain = chain,
                                                               .content = fingerprint(0, layers[i].digest),
                                                               .below_chain = below,
                                                               .bytes = layers[i].size_bytes,
                                                               .image = index};
        below = chain;
    }
}

static void merge_same(LayerTable *table)
{
    size_t n = 0;

    if (table->count > 0)
        qsort(table->nodes, table->count, sizeof(*table->nodes), compare_nodes);
    for (size_t i = 0; i < table->count; i++)
        if (n == 0 || table->nodes[n - 1].chain != table->nodes[i].chain)
            table->nodes[n++] = table->nodes[i];
    table->count = n;
    for (size_t i = 0; i < n; i++)
        table->nodes[i].below = find(table, table->nodes[i].below_chain);
}

void layer_table_make(const Plan *plan, const bool *goes, LayerTable *ret)
{
    const Snapshot *snapshot = plan->snapshot;
    LayerTable table = {.first = xcalloc(snapshot->n_images + 1, sizeof(size_t))};

    for (size_t i = 0; i < snapshot->n_images; i++) {
        table.first[i] = table.count;
        add_image(&table, &snapshot->images[i], leaving_index(plan, goes, &snapshot->images[i]));
    }
    table.of_images = xcalloc(table.count + 1, sizeof(size_t));
    uint64_t *chains = xcalloc(table.count + 1, sizeof(*chains));
    size_t count = table.first[snapshot->n_images] = table.count;
    for (size_t i = 0; i < count; i++)
        chains[i] = table.nodes[i].chain;
    merge_same(&table);
    for (size_t i = 0; i < count; i++)
        table.of_images[i] = find(&table, chains[i]);
    free(chains);
    *ret = table;
}

void layer_table_clear(LayerTable *table)
{
    free(table->nodes);
    free(table->of_images);
    free(table->first);
    *table = (LayerTable){0};
}
