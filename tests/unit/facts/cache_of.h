/* SPDX-License-Identifier: MIT */
/* A host with build cache. */
#pragma once

#include "script.h"

static inline void add_cache(int64_t size_bytes, Time last_used)
{
    w->host.cache.is_known = true;
    CacheRecord *record = array_add(&w->host.cache.records, &w->host.cache.n_records);
    *record = (CacheRecord){
        .id = xasprintf("record-%zu", w->host.cache.n_records), .size_bytes = size_bytes, .last_used = last_used};
}

/* From which record (of 0, 1, …) this one was made. */
static inline void set_parent(size_t record, size_t parent)
{
    strings_add(&w->host.cache.records[record].parents, w->host.cache.records[parent].id);
}
