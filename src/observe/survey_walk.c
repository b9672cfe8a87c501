/* SPDX-License-Identifier: MIT */
/*
 * What has to be walked through: volumes, writable layers, other image stores, leftovers. If rgc may read the files, it
 * walks itself, so that it can be interrupted and show progress. If not, the engine is asked to measure volumes and
 * writable layers (GET /system/df, GET /containers/json?size=1), which takes as long and shows nothing meanwhile.
 */
#include "survey_parts.h"
#include "walk.h"

#include <rgc/interrupt.h>

#include <string.h>

typedef struct Job {
    Engine *engine;
    const SurveyPlaces *places;
    Time now;
    const PassProgress *progress;
    Survey *survey;
} Job;

/* Adds a path to a sum, unless it is missing or on another file system. Takes ownership of `path`. */
static void add_path(const Job *job, Walk *walk, char *path)
{
    if (survey_is_here(job->places, path) && walk_add(walk, path) < 0)
        walk->is_partial = true;
    free(path);
}

static Walk begin(const Job *job, const char *what)
{
    progress_step(job->progress, "measuring %s", what);
    return (Walk){.progress = job->progress, .what = what, .is_interrupted = pass_is_interrupted};
}

static void end(const Job *job, Walk *walk, SizeKind kind, const char *name, int64_t things)
{
    if (walk->is_partial) {
        cleanup_with(free_charp) char *gap =
            xasprintf("rgc could read only a part of %s, so it takes at least the size "
                      "shown",
                      walk->what);
        strings_add(&job->survey->gaps, gap);
    }
    sizes_set(&job->survey->sizes, kind, name, walk->bytes, things, job->now);
    walk_clear(walk);
}

/* A name from the engine becomes part of a path only if it leads nowhere else. */
static bool is_plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/');
}

static void walk_volumes(const Job *job)
{
    for (size_t i = 0; i < job->survey->n_volumes && !pass_is_interrupted(); i++) {
        const FoundVolume *volume = &job->survey->volumes[i];
        if (volume->is_elsewhere || !is_plain_name(volume->name))
            continue;
        cleanup_with(free_charp) char *what = xasprintf("volume %s", volume->name);
        Walk walk = begin(job, what);
        add_path(job, &walk, xasprintf("%s/volumes/%s", job->places->root, volume->name));
        end(job, &walk, SIZE_VOLUME, volume->name, 0);
    }
}

/* The directory into which a container writes has its name in <root>/image/overlay2/layerdb/mounts/ID/mount-id. */
static void walk_layers(const Job *job)
{
    const Snapshot *snapshot = job->places->snapshot;

    for (size_t i = 0; i < snapshot->n_containers && !pass_is_interrupted(); i++) {
        const Container *container = &snapshot->containers[i];
        cleanup_with(free_charp) char *what = xasprintf("the writable layer of %s", container->name);
        cleanup_with(free_charp) char *record =
            xasprintf("%s/image/overlay2/layerdb/mounts/%s", job->places->root, container->id);
        cleanup_with(free_charp) char *layer = survey_read_line(record, "mount-id");
        if (!layer || !is_plain_name(layer))
            continue;
        Walk walk = begin(job, what);
        add_path(job, &walk, xasprintf("%s/overlay2/%s/diff", job->places->root, layer));
        end(job, &walk, SIZE_CONTAINER, container->id, 0);
    }
}

typedef struct Roots {
    const Job *job;
    Walk *walk;
    const char *root;
} Roots;

static void add_containerd_part(const char *name, void *userdata)
{
    const Roots *roots = userdata;

    if (strcmp(name, CONTENT_DIRECTORY) == 0 || strncmp(name, "io.containerd.snapshotter.", 26) == 0)
        add_path(roots->job, roots->walk, xasprintf("%s/%s", roots->root, name));
}

static void walk_stores(const Job *job)
{
    cleanup_with(free_charp) char *own = xasprintf("%s/containerd/daemon", job->places->root);

    for (size_t i = 0; i < job->survey->n_stores && !pass_is_interrupted(); i++) {
        const char *name = job->survey->stores[i].name;
        cleanup_with(free_charp) char *what = xasprintf("the images of %s", name);
        Walk walk = begin(job, what);
        if (strcmp(name, "containerd") == 0) {
            Roots roots[] = {{job, &walk, own}, {job, &walk, CONTAINERD_ROOT}};
            survey_each_name(own, add_containerd_part, &roots[0]);
            survey_each_name(CONTAINERD_ROOT, add_containerd_part, &roots[1]);
        } else {
            add_path(job, &walk, xasprintf("%s/%s", job->places->root, name));
            add_path(job, &walk, xasprintf("%s/image/%s", job->places->root, name));
        }
        end(job, &walk, SIZE_STORE, name, 0);
    }
}

static void walk_leftovers(const Job *job)
{
    cleanup_with(strings_clear) Strings leftovers = {0};
    Walk walk = begin(job, "leftovers");

    survey_list_leftovers(job->places, job->survey, job->now, &leftovers);
    for (size_t i = 0; i < leftovers.count; i++)
        add_path(job, &walk, xstrdup(leftovers.items[i]));
    end(job, &walk, SIZE_LEFTOVERS, "", (int64_t)leftovers.count);
}

static void ask(const Job *job, const char *what, int (*query)(Engine *engine, Time now, Survey *survey, Error *err))
{
    Error err = {0};

    progress_step(job->progress, "the engine measures %s", what);
    if (query(job->engine, job->now, job->survey, &err) < 0)
        strings_add(&job->survey->gaps, err.text);
}

void survey_walk(Engine *engine, const SurveyPlaces *places, Time now, const PassProgress *progress, Survey *ret)
{
    const Job job = {.engine = engine, .places = places, .now = now, .progress = progress, .survey = ret};
    bool can_read_layers = places->root && places->snapshot->engine.store == STORE_OVERLAY2;

    if (places->root)
        walk_volumes(&job);
    else
        ask(&job, "volumes", engine_query_all_volume_sizes);
    if (can_read_layers)
        walk_layers(&job);
    else
        ask(&job, "writable layers", engine_query_container_sizes);
    if (!places->root)
        return;
    walk_stores(&job);
    walk_leftovers(&job);
}
