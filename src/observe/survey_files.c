/* SPDX-License-Identifier: MIT */
/*
 * What the engine's own files tell at once: the logs of containers, the journal, and images of another image store. A
 * few hundred small files are listed or read, and no tree is walked, so every `rgc status` can afford it.
 */
#include "survey_parts.h"
#include "walk.h"

#include <rgc/saturate.h>

#include <string.h>
#include <unistd.h>

#define JOURNAL "/var/log/journal"

typedef struct Found {
    const char *path;
    int64_t bytes;
    size_t count;
} Found;

/* The files of the driver json-file: "ID-json.log", "ID-json.log.1", "ID-json.log.2.gz". */
static bool is_json_log(const char *name, void *userdata)
{
    (void)userdata;
    return strstr(name, "-json.log");
}

static void read_logs(const SurveyPlaces *places, Amount *ret)
{
    cleanup_with(walk_clear) Walk walk = {0};

    ret->is_known = true;
    for (size_t i = 0; i < places->snapshot->n_containers; i++) {
        const char *id = places->snapshot->containers[i].id;
        cleanup_with(free_charp) char *directory = xasprintf("%s/containers/%s", places->root, id);
        cleanup_with(free_charp) char *local = xasprintf("%s/local-logs", directory);
        int64_t before = walk.bytes;
        (void)walk_add_files(&walk, directory, is_json_log, NULL);
        (void)walk_add_files(&walk, local, NULL, NULL);
        ret->count += walk.bytes > before;
    }
    ret->bytes = walk.bytes;
}

static void add_journal(const char *name, void *userdata)
{
    Walk *walk = userdata;
    cleanup_with(free_charp) char *path = xasprintf(JOURNAL "/%s", name);

    (void)walk_add_files(walk, path, NULL, NULL);
}

static void read_journal(const SurveyPlaces *places, Amount *ret)
{
    cleanup_with(walk_clear) Walk walk = {0};

    if (access(JOURNAL, R_OK) < 0 || !survey_is_here(places, JOURNAL))
        return;
    survey_each_name(JOURNAL, add_journal, &walk);
    *ret = (Amount){.is_known = true, .bytes = walk.bytes, .count = walk.n_files};
}

static void count_name(const char *name, void *userdata)
{
    (void)name;
    ++*(size_t *)userdata;
}

static void add_layer(const char *name, void *userdata)
{
    Found *found = userdata;
    cleanup_with(free_charp) char *directory = xasprintf("%s/%s", found->path, name);
    cleanup_with(free_charp) char *size = survey_read_line(directory, "size");
    long long bytes = size ? strtoll(size, NULL, 10) : 0;

    saturating_grow(&found->bytes, bytes > 0 ? bytes : 0);
    found->count++;
}

typedef struct Stores {
    const SurveyPlaces *places;
    Survey *survey;
} Stores;

/* Counts the images of a driver of the classic image store by its records, <root>/image/DRIVER, unless the engine uses
 * this driver now. Each layer has a file with its size. */
static void add_driver(const char *driver, void *userdata)
{
    const Stores *stores = userdata;
    const EngineInfo *engine = &stores->places->snapshot->engine;
    cleanup_with(free_charp) char *directory = xasprintf("%s/image/%s", stores->places->root, driver);
    cleanup_with(free_charp) char *images = xasprintf("%s/imagedb/content/sha256", directory);
    cleanup_with(free_charp) char *layers = xasprintf("%s/layerdb/sha256", directory);
    Found found = {.path = layers};
    size_t n_images = 0;

    if (engine->store != STORE_CONTAINERD && engine->driver && strcmp(engine->driver, driver) == 0)
        return;
    survey_each_name(images, count_name, &n_images);
    survey_each_name(layers, add_layer, &found);
    if (n_images > 0 || found.count > 0)
        *array_add(&stores->survey->stores, &stores->survey->n_stores) =
            (HiddenStore){.name = xstrdup(driver), .n_images = n_images, .bytes = found.bytes};
}

/* Counts the images of a containerd whose store the engine does not use: a change of the image store has left them, or
 * they are somebody else's. */
static void add_containerd(const SurveyPlaces *places, const char *root, Survey *survey)
{
    cleanup_with(free_charp) char *blobs = xasprintf("%s/" CONTENT_DIRECTORY "/blobs/sha256", root);
    cleanup_with(walk_clear) Walk walk = {0};

    if (!survey_is_here(places, blobs) || walk_add_files(&walk, blobs, NULL, NULL) < 0 || walk.n_files == 0)
        return;
    *array_add(&survey->stores, &survey->n_stores) = (HiddenStore){.name = xstrdup("containerd"), .bytes = walk.bytes};
}

static void read_stores(const SurveyPlaces *places, Survey *survey)
{
    cleanup_with(free_charp) char *drivers = xasprintf("%s/image", places->root);
    cleanup_with(free_charp) char *own = xasprintf("%s/containerd/daemon", places->root);
    Stores stores = {.places = places, .survey = survey};

    survey_each_name(drivers, add_driver, &stores);
    if (places->snapshot->engine.store == STORE_CONTAINERD)
        return;
    add_containerd(places, own, survey);
    add_containerd(places, CONTAINERD_ROOT, survey);
}

void survey_read_files(const SurveyPlaces *places, Survey *ret)
{
    read_journal(places, &ret->journal);
    if (!places->root)
        return;
    read_logs(places, &ret->logs);
    read_stores(places, ret);
}
