/* SPDX-License-Identifier: MIT */
/*
 * Which layers build cache has.
 *
 * The problem: an image's layer that build cache has as well is not freed when the image is removed, and the record
 * becomes prunable by that. But of a record an engine reports only that some image shares it (`Shared` in GET
 * /system/df), its size, and what it was made from; never which layer it is.
 *
 * The idea: compare two chains. A record may be a layer if its size can be the layer's, and if the same is true for all
 * that lies below both; records without content, of which images have no layer, are skipped. Often that leaves one
 * layer, and then rgc knows (is_cached); else the estimate takes the worse case for each figure (may_be_cached).
 *
 * What is never allowed: that the search takes long, since empty records make many ways to lay two chains side by side.
 * It gives up after TRIES_MAX tries for a pair, and over PAIRS_MAX pairs altogether; then everything may be cached.
 * tests/unit/facts/estimate.c tests this.
 */
#include "facts/layers.h"

#include <rgc/saturate.h>
#include <string.h>

#define TRIES_MAX 2000
#define NO_RECORD SIZE_MAX
#define PAIRS_MAX ((size_t)10 * 1000 * 1000)

typedef struct Matching {
    const LayerTable *table;
    const BuildCache *cache;
    bool is_containerd;
    size_t *parents; /* for each record the index of its only parent; NO_RECORD = none; n_records = unknown */
    size_t tries;    /* left for this pair */
} Matching;

static int compare_records(const void *a, const void *b)
{
    return strcmp((*(const CacheRecord *const *)a)->id, (*(const CacheRecord *const *)b)->id);
}

static int compare_record(const void *id, const void *record)
{
    return strcmp(id, (*(const CacheRecord *const *)record)->id);
}

static size_t *find_parents(const BuildCache *cache)
{
    size_t n = cache->n_records, *parents = xcalloc(n + 1, sizeof(*parents));
    const CacheRecord **sorted = xcalloc(n + 1, sizeof(*sorted));

    for (size_t i = 0; i < n; i++)
        sorted[i] = &cache->records[i];
    if (n > 0)
        qsort(sorted, n, sizeof(*sorted), compare_records);
    for (size_t i = 0; i < n; i++) {
        const Strings *ids = &cache->records[i].parents;
        const CacheRecord **found =
            ids->count == 1 ? bsearch(ids->items[0], sorted, n, sizeof(*sorted), compare_record) : NULL;
        parents[i] = ids->count == 0 ? NO_RECORD : found ? (size_t)(*found - cache->records) : n;
    }
    free(sorted);
    return parents;
}

int64_t layer_content_most(int64_t bytes)
{
    return saturating_add(saturating_add(bytes, bytes / 50), 65536);
}

/* On overlay2 both sizes are equal, but a record of an image that was here before the build has none. In a containerd
 * store, a record includes the compressed form, or is nothing but that. */
static bool size_fits(const Matching *m, int64_t record, int64_t layer)
{
    if (!m->is_containerd)
        return record == layer || record == 0;
    return record <= saturating_add(layer, layer_content_most(layer)) && record >= layer / 1100 - 8192;
}

static bool is_empty(const Matching *m, int64_t record)
{
    return record <= (m->is_containerd ? 16384 : 0);
}

static bool fits(Matching *m, size_t record, size_t layer);

/* Does what lies below both fit? A record without content may have no layer. */
static bool below_fits(Matching *m, size_t record, size_t layer)
{
    if (record == m->cache->n_records || m->tries == 0)
        return true;
    m->tries--;
    if (record == NO_RECORD)
        return layer == NO_NODE;
    if (layer != NO_NODE && fits(m, record, layer))
        return true;
    return is_empty(m, m->cache->records[record].size_bytes) && below_fits(m, m->parents[record], layer);
}

static bool fits(Matching *m, size_t record, size_t layer)
{
    return size_fits(m, m->cache->records[record].size_bytes, m->table->nodes[layer].bytes) &&
           below_fits(m, m->parents[record], m->table->nodes[layer].below);
}

/* In a containerd store, what a build has made is unpacked once more for its image, and such a record has both forms. A
 * record of an image that was here before counts only the compressed one, and keeps the other one nevertheless. */
static bool is_unpacked_apart(const Matching *m, size_t record, size_t layer)
{
    return m->is_containerd && m->cache->records[record].size_bytes > layer_content_most(m->table->nodes[layer].bytes);
}

/* Finds the layers that one shared record may be. */
static void match_record(Matching *m, LayerTable *table, size_t record, SharedRecords *ret)
{
    size_t n_fitting = 0, n_leaving = 0, last = 0;

    for (size_t i = 0; i < table->count; i++) {
        m->tries = TRIES_MAX;
        if (!fits(m, record, i))
            continue;
        table->nodes[i].may_be_cached = true;
        table->nodes[i].may_be_unpacked |= !is_unpacked_apart(m, record, i);
        n_fitting++;
        n_leaving += table->nodes[i].image != STAYS;
        last = i;
    }
    if (n_fitting == 1 && m->cache->records[record].size_bytes > 0)
        table->nodes[last].is_cached = true;
    ret->may_become_private[record] = n_leaving > 0;
    ret->become_private[record] = n_leaving > 0 && n_leaving == n_fitting;
}

void layers_mark_cached(LayerTable *table, const BuildCache *cache, bool is_containerd, SharedRecords *ret)
{
    size_t n = cache->n_records, n_shared = 0;
    Matching m = {.table = table, .cache = cache, .is_containerd = is_containerd, .parents = find_parents(cache)};

    *ret = (SharedRecords){.may_become_private = xcalloc(n + 1, sizeof(bool)),
                           .become_private = xcalloc(n + 1, sizeof(bool))};
    for (size_t i = 0; i < n; i++)
        n_shared += cache->records[i].is_shared;
    for (size_t i = 0; i < n; i++) {
        if (!cache->records[i].is_shared)
            continue;
        if (n_shared * table->count <= PAIRS_MAX)
            match_record(&m, table, i, ret);
        else
            ret->may_become_private[i] = true;
    }
    for (size_t i = 0; n_shared * table->count > PAIRS_MAX && i < table->count; i++)
        table->nodes[i].may_be_cached = table->nodes[i].may_be_unpacked = true;
    free(m.parents);
}

void shared_records_clear(SharedRecords *records)
{
    free(records->may_become_private);
    free(records->become_private);
    *records = (SharedRecords){0};
}
