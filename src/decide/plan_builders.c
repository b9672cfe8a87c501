/* SPDX-License-Identifier: MIT */
/*
 * Builders: what a pass prunes of their cache, and which of them it removes because nobody uses them any more.
 *
 * A builder is a container of buildx with a volume in which BuildKit keeps its cache (rgc/builders.h). The engine knows
 * neither the age nor the use of what is in it; only a running builder tells. So rgc prunes the cache of a running one,
 * and removes a stopped one, or a volume that a removed one has left, once it has been so for [build_cache] orphans,
 * which is off by default. rgc never starts a builder, and never touches a container that has labels of an app, or a
 * volume that some container mounts or may mount. In doubt it keeps everything. tests/unit/decide/rules_builders.c
 * tests this.
 */
#include "plan_parts.h"

#include <rgc/builders.h>
#include <rgc/limits.h>
#include <string.h>

/* When the container was stopped; 0 = it is not, or nobody knows. */
static Time stopped_since(const Container *container)
{
    if (!container_state_is_stopped(container->state) || !container->run.is_known)
        return 0;
    return container->state == STATE_CREATED && container->run.started == 0 ? container->created
                                                                            : container->run.finished;
}

/* "a builder, stopped for 40 days ([build_cache] orphans)"; NULL if that is not long enough. Caller frees. */
static char *orphaned_since(const Context *context, Time since, const char *what)
{
    int64_t limit = context->policy->orphans_usec, age = gaps_age(&context->ledger->gaps, since, context->now);
    char text[TEXT_MAX];

    if (limit == DURATION_OFF || since == 0 || age < limit)
        return NULL;
    return xasprintf("%s for %s ([build_cache] orphans)", what, format_duration(text, age));
}

/* A container with labels of an app is more than a builder, and one without its own volume is none of buildx's. */
static bool is_plain_builder(const Container *container)
{
    const char *node = builder_of_container(container->name);
    const Labels *labels = &container->labels;

    if (!node || labels->keep || labels->service || labels->compose_project || labels->swarm_service)
        return false;
    cleanup_with(free_charp) char *volume = xasprintf("%s%s", container->name, BUILDER_VOLUME_SUFFIX);
    return strings_contain(&container->builder_volumes, volume);
}

/* Is the builder's image protected, by the configuration or by a label? */
static bool is_protected(const Context *context, const Container *container)
{
    const Image *image = snapshot_image(context->snapshot, container->image_id);
    Case c;

    if (!image)
        return false;
    case_make(context, image, NULL, &c);
    return c.protected_by;
}

char *stopped_builder_goes(const Context *context, const Container *container)
{
    if (context->policy->orphans_usec == DURATION_OFF || !is_plain_builder(container) ||
        is_protected(context, container))
        return NULL;
    return orphaned_since(context, stopped_since(container), "a builder, stopped");
}

static char *window_text(const PlannedCache *cache)
{
    char text[TEXT_MAX];

    if (cache->max_unused_usec == DURATION_OFF)
        return xasprintf("beyond %s ([build_cache] max_size)", format_bytes(text, cache->max_size_bytes));
    if (cache->max_unused_usec == 0)
        return xstrdup("unused");
    return xasprintf("not used for %s%s", format_duration(text, cache->max_unused_usec),
                     cache->max_size_bytes >= 0 ? " or beyond max_size" : "");
}

static char *prune_text(const PlannedCache *cache)
{
    cleanup_with(free_charp) char *window = window_text(cache);
    char bytes[TEXT_MAX];

    return xasprintf("%s in %zu record%s %s", format_bytes(bytes, cache->evict_bytes), cache->evict_records,
                     cache->evict_records == 1 ? "" : "s", window);
}

/* Says why nothing of the cache is pruned. What is in use is kept, however old it is. */
static char *stays_text(const PlannedCache *cache)
{
    char text[TEXT_MAX];

    if (cache->total_bytes == 0)
        return xstrdup("it is empty");
    if (cache->max_unused_usec > 0)
        return xasprintf("all of it is in use, was used within %s, or is needed by a record that was%s",
                         format_duration(text, cache->max_unused_usec),
                         cache->max_size_bytes >= 0 ? ", and it is not larger than max_size" : "");
    cleanup_with(free_charp) char *window = window_text(cache);
    return xasprintf("nothing in it is %s", window);
}

/* Builders keep their volumes on the file system of the engine's root. */
static int64_t size_cap(const Context *context)
{
    const Snapshot *snapshot = context->snapshot;

    return disk_cache_cap(snapshot->n_disks > 0 ? &snapshot->disks[0] : NULL, context->policy);
}

static void estimate_cache(const Context *context, PlannedBuilder *planned, int64_t max_unused_usec)
{
    const CacheQuestion question = {.cache = &planned->builder->cache,
                                    .now = context->now,
                                    .max_unused_usec = max_unused_usec,
                                    .max_size_bytes = size_cap(context)};
    plan_estimate_cache(&question, &planned->cache);
    planned->cache.is_known = true;
    planned->cache_bytes = planned->cache.total_bytes;
}

/* A cache that rgc cannot read is pruned by age nevertheless, because BuildKit itself finds what is old. */
static char *judge_unread(const Policy *policy, PlannedBuilder *planned)
{
    const char *error = planned->builder->error ? planned->builder->error : "nobody asked";
    char text[TEXT_MAX];

    planned->prune = policy->prune_builders && policy->cache_max_unused_usec != DURATION_OFF;
    if (!planned->prune)
        return xasprintf("rgc cannot read its cache, and keeps it: %s", error);
    planned->cache.is_blind = true;
    planned->cache.max_unused_usec = policy->cache_max_unused_usec;
    planned->cache.max_size_bytes = -1;
    return xasprintf("what has not been used for %s; rgc cannot know how much that is: %s",
                     format_duration(text, policy->cache_max_unused_usec), error);
}

