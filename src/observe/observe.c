/* SPDX-License-Identifier: MIT */
/*
 * Observing: the lists in an order that hides no use and no late arrival.
 *
 * The problem: an engine has no snapshot of itself. Between two requests, images are pulled, containers start, and tags
 * move. A pass that reads an image without its new container would remove what is in use.
 *
 * The idea: the order of the lists decides on which side a mistake falls.
 *  - Images come before containers. An image that is pulled and run after the first list is in no plan; a container
 *    that starts on a listed image is in the second list.
 *  - Events come after both, up to `now`. Whatever got a tag or was pulled since the first list is an arrival there,
 *    and so is young, whatever the list of images says.
 *  - Builders come last: reading their caches by exec takes long, and an engine remembers only its last 256 events. If
 *    it takes more than three seconds, all lists are read again, and only the caches of the builders are taken over.
 * What comes after `now` is for the recheck right before each removal (src/act/recheck.c).
 *
 * What is never allowed: deciding on half a picture. A list that fails ends the pass. What one builder does not tell
 * only concerns its own cache.
 *
 * tests/fault/late_arrivals.py (5 and others) changes the host between these requests, tests/fault/faults.py fails each
 * of them, and tests/fault/busy_engine.py has an engine that forgets events.
 */
#include <rgc/clock.h>
#include <rgc/observe.h>

#include <rgc/builders.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In this time, more may happen than the engine remembers. */
#define READ_AGAIN_AFTER (3 * USEC_PER_SEC)

/* Inspects the containers that the ledger does not know in this state. */
static int observe_runs(Engine *engine, const Ledger *ledger, Snapshot *snapshot, Time now, Error *err)
{
    Container **unknown = NULL;
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        Container *container = &snapshot->containers[i];
        if (container->unreadable)
            continue;
        /* When a builder was stopped decides about it, and it may have run again since it was inspected. */
        if (builder_of_container(container->name) || ledger_tells_of_earlier_life(ledger, snapshot, container, now) ||
            !ledger_recall(ledger, container)) {
            *array_add(&unknown, &count) = container;
            container->is_asked = true;
        }
    }
    int r = count > 0 ? engine_inspect_containers(engine, unknown, count, err) : 0;
    free(unknown);
    return r;
}

static void mark_killed(Snapshot *snapshot)
{
    Strings *killed = &snapshot->killed;
    strings_sort(killed);
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (strings_contain_sorted(killed, snapshot->containers[i].id))
            snapshot->containers[i].run.was_killed = true;
}

/* A builder that cannot be asked keeps its cache, and the pass continues. Only an interruption ends it. */
static int observe_builders(Engine *engine, const PassProgress *progress, Snapshot *snapshot, Error *err)
{
    for (size_t i = 0; i < snapshot->n_builders; i++) {
        Builder *builder = &snapshot->builders[i];
        if (builder->state != STATE_RUNNING)
            continue;
        progress_step(progress, "reading the cache of builder %s", builder->name);
        int r = engine_query_builder(engine, builder->container_id, &builder->cache, err);
        if (r == -ECANCELED)
            return r;
        if (r < 0)
            builder->error = xstrdup(err->text);
    }
    return 0;
}

/* Sizes of volumes are measured only for commands that show them, and only if there is a builder whose cache cannot
 * tell its size because it does not run. */
static int observe_volume_sizes(Engine *engine, const PassProgress *progress, Snapshot *snapshot, Error *err)
{
    bool is_wanted = false;

    for (size_t i = 0; i < snapshot->n_builders; i++)
        is_wanted |= snapshot->builders[i].volume && snapshot->builders[i].state != STATE_RUNNING;
    if (!is_wanted)
        return 0;
    progress_step(progress, "measuring the volumes of builders");
    int r = engine_query_volume_sizes(engine, snapshot, err);
    return r == -ECANCELED ? r : 0;
}

