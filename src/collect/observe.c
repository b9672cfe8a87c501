/* SPDX-License-Identifier: MIT */
#include "observe.h"

#include <stdio.h>
#include <string.h>

#define BUILDER_PREFIX "buildx_buildkit_"

void progress_step(const PassProgress *progress, const char *format, ...)
{
    if (!progress || !progress->on_step)
        return;
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *text = xvasprintf(format, args);
    va_end(args);
    progress->on_step(text, progress->userdata);
}

/* Inspects what the ledger does not know. */
static int observe_runs(Engine *engine, const Ledger *ledger, Snapshot *snapshot, Error *err)
{
    Container **unknown = NULL;
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        Container *container = &snapshot->containers[i];
        if (!ledger_knows_run(ledger, container, &container->run))
            *array_add(&unknown, &count) = container;
    }
    int r = count > 0 ? engine_inspect_containers(engine, unknown, count, err) : 0;
    free(unknown);
    return r;
}

static int compare_string(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void mark_killed(Snapshot *snapshot)
{
    Strings *killed = &snapshot->killed;
    if (killed->count == 0)
        return;
    qsort(killed->items, killed->count, sizeof(char *), compare_string);
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (bsearch(&snapshot->containers[i].id, killed->items, killed->count, sizeof(char *), compare_string))
            snapshot->containers[i].run.was_killed = true;
}

static void find_builders(Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (!container->name || strncmp(container->name, BUILDER_PREFIX, strlen(BUILDER_PREFIX)) != 0)
            continue;
        Builder *builder = array_add(&snapshot->builders, &snapshot->n_builders);
        builder->name = xstrdup(container->name + strlen(BUILDER_PREFIX));
        builder->container_id = xstrdup(container->id);
        builder->state = container->state;
    }
}

int observe(Engine *engine, const Config *config, const Ledger *ledger, const PassProgress *progress, Snapshot *ret,
            Time *ret_began, Time *ret_now, Error *err)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {};
    int r;

    progress_step(progress, "asking the engine");
    if ((r = engine_query_info(engine, &snapshot.engine, err)) < 0)
        return r;
    host_read_clocks(&snapshot.engine);
    *ret_began = host_now();
    /* Images first: what a container uses that starts in between is an image that we know. */
    progress_step(progress, "reading the list of images");
    if ((r = engine_query_images(engine, true, &snapshot, err)) < 0)
        return r;
    progress_step(progress, "reading the list of containers (%zu images)", snapshot.n_images);
    if ((r = engine_query_containers(engine, &snapshot, err)) < 0)
        return r;
    *ret_now = host_now();
    if ((r = engine_query_events(engine, *ret_now, &snapshot, err)) < 0 ||
        (r = observe_runs(engine, ledger, &snapshot, err)) < 0)
        return r;
    progress_step(progress, "reading the build cache");
    if ((r = engine_query_build_cache(engine, &snapshot.cache, err)) < 0 ||
        (r = host_read_disks(&snapshot.engine, &config->storage, &snapshot.disks, &snapshot.n_disks, err)) < 0)
        return r;
    mark_killed(&snapshot);
    find_builders(&snapshot);
    snapshot_index(&snapshot);
    *ret = snapshot;
    snapshot = (Snapshot){};
    return 0;
}