static char *judge_running(const Context *context, PlannedBuilder *planned)
{
    const Policy *policy = context->policy;
    const Builder *builder = planned->builder;

    if (builder->cache.is_unread)
        return judge_unread(policy, planned);
    if (!builder->cache.is_known)
        return xasprintf("rgc cannot read its cache, and keeps it: %s",
                         builder->error ? builder->error : "nobody asked");
    estimate_cache(context, planned, policy->cache_max_unused_usec);
    if (!policy->prune_builders)
        return xstrdup("only reported ([build_cache] builders = report)");
    if (policy->cache_max_unused_usec == DURATION_OFF && planned->cache.max_size_bytes < 0)
        return xstrdup("pruned neither by age nor by size ([build_cache] max_unused and max_size are off)");
    planned->prune = planned->cache.evict_records > 0;
    if (planned->prune)
        return prune_text(&planned->cache);
    return stays_text(&planned->cache);
}

/* Says what becomes of it, with a countdown: "; removed in 10 days ([build_cache] orphans)". Caller frees. */
static char *orphan_fate(const Context *context, PlannedBuilder *planned, Time since)
{
    int64_t limit = context->policy->orphans_usec;
    char text[TEXT_MAX];

    planned->needs_orphans = limit == DURATION_OFF;
    if (planned->needs_orphans)
        return xstrdup("; kept ([build_cache] orphans = keep)");
    int64_t left = limit - gaps_age(&context->ledger->gaps, since, context->now);
    return left > 0 ? xasprintf("; removed in %s ([build_cache] orphans)", format_duration(text, left)) : xstrdup("");
}

static char *judge_stopped(const Context *context, const Plan *plan, PlannedBuilder *planned)
{
    const Container *container = snapshot_container(context->snapshot, planned->builder->container_id);
    const Judgement *judgement = &plan->containers[container - context->snapshot->containers].judgement;
    Time since = stopped_since(container);
    char text[TEXT_MAX];

    planned->removes = judgement->verdict == VERDICT_REMOVE;
    if (planned->removes)
        return xstrdup(judgement->detail);
    if (!is_plain_builder(container))
        return xstrdup("it has labels, or no state volume of its own, so rgc leaves it alone");
    if (since == 0 || since > context->now)
        return xasprintf("it is %s, and rgc starts no builder", container_state_to_string(planned->builder->state));
    format_duration(text, context->now - since);
    if (is_protected(context, container))
        return xasprintf("stopped for %s; kept, because its image is protected", text);
    cleanup_with(free_charp) char *fate = orphan_fate(context, planned, since);
    return xasprintf("stopped for %s%s", text, fate);
}

static char *judge_volume(const Context *context, PlannedBuilder *planned)
{
    const Volume *volume = planned->builder->volume;
    if (!volume)
        return xstrdup("nothing of it is left");
    const Container *user = snapshot_volume_user(context->snapshot, volume->name);
    Time since = ledger_volume_alone_since(context->ledger, volume->name);
    char text[TEXT_MAX];

    if (user)
        return xasprintf("container %s mounts its volume", user->name);
    if (snapshot_hides_mounts(context->snapshot))
        return xstrdup("only its volume is left, and a container that rgc cannot read may mount it");
    if (volume->is_protected)
        return xstrdup("protected by label rgc.keep");
    if (volume->is_foreign)
        return xstrdup("its volume has labels, options or a driver that buildx does not give, so rgc leaves it alone");
    if (volume->created == 0 || since == 0)
        return xstrdup("only its volume is left, and rgc does not know since when");
    if (volume->created > since)
        since = volume->created;
    char *goes = orphaned_since(context, since, "only its volume is left, without a container");
    planned->removes = goes;
    if (goes)
        return goes;
    cleanup_with(free_charp) char *fate = orphan_fate(context, planned, since);
    if (context->now - since < USEC_PER_SEC)
        return xasprintf("only its volume is left, now first seen without a container%s", fate);
    return xasprintf("only its volume is left, without a container for %s%s",
                     format_duration(text, context->now - since), fate);
}

void plan_builders(const Context *context, Plan *plan)
{
    const Snapshot *snapshot = context->snapshot;

    plan->n_builders = snapshot->n_builders;
    plan->builders = xcalloc(plan->n_builders + 1, sizeof(*plan->builders));
    for (size_t i = 0; i < plan->n_builders; i++) {
        PlannedBuilder *planned = &plan->builders[i];
        const Builder *builder = planned->builder = &snapshot->builders[i];
        planned->cache_bytes = builder->volume ? builder->volume->size_bytes : -1;
        planned->reason = !builder->container_id            ? judge_volume(context, planned)
                          : builder->state == STATE_RUNNING ? judge_running(context, planned)
                                                            : judge_stopped(context, plan, planned);
    }
}

bool plan_builder_wholly(const Context *context, PlannedBuilder *planned)
{
    if (!planned->builder->cache.is_known || !context->policy->prune_builders)
        return false;
    estimate_cache(context, planned, 0);
    planned->prune = planned->cache.evict_records > 0;
    if (!planned->prune)
        return false;
    free(planned->reason);
    cleanup_with(free_charp) char *what = prune_text(&planned->cache);
    planned->reason = xasprintf("%s, as the disk is too full", what);
    return true;
}
