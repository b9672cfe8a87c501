/* SPDX-License-Identifier: MIT */
/*
 * What holds the disk, as lines that add up to what the file systems say is used. The images come from
 * holders_images.c, what a survey has found from holders_survey.c, and caches from the plan. What is left is a line of
 * its own, which says what may be in it: so nothing on the disk is left unmentioned. tests/unit/facts/holders.c tests
 * this.
 */
#include "holder_lines.h"

#include <rgc/saturate.h>

#include <string.h>

static int64_t cache_bytes(const Plan *plan)
{
    const BuildCache *cache = &plan->snapshot->cache;
    int64_t bytes = 0;

    if (cache->n_records == 0)
        return plan->cache.total_bytes;
    for (size_t i = 0; i < cache->n_records; i++)
        if (!cache->records[i].is_shared) /* shared records are layers, which count with their images */
            saturating_grow(&bytes, cache->records[i].size_bytes);
    return bytes;
}

/* A builder that does not run reports nothing, but its volume may have been measured. */
static int64_t builder_bytes(const PlannedBuilder *planned, const Survey *survey, Time *ret_measured)
{
    const Volume *volume = planned->builder->volume;
    const Size *walked = volume ? sizes_find(&survey->sizes, SIZE_VOLUME, volume->name) : NULL;

    if (planned->cache_bytes >= 0 || !walked)
        return planned->cache_bytes;
    *ret_measured = walked->at;
    return walked->bytes;
}

static void add_caches(Holders *holders, const Plan *plan, const Survey *survey)
{
    if (plan->cache.is_known)
        holders_add(holders, HOLDER_BUILD_CACHE, xstrdup("build cache"), cache_bytes(plan),
                    xstrdup("docker builder prune"));
    for (size_t i = 0; i < plan->n_builders; i++) {
        const Builder *builder = plan->builders[i].builder;
        const char *volume = builder->volume ? builder->volume->name : NULL;
        Time measured = 0;
        int64_t bytes = builder_bytes(&plan->builders[i], survey, &measured);
        char *command = builder->container_id ? xstrdup("docker buildx prune --builder NAME")
                        : volume              ? xasprintf("docker volume rm %s", volume)
                                              : NULL;
        Holder *holder = holders_add(holders, HOLDER_BUILDER, xasprintf("builder %s", builder->name), bytes, command);
        if (holder && holder->bytes < 0)
            holder->note = xstrdup("not measured yet: sudo rgc status --deep");
        if (holder)
            holder->measured_at = measured;
    }
}

static int compare_holders(const void *a, const void *b)
{
    const Holder *x = a, *y = b;

    return x->bytes != y->bytes ? (x->bytes < y->bytes) - (x->bytes > y->bytes) : strcmp(x->name, y->name);
}

/* All file systems with engine storage count: the containerd store may lie on another one than the engine's root. */
int64_t holders_used_bytes(const Snapshot *snapshot)
{
    int64_t used = 0;

    for (size_t i = 0; i < snapshot->n_disks; i++)
        saturating_grow(&used, snapshot->disks[i].total_bytes - snapshot->disks[i].available_bytes);
    return snapshot->n_disks > 0 ? used : -1;
}

/* The names of the lines without a size: "volumes, container logs"; NULL = all have one. Caller frees. */
static char *unknown_names(const Holders *holders)
{
    char *names = NULL;

    for (size_t i = 0; i < holders->count; i++) {
        if (holders->items[i].bytes >= 0 && holders->items[i].n_unmeasured == 0)
            continue;
        char *longer = names ? xasprintf("%s, %s", names, holders->items[i].name) : xstrdup(holders->items[i].name);
        free(names);
        names = longer;
    }
    return names;
}

/* The command that measures other lines, which makes the last one smaller; NULL = none would. */
static const char *measuring_command(const Holders *holders)
{
    static const char *const commands[] = {"sudo rgc status --deep", "sudo rgc status"};

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        for (size_t j = 0; j < holders->count; j++)
            if (holders->items[j].bytes < 0 && holders->items[j].note && strstr(holders->items[j].note, commands[i]))
                return commands[i];
    return NULL;
}

static char *look_command(const Strings *mounts)
{
    char *command = xstrdup("sudo du -xhd1");

    for (size_t i = 0; i < (mounts->count > 0 ? mounts->count : 1); i++) {
        char *longer = xasprintf("%s %s", command, mounts->count > 0 ? mounts->items[i] : "/");
        free(command);
        command = longer;
    }
    return command;
}

/* Adds the line for what is left. Where no survey was made, it is named for what it is not. */
static void add_rest(Holders *holders, const Survey *survey)
{
    bool is_surveyed = survey->is_made;
    int64_t rest = holders->total_bytes;

    for (size_t i = 0; i < holders->count; i++)
        rest = saturating_subtract(rest, holders->items[i].bytes > 0 ? holders->items[i].bytes : 0);
    if (rest <= 0)
        return;
    cleanup_with(free_charp) char *unknown = unknown_names(holders);
    const char *measure = measuring_command(holders);
    Holder *holder = holders_add(holders, HOLDER_REST, xstrdup(is_surveyed ? "everything else" : "not images or cache"),
                                 rest, measure ? xstrdup(measure) : look_command(&survey->mounts));
    if (holder && !is_surveyed)
        holder->note = xstrdup("volumes, container logs, writable layers and other files");
    else if (holder && unknown)
        holder->note = xasprintf("including %s", unknown);
}

void holders_compute(const Plan *plan, const Survey *survey, Holders *ret)
{
    Holders holders = {.total_bytes = holders_used_bytes(plan->snapshot)};

    holders_add_images(plan, survey, &holders);
    add_caches(&holders, plan, survey);
    holders_add_survey(plan, survey, &holders);
    if (holders.count > 0)
        qsort(holders.items, holders.count, sizeof(*holders.items), compare_holders);
    add_rest(&holders, survey);
    *ret = holders;
}
