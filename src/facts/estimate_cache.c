/* SPDX-License-Identifier: MIT */
#include <rgc/plan.h>
#include <rgc/saturate.h>

#include <string.h>

/* The engine takes whole hours, and evicts what it has no last use of whatever the window. */
static bool is_past_window(const CacheRecord *record, Time now, int64_t max_unused_usec)
{
    int64_t hours = (max_unused_usec + USEC_PER_HOUR - 1) / USEC_PER_HOUR;
    return record->last_used == 0 || now - record->last_used >= hours * USEC_PER_HOUR;
}

static bool is_evictable(const CacheRecord *record)
{
    return !record->is_in_use && !record->is_shared && !record->is_internal;
}

void plan_estimate_cache(const BuildCache *cache, Time now, int64_t max_unused_usec, int64_t max_size_bytes,
                         PlannedCache *ret)
{
    int64_t private_bytes = 0;

    ret->total_bytes = ret->evict_bytes = 0;
    ret->evict_records = 0;
    ret->max_unused_usec = max_unused_usec;
    ret->max_size_bytes = max_size_bytes;
    for (size_t i = 0; i < cache->n_records; i++) {
        const CacheRecord *record = &cache->records[i];
        saturating_grow(&ret->total_bytes, record->size_bytes);
        if (!record->is_shared)
            saturating_grow(&private_bytes, record->size_bytes);
        if (max_unused_usec != DURATION_OFF && is_evictable(record) && is_past_window(record, now, max_unused_usec)) {
            saturating_grow(&ret->evict_bytes, record->size_bytes);
            ret->evict_records++;
        }
    }
    /* The cap takes records one at a time, least used first, until the rest fits: about this much. */
    int64_t beyond = max_size_bytes >= 0 ? saturating_subtract(private_bytes - ret->evict_bytes, max_size_bytes) : 0;
    for (size_t i = 0; beyond > 0 && i < cache->n_records; i++) {
        const CacheRecord *record = &cache->records[i];
        bool is_counted = max_unused_usec != DURATION_OFF && is_past_window(record, now, max_unused_usec);
        if (!is_evictable(record) || is_counted)
            continue;
        beyond = saturating_subtract(beyond, record->size_bytes);
        saturating_grow(&ret->evict_bytes, record->size_bytes);
        ret->evict_records++;
    }
}
