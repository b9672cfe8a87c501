/* SPDX-License-Identifier: MIT */
#include "act.h"

#include <errno.h>

#define ROUNDS_MAX 10

/* Do images that went leave cache records that are theirs no more? Then the window applies to these too. */
static bool has_removed_images(const Report *report)
{
    for (size_t i = 0; i < report->n_entries; i++)
        if (report->entries[i].kind == TARGET_IMAGE && report->entries[i].outcome == OUTCOME_REMOVED)
            return true;
    return false;
}

/* An engine may take only the outermost layer of a chain at a time (moby#48658), so the effect is looked at. */
void act_build_cache(Act *act)
{
    const PlannedCache *planned = &act->plan->cache;
    bool is_wanted = planned->is_known && !planned->is_left_out && act->plan->hold == HOLD_NONE &&
                     planned->total_bytes > 0 && (planned->evict_records > 0 || has_removed_images(act->report));
    if (!is_wanted || !act_may_prune(act))
        return;
    int64_t freed = 0;
    size_t n_evicted = 0;
    Error error = {};
    for (int round = 0; round < ROUNDS_MAX && !pass_is_interrupted(); round++) {
        int64_t bytes = 0;
        size_t count = 0;
        PlannedCache left = {};
        BuildCache cache = {};
        progress_step(act->progress, "pruning the build cache");
        if (engine_prune_build_cache(act->engine, planned->max_unused_usec, planned->max_size_bytes, &bytes, &count,
                                     &error) < 0)
            break;
        freed += bytes;
        n_evicted += count;
        if (count == 0 || engine_query_build_cache(act->engine, &cache, &error) < 0)
            break;
        plan_estimate_cache(&cache, host_now(), planned->max_unused_usec, planned->max_size_bytes, &left);
        build_cache_clear(&cache);
        if (left.evict_records == 0)
            break;
    }
    act->report->freed.engine_bytes += freed;
    act->report->evicted_records = n_evicted;
    act_heed_signal(act);
    /* Only a refusal says that nothing was done. */
    if (error.code)
        act_report(act, TARGET_BUILD_CACHE, "build-cache", NULL,
                   error.code == EREMOTEIO ? OUTCOME_FAILED : OUTCOME_UNKNOWN, error.text);
    else if (n_evicted > 0)
        act_report(act, TARGET_BUILD_CACHE, "build-cache", NULL, OUTCOME_REMOVED, NULL);
}
