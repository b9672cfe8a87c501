/* SPDX-License-Identifier: MIT */
/*
 * Queries for a person who asks what holds the disk, and never for a pass: all volumes, and sizes for which the engine
 * has to walk through directories. What cannot be read is left out, because nothing is removed by these answers.
 */
#include <errno.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"
#include <rgc/json_read.h>

typedef struct SizesQuery {
    Survey *survey;
    Time now;
} SizesQuery;

/* Drops an odd element: without its name, its size would belong to nothing. */
static void skip_odd(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    (void)name, (void)text, (void)length, (void)why, (void)userdata;
}

static int add_volume(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Survey *survey = userdata;
    FoundVolume volume;
    Error ignored;

    (void)name, (void)err;
    if (decode_found_volume(text, length, &volume, &ignored) == 0)
        *array_add(&survey->volumes, &survey->n_volumes) = volume;
    return 0;
}

static int compare_volumes(const void *a, const void *b)
{
    return strcmp(((const FoundVolume *)a)->name, ((const FoundVolume *)b)->name);
}

/* Takes a row of the list of volumes that no container uses. */
static int mark_unused(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Survey *survey = userdata;
    FoundVolume unused;
    Error ignored;

    (void)name, (void)err;
    if (survey->n_volumes == 0 || decode_found_volume(text, length, &unused, &ignored) < 0)
        return 0;
    FoundVolume *known =
        bsearch(&unused, survey->volumes, survey->n_volumes, sizeof(*survey->volumes), compare_volumes);
    if (known)
        known->is_used = false;
    free(unused.name);
    return 0;
}

static int ask_for_volumes(Engine *engine, char *path, StreamElement *on_element, Survey *survey, Error *err)
{
    static const char *const wanted[] = {"Volumes", NULL};
    Stream stream = {.form = STREAM_MEMBERS,
                     .wanted = wanted,
                     .known = &engine_members,
                     .on_element = on_element,
                     .on_odd = skip_odd,
                     .userdata = survey};

    return engine_get_stream(engine, "the list of volumes", path, &stream, err);
}

int engine_query_volumes(Engine *engine, Survey *survey, Error *err)
{
    cleanup_with(free_charp) char *dangling = http_escape("{\"dangling\":[\"true\"]}");
    int r = ask_for_volumes(engine, engine_path(engine, "/volumes"), add_volume, survey, err);

    if (r < 0)
        return r;
    if (survey->n_volumes > 0)
        qsort(survey->volumes, survey->n_volumes, sizeof(*survey->volumes), compare_volumes);
    /* Each volume counts as used until the engine lists it as one that no container uses. */
    r = ask_for_volumes(engine, engine_path(engine, "/volumes?filters=%s", dangling), mark_unused, survey, err);
    survey->knows_volumes = r == 0;
    return r;
}

static int add_container_size(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    SizesQuery *query = userdata;
    json_auto_t *object = json_load_object(text, length, err);
    const char *id;
    int64_t bytes;
    Error ignored;

    (void)name;
    if (object && json_get_string(object, "Id", &id, &ignored) == 0 && id &&
        json_get_bytes(object, "SizeRw", 0, &bytes, &ignored) == 0 && bytes >= 0)
        sizes_set(&query->survey->sizes, SIZE_CONTAINER, id, bytes, 0, query->now);
    return 0;
}

static int add_volume_size(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    SizesQuery *query = userdata;
    Volume volume;
    Error ignored;

    (void)name, (void)err;
    if (decode_volume(text, length, &volume, &ignored) < 0)
        return 0;
    if (volume.size_bytes >= 0)
        sizes_set(&query->survey->sizes, SIZE_VOLUME, volume.name, volume.size_bytes, 0, query->now);
    volume_clear(&volume);
    return 0;
}

static int ask_for_sizes(Engine *engine, const char *what, char *path, Stream *stream, Error *err)
{
    int64_t timeout = engine->timeout_usec;

    engine->timeout_usec = LONG_TIMEOUT_USEC;
    int r = engine_get_stream(engine, what, path, stream, err);
    engine->timeout_usec = timeout;
    return r;
}

int engine_query_container_sizes(Engine *engine, Time now, Survey *survey, Error *err)
{
    SizesQuery query = {.survey = survey, .now = now};
    Stream stream = {.form = STREAM_ARRAY,
                     .known = &engine_members,
                     .on_element = add_container_size,
                     .on_odd = skip_odd,
                     .userdata = &query};

    return ask_for_sizes(engine, "the sizes of containers", engine_path(engine, "/containers/json?all=1&size=1"),
                         &stream, err);
}

int engine_query_all_volume_sizes(Engine *engine, Time now, Survey *survey, Error *err)
{
    static const char *const wanted[] = {"Volumes", NULL};
    SizesQuery query = {.survey = survey, .now = now};
    Stream stream = {.form = STREAM_MEMBERS,
                     .wanted = wanted,
                     .known = &engine_members,
                     .on_element = add_volume_size,
                     .on_odd = skip_odd,
                     .userdata = &query};
    char *path = engine_path(engine, "/system/df%s", engine->api_minor >= 42 ? "?type=volume" : "");

    return ask_for_sizes(engine, "the sizes of volumes", path, &stream, err);
}
