/* SPDX-License-Identifier: MIT */
/*
 * What a prune of build cache evicts.
 *
 * The problem: an engine tells only afterwards what a prune has removed, and a plan should say it before. So rgc
 * follows the rules by which BuildKit chooses records.
 *
 * The idea: BuildKit never evicts a record that is in use, one that is also a layer of an image, or an internal one;
 * nor a record from which another one that remains was made. So a record counts only if it and all its descendants may
 * be evicted: nodes_order looks at children before their parents. First all of these go that have not been used within
 * the window. If the rest is still larger than the cap, more go, one at a time, the least recently used first. BuildKit
 * also weighs how often a record was used, which nobody reports. So what the cap takes is known only between what is
 * beyond the cap and one record more.
 *
 * Source: Docker Engine API, POST /build/prune, and how BuildKit behaves there. tests/unit/facts/estimate_cache.c tests
 * this.
 */
#include <rgc/plan.h>
#include <rgc/saturate.h>

#include <string.h>

typedef struct Node {
    const CacheRecord *record;
    size_t n_children;     /* those that nodes_order has not looked at yet */
    Time used;             /* the last use of the record and of all that was made from it */
    bool is_evictable;     /* nothing needs the record or what was made from it */
    bool is_beyond_window; /* it is evictable, and none of these was used within the window */
} Node;

/* rgc gives the engine a window in whole hours (command.c). The window does not protect a record without a last use. */
static bool has_passed_window(const CacheRecord *record, Time now, int64_t max_unused_usec)
{
    int64_t hours = (max_unused_usec + USEC_PER_HOUR - 1) / USEC_PER_HOUR;
    if (max_unused_usec == DURATION_OFF)
        return false;
    return record->last_used == 0 || now - record->last_used >= hours * USEC_PER_HOUR;
}

static const char *id_of(const Node *node)
{
    return node->record->id ? node->record->id : "";
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(id_of(a), id_of(b));
}

static int compare_id(const void *id, const void *node)
{
    return strcmp(id, id_of(node));
}

static Node *nodes_make(const CacheQuestion *question)
{
    const BuildCache *cache = question->cache;
    Node *nodes = xcalloc(cache->n_records + 1, sizeof(*nodes));

    for (size_t i = 0; i < cache->n_records; i++) {
        const CacheRecord *record = &cache->records[i];
        bool is_shared = record->is_shared && !(question->is_unshared && question->is_unshared[i]);

        nodes[i] = (Node){.record = record, .used = record->last_used};
        nodes[i].is_evictable = !record->is_in_use && !is_shared && !record->is_internal;
        nodes[i].is_beyond_window =
            nodes[i].is_evictable && has_passed_window(record, question->now, question->max_unused_usec);
    }
    if (cache->n_records > 0)
        qsort(nodes, cache->n_records, sizeof(*nodes), compare_ids);
    return nodes;
}

static Node *parent_of(Node *nodes, size_t count, const Node *node, size_t i)
{
    return bsearch(node->record->parents.items[i], nodes, count, sizeof(*nodes), compare_id);
}

/* Looks at each child before its parents, which are kept with it. Returns the nodes in that order; the caller frees it.
 * A record that is its own ancestor is not in it, and so is kept. */
static Node **nodes_order(Node *nodes, size_t count, size_t *ret_count)
{
    Node **order = xcalloc(count + 1, sizeof(Node *)), *parent;
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < nodes[i].record->parents.count; j++)
            if ((parent = parent_of(nodes, count, &nodes[i], j)))
                parent->n_children++;
    for (size_t i = 0; i < count; i++)
        if (nodes[i].n_children == 0)
            order[n++] = &nodes[i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < order[i]->record->parents.count; j++) {
            if (!(parent = parent_of(nodes, count, order[i], j)))
                continue;
            parent->is_evictable = parent->is_evictable && order[i]->is_evictable;
            parent->is_beyond_window = parent->is_beyond_window && order[i]->is_beyond_window;
            parent->used = parent->used > order[i]->used ? parent->used : order[i]->used;
            if (--parent->n_children == 0)
                order[n++] = parent;
        }
    *ret_count = n;
    return order;
}

static int compare_use(const void *a, const void *b)
{
    const Node *x = *(Node *const *)a, *y = *(Node *const *)b;

    return (x->used > y->used) - (x->used < y->used);
}

static void evict(PlannedCache *ret, const Node *node)
{
    saturating_grow(&ret->evict_bytes, node->record->size_bytes);
    ret->evict_records++;
}

/* Evicts one record after the other until the rest fits under the cap. Which one is the last, nobody can tell for
 * sure. */
static void evict_beyond(PlannedCache *ret, Node **order, size_t count, int64_t beyond)
{
    int64_t before = ret->evict_bytes, rest = beyond;

    if (count > 0)
        qsort(order, count, sizeof(Node *), compare_use);
    for (size_t i = 0; rest > 0 && i < count; i++)
        if (order[i]->is_evictable && !order[i]->is_beyond_window) {
            rest = saturating_subtract(rest, order[i]->record->size_bytes);
            evict(ret, order[i]);
        }
    ret->evict_most_bytes = ret->evict_bytes;
    if (rest >= 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (order[i]->is_evictable && !order[i]->is_beyond_window &&
            saturating_add(before, saturating_add(beyond, order[i]->record->size_bytes)) > ret->evict_most_bytes)
            ret->evict_most_bytes = saturating_add(before, saturating_add(beyond, order[i]->record->size_bytes));
    ret->evict_bytes = saturating_add(before, beyond);
}

void plan_estimate_cache(const CacheQuestion *question, PlannedCache *ret)
{
    const BuildCache *cache = question->cache;
    int64_t private_bytes = 0;
    size_t count;
    Node *nodes = nodes_make(question), **order = nodes_order(nodes, cache->n_records, &count);

    ret->total_bytes = ret->evict_bytes = 0;
    ret->evict_records = 0;
    ret->max_unused_usec = question->max_unused_usec;
    ret->max_size_bytes = question->max_size_bytes;
    for (size_t i = 0; i < cache->n_records; i++) {
        const CacheRecord *record = &cache->records[i];
        saturating_grow(&ret->total_bytes, record->size_bytes);
        if (!record->is_shared || (question->is_unshared && question->is_unshared[i]))
            saturating_grow(&private_bytes, record->size_bytes);
    }
    for (size_t i = 0; i < count; i++)
        if (order[i]->is_beyond_window)
            evict(ret, order[i]);
    ret->evict_most_bytes = ret->evict_bytes;
    int64_t beyond = question->max_size_bytes >= 0
                         ? saturating_subtract(private_bytes - ret->evict_bytes, question->max_size_bytes)
                         : 0;
    if (beyond > 0)
        evict_beyond(ret, order, count, beyond);
    free(order);
    free(nodes);
}

int64_t planned_cache_cap(const PlannedCache *cache)
{
    return cache->is_blind || cache->total_bytes <= cache->max_size_bytes ? -1 : cache->max_size_bytes;
}
