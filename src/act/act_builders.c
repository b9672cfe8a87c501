/* SPDX-License-Identifier: MIT */
/*
 * Builders of buildx: the cache inside running ones, and the volumes that builders have left behind. A stopped builder
 * is a container that the plan removes like any other, in act_containers.c.
 *
 * The cache of a builder is in a volume, where no prune of the engine reaches it. rgc runs `buildctl prune` inside the
 * container, and BuildKit's list of what it pruned is a claim: rgc reads the cache again and counts only records that
 * are really gone. A builder that stopped since the plan is left alone.
 *
 * A volume is the one thing that rgc removes by name, and only with `[build_cache] orphans`. Right before the request,
 * rgc looks whether a container mounts the volume or has the name of its builder; where the mounts of any container
 * cannot be read, no volume is removed. tests/fault/builders.py and tests/engine/scenarios_builders.py test all this.
 */
#include "act_parts.h"

#include <rgc/builders.h>
#include <rgc/saturate.h>

#include <errno.h>
#include <string.h>

static bool has_record(const BuildCache *cache, const char *id)
{
    for (size_t i = 0; i < cache->n_records; i++)
        if (strcmp(cache->records[i].id, id) == 0)
            return true;
    return false;
}

/* Returns how many records of `said` are not among those that are left, and how many bytes they had. */
static size_t count_gone(const BuildCache *said, const BuildCache *left, int64_t *ret_bytes)
{
    size_t count = 0;

    *ret_bytes = 0;
    for (size_t i = 0; i < said->n_records; i++)
        if (!has_record(left, said->records[i].id)) {
            saturating_grow(ret_bytes, said->records[i].size_bytes);
            count++;
        }
    return count;
}

/* Looks into the builder again. If that fails, nobody knows what the prune did, and the outcome is unknown. */
static Outcome verify(Act *act, const Builder *builder, const BuildCache *said, Error *err)
{
    cleanup_with(build_cache_clear) BuildCache left = {0};
    int64_t bytes;
    size_t count;

    if (engine_query_builder(act->engine, builder->container_id, &left, err) < 0) {
        error_wrap(err, "buildctl reported %zu records as removed, but", said->n_records);
        return OUTCOME_UNKNOWN;
    }
    count = count_gone(said, &left, &bytes);
    saturating_grow(&act->report->freed.engine_bytes, bytes);
    act->report->evicted_records += count;
    if (count > 0)
        return OUTCOME_REMOVED;
    error_set(err, EPROTO, "buildctl reported %zu records as removed, but they are all still there", said->n_records);
    return OUTCOME_FAILED;
}

/* Takes the claim as it is. Only for a builder whose cache could not be read before the prune either. */
static Outcome believe(Act *act, const BuildCache *said)
{
    for (size_t i = 0; i < said->n_records; i++)
        saturating_grow(&act->report->freed.engine_bytes, said->records[i].size_bytes);
    act->report->evicted_records += said->n_records;
    return OUTCOME_REMOVED;
}

/* A refusal or a program that cannot run says that nothing was pruned. After any other failure, such as a time limit,
 * some records may be gone. */
static Outcome outcome_of_error(const Error *err)
{
    switch (err->code) {
    case ENOENT:
        return OUTCOME_GONE;
    case EBUSY:
        return OUTCOME_IN_USE;
    case EREMOTEIO:
    case EPERM:
    case ENOEXEC:
        return OUTCOME_FAILED;
    default:
        return OUTCOME_UNKNOWN;
    }
}

