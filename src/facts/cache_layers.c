/* SPDX-License-Identifier: MIT */
/*
 * Which layers build cache holds. An engine tells of a record only that some image has it too (`Shared`), its size and
 * what it was made from. A record stands for a layer if its size can be the layer's, and so can the sizes of all that
 * both were made from; often just one layer is left then.
 */
#include "facts/layers.h"

#include <rgc/saturate.h>
#include <string.h>

/* Records without content, of which images have no layer, make many ways to lay two chains side by side. */
#define STEPS_MAX 2000
#define NO_RECORD SIZE_MAX
#define PAIRS_MAX ((size_t)10 * 1000 * 1000)

typedef struct Matching {
    const LayerTable *table;
    const BuildCache *cache;
    bool is_containerd;
    size_t *parents; /* of each record: its only parent's index, NO_RECORD, or n_records: not to be told */
    size_t steps;    /* left for this pair */
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

/* On overlay2 they are equal, but for records of images that were here before the build, which have no size of their
 * own. A record of the containerd store also has the compressed form, or nothing but that. */
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

/* And what is below them; records without content may have no layer. */
static bool below_fits(Matching *m, size_t record, size_t layer)
{
    if (record == m->cache->n_records || m->steps == 0)
        return true;
    m->steps--;
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

/* What a build made on the containerd store is unpacked once more for its image: such a record has both forms. One of an
 * image that was here before has only the compressed one, and holds the other one without counting it. */
static bool is_unpacked_apart(const Matching *m, size_t record, size_t layer)
{
    return m->is_containerd && m->cache->records[record].size_bytes > layer_content_most(m->table->nodes[layer].bytes);
}

/* What one shared record stands for. */
static void match_record(Matching *m, LayerTable *table, size_t record, SharedRecords *ret)
{
    size_t n_fitting = 0, n_leaving = 0, last = 0;

    for (size_t i = 0; i < table->count; i++) {
        m->steps = STEPS_MAX;
        if (!fits(m, record, i))
            continue;
        table->nodes[i].may_be_held = true;
        table->nodes[i].may_be_unpacked |= !is_unpacked_apart(m, record, i);
        n_fitting++;
        n_leaving += table->nodes[i].image != STAYS;
        last = i;
    }
    if (n_fitting == 1 && m->cache->records[record].size_bytes > 0)
        table->nodes[last].is_held = true;
    ret->may_become_private[record] = n_leaving > 0;
    ret->become_private[record] = n_leaving > 0 && n_leaving == n_fitting;
}

void layers_mark_held(LayerTable *table, const BuildCache *cache, bool is_containerd, SharedRecords *ret)
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
        table->nodes[i].may_be_held = table->nodes[i].may_be_unpacked = true;
    free(m.parents);
}

void shared_records_clear(SharedRecords *records)
{
    free(records->may_become_private);
    free(records->become_private);
    *records = (SharedRecords){0};
}
