/* SPDX-License-Identifier: MIT */
/*
 * The engine's build cache, pruned by age and by size (POST /build/prune).
 *
 * This comes after the images, because a record that an image shares becomes the cache's alone once the image is gone.
 * An engine may evict only the outermost record of a chain for each request (moby#48658), so rgc prunes, reads the
 * cache again, and repeats that until its own estimate finds nothing left to evict, the engine evicts nothing, or
 * ROUNDS_MAX rounds are over. A cache that could not be read before (`is_blind`) is pruned once, by age and as far as
 * the engine can. tests/unit/facts/estimate_cache.c tests the estimate, tests/fault/full_disk.py caches that cannot be
 * read.
 */
#include "act_parts.h"
#include <rgc/clock.h>
#include <rgc/interrupt.h>
#include <rgc/saturate.h>

#include <errno.h>

#define ROUNDS_MAX 10

/* Whether this pass has removed an image. Records that it shared may now be evicted, which the plan could not count. */
static bool has_removed_images(const Report *report)
{
    for (size_t i = 0; i < report->n_entries; i++)
        if (report->entries[i].kind == TARGET_IMAGE && report->entries[i].outcome == OUTCOME_REMOVED)
            return true;
    return false;
}

/* Prunes by age and by size in two steps with progress before each: a step may take ten minutes, and the agent ends a
 * pass that is silent for longer. `bytes` and `count` grow by what was evicted, even if the second step fails. */
static int prune_once(Act *act, const PlannedCache *planned, int64_t *bytes, size_t *count, Error *err)
{
    const struct {
        const char *step;
        int64_t unused_for, max_size;
    } prunes[] = {{"pruning the build cache", planned->max_unused_usec, -1},
                  {"pruning the build cache to its size", -1, planned_cache_cap(planned)}};
    int r = 0;

    for (size_t i = 0; i < sizeof(prunes) / sizeof(prunes[0]) && r == 0; i++) {
        int64_t more_bytes = 0;
        size_t more = 0;
        if (prunes[i].unused_for < 0 && prunes[i].max_size < 0)
            continue;
        progress_step(act->progress, "%s", prunes[i].step);
        r = engine_prune_build_cache(act->engine, prunes[i].unused_for, prunes[i].max_size, &more_bytes, &more, err);
        saturating_grow(bytes, more_bytes);
        *count += more;
    }
    return r;
}

void act_build_cache(Act *act)
{
    const PlannedCache *planned = &act->plan->cache;
    bool has_evictable = planned->is_known && planned->total_bytes > 0 &&
                         (planned->evict_records > 0 || has_removed_images(act->report));
    bool is_wanted = (has_evictable || planned->is_blind) && !planned->is_left_out;
    if (!is_wanted || !act_may_prune(act))
        return;
    int64_t freed = 0;
    size_t n_evicted = 0;
    Error error = {0};
    for (int round = 0; round < ROUNDS_MAX && !pass_is_interrupted(); round++) {
        size_t count = 0;
        PlannedCache left = {0};
        BuildCache cache = {0};
        int r = prune_once(act, planned, &freed, &count, &error);
        n_evicted += count;
        if (r < 0 || count == 0 || planned->is_blind)
            break;
        progress_step(act->progress, "looking at what is left of the build cache");
        if (engine_query_build_cache(act->engine, &cache, &error) < 0)
            break;
        if (cache.error) {
            error_set(&error, EPROTO, "%s", cache.error);
            build_cache_clear(&cache);
            break;
        }
        const CacheQuestion question = {.cache = &cache,
                                        .now = wall_clock(),
                                        .max_unused_usec = planned->max_unused_usec,
                                        .max_size_bytes = planned->max_size_bytes};
        plan_estimate_cache(&question, &left);
        build_cache_clear(&cache);
        if (left.evict_records == 0)
            break;
    }
    saturating_grow(&act->report->freed.engine_bytes, freed);
    act->report->evicted_records = n_evicted;
    act_heed_signal(act);
    /* Only a refusal means that the engine evicted nothing. After any other error, nobody knows. */
    if (error.code)
        act_report(act, TARGET_BUILD_CACHE, "build-cache", NULL,
                   error.code == EREMOTEIO || error.code == EPERM ? OUTCOME_FAILED : OUTCOME_UNKNOWN, error.text);
    else if (n_evicted > 0)
        act_report_cache(act, TARGET_BUILD_CACHE, "build-cache", NULL, OUTCOME_REMOVED, NULL, freed);
}