static void prune_builder(Act *act, const PlannedBuilder *planned)
{
    const Builder *builder = planned->builder;
    cleanup_with(build_cache_clear) BuildCache said = {0};
    Outcome outcome = OUTCOME_REMOVED;
    Error error = {0}, unverified = {0};

    progress_step(act->progress, "pruning the cache of builder %s", builder->name);
    int64_t before = act->report->freed.engine_bytes;
    int r = engine_prune_builder(act->engine, builder->container_id, planned->cache.max_unused_usec,
                                 planned_cache_cap(&planned->cache), &said, &error);
    if (said.n_records > 0)
        outcome = verify(act, builder, &said, &unverified);
    if (planned->cache.is_blind && outcome == OUTCOME_UNKNOWN) {
        outcome = believe(act, &said);
        unverified = (Error){0};
    }
    if (r < 0)
        outcome = outcome_of_error(&error);
    else
        error = unverified;
    act_heed_signal(act);
    /* Without a claim and without an error there is nothing to report: somebody else pruned the cache first. */
    if (r < 0 || said.n_records > 0)
        act_report_cache(act, TARGET_BUILDER, builder->container_id, builder->name, outcome,
                         error.code ? error.text : NULL, act->report->freed.engine_bytes - before);
}

static const Container *container_now(const Act *act, const char *id)
{
    const Snapshot fresh = {.containers = act->recheck.containers, .n_containers = act->recheck.n_containers};

    return snapshot_container(&fresh, id);
}

static void prune_if_running(Act *act, const PlannedBuilder *planned)
{
    const Builder *builder = planned->builder;
    const Container *now = container_now(act, builder->container_id);

    if (now && now->state == STATE_RUNNING)
        prune_builder(act, planned);
    else
        act_report(act, TARGET_BUILDER, builder->container_id, builder->name, now ? OUTCOME_SKIPPED : OUTCOME_GONE,
                   now ? "it is not running any more" : "somebody else has removed it");
}

/* Whether a container mounts the volume now, or has the name of its builder. A builder that buildx is just creating has
 * the name before it runs. */
static bool is_wanted_again(const Act *act, const char *volume)
{
    const Snapshot fresh = {.containers = act->recheck.containers, .n_containers = act->recheck.n_containers};
    const size_t length = strlen(volume) - strlen(BUILDER_VOLUME_SUFFIX);

    if (snapshot_volume_user(&fresh, volume))
        return true;
    for (size_t i = 0; i < fresh.n_containers; i++) {
        const char *name = fresh.containers[i].name;
        if (strlen(name) == length && strncmp(name, volume, length) == 0)
            return true;
    }
    return false;
}

static RemovalGo on_may_start(Removal *removal, void *userdata)
{
    Act *act = userdata;

    if (!act_may_prune(act))
        return REMOVAL_STOP_ALL;
    bool is_wanted = is_wanted_again(act, removal->target);
    if (!is_wanted && !act->recheck.hides_mounts)
        return REMOVAL_START;
    removal->outcome = OUTCOME_IN_USE;
    removal->error =
        xstrdup(is_wanted ? "a builder uses it now" : "a container whose mounts cannot be read may use it");
    return REMOVAL_SKIP;
}

static void remove_volumes(Act *act)
{
    const Plan *plan = act->plan;
    Removal *removals = xcalloc(plan->n_builders + 1, sizeof(*removals));
    size_t count = 0;
    Error error = {0};

    for (size_t i = 0; i < plan->n_builders; i++) {
        const Builder *builder = plan->builders[i].builder;
        if (plan->builders[i].removes && !builder->container_id)
            removals[count++] = (Removal){.kind = TARGET_VOLUME, .target = builder->volume->name};
    }
    if (count > 0 && engine_remove(act->engine, removals, count, on_may_start, NULL, act, &error) < 0)
        act_stop(act, error.text);
    act_heed_signal(act);
    for (size_t i = 0; i < count; i++) {
        act_report(act, TARGET_VOLUME, removals[i].target, removals[i].target, removals[i].outcome, removals[i].error);
        removal_clear(&removals[i]);
    }
    free(removals);
}

void act_builders(Act *act)
{
    const Plan *plan = act->plan;

    for (size_t i = 0; i < plan->n_builders; i++) {
        if (!plan->builders[i].prune)
            continue;
        if (!act_may_prune(act))
            return;
        prune_if_running(act, &plan->builders[i]);
    }
    remove_volumes(act);
}