/* The lists, and the events up to them. */
static int observe_lists(Engine *engine, const Ledger *ledger, const PassOptions *options, Snapshot *snapshot,
                         Time *ret_began, Time *ret_now, Error *err)
{
    const PassProgress *progress = options->progress;
    int r;

    progress_step(progress, "asking the engine");
    if ((r = engine_query_info(engine, &snapshot->engine, err)) < 0)
        return r;
    host_read_clocks(&snapshot->engine);
    *ret_began = wall_clock();
    /* Images come first: a container that starts in between then uses an image that is in the list. */
    progress_step(progress, "reading the list of images");
    if ((r = engine_query_images(engine, true, snapshot, err)) < 0)
        return r;
    for (size_t i = 0; i < snapshot->n_images; i++)
        image_set_aside_own_tags(&snapshot->images[i]);
    progress_step(progress, "reading the list of containers (%zu images)", snapshot->n_images);
    if ((r = engine_query_containers(engine, snapshot, err)) < 0)
        return r;
    *ret_now = wall_clock();
    if ((r = engine_query_events(engine, *ret_now, snapshot, err)) < 0 ||
        (r = observe_runs(engine, ledger, snapshot, *ret_now, err)) < 0)
        return r;
    progress_step(progress, "reading the build cache");
    if ((r = engine_query_build_cache(engine, &snapshot->cache, err)) < 0 ||
        (r = engine_query_builder_volumes(engine, snapshot, err)) < 0)
        return r;
    if (snapshot->cache.error)
        strings_add_unique(&snapshot->unavailable, snapshot->cache.error);
    snapshot_find_builders(snapshot);
    return 0;
}

/* Moves the caches of builders that are still there from the first look to the second one. */
static void take_caches(Snapshot *snapshot, Snapshot *from)
{
    for (size_t i = 0; i < snapshot->n_builders; i++)
        for (size_t j = 0; j < from->n_builders; j++) {
            Builder *to = &snapshot->builders[i], *old = &from->builders[j];
            if (!to->container_id || !old->container_id || strcmp(to->container_id, old->container_id) != 0)
                continue;
            to->cache = old->cache;
            old->cache = (BuildCache){0};
            to->error = take_ptr(old->error);
        }
}

/* Reads everything, and the lists a second time if the builders took long. */
static int observe_all(Engine *engine, const Ledger *ledger, const PassOptions *options, Snapshot *snapshot,
                       Time *ret_began, Time *ret_now, Error *err)
{
    int r = observe_lists(engine, ledger, options, snapshot, ret_began, ret_now, err);
    Time asked = wall_clock();

    if (r == 0)
        r = observe_builders(engine, options->progress, snapshot, err);
    if (r < 0 || wall_clock() - asked < READ_AGAIN_AFTER)
        return r;
    cleanup_with(snapshot_clear) Snapshot old = *snapshot;
    *snapshot = (Snapshot){0};
    r = observe_lists(engine, ledger, options, snapshot, ret_began, ret_now, err);
    if (r == 0)
        take_caches(snapshot, &old);
    return r;
}

int observe(Engine *engine, const Config *config, const Ledger *ledger, const PassOptions *options, Snapshot *ret,
            Time *ret_began, Time *ret_now, Error *err)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    const PassProgress *progress = options->progress;
    int r = observe_all(engine, ledger, options, &snapshot, ret_began, ret_now, err);

    if (r < 0 || (options->with_volumes && (r = observe_volume_sizes(engine, progress, &snapshot, err)) < 0) ||
        (r = host_read_disks(&snapshot.engine, &config->storage, &snapshot.disks, &snapshot.n_disks, err)) < 0)
        return r;
    mark_killed(&snapshot);
    snapshot_index(&snapshot);
    snapshot_drop_present(&snapshot);
    *ret = snapshot;
    snapshot = (Snapshot){0};
    return 0;
}

int observe_layers(Engine *engine, Snapshot *snapshot, Error *err)
{
    Image **images = xcalloc(snapshot->n_images + 1, sizeof(*images));
    for (size_t i = 0; i < snapshot->n_images; i++)
        images[i] = &snapshot->images[i];
    int r = engine_query_layers(engine, images, snapshot->n_images, err);
    free(images);
    return r;
}
