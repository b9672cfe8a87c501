/* SPDX-License-Identifier: MIT */
/* What a pass prunes of the engine's own build cache: by age, and by size where the file system calls for that
 * (limits.h). Which records that concerns, estimate_cache.c works out. */
#include "plan_parts.h"

#include <rgc/limits.h>

void plan_cache(const Context *context, Plan *plan)
{
    const Policy *policy = context->policy;
    const BuildCache *cache = &context->snapshot->cache;

    plan->cache.is_known = cache->is_known;
    plan->cache.is_blind = cache->is_unread && policy->cache_max_unused_usec != DURATION_OFF;
    const CacheQuestion question = {.cache = cache,
                                    .now = context->now,
                                    .max_unused_usec = policy->cache_max_unused_usec,
                                    .max_size_bytes = disk_cache_cap(disk_of_images(context->snapshot), policy)};
    plan_estimate_cache(&question, &plan->cache);
}
