/* SPDX-License-Identifier: MIT */
/*
 * The volumes in which builders keep their cache. A pass never looks at any other volume. The filter of the request
 * matches a part of a name and lets other volumes through, so rgc checks each name itself.
 */
#include <errno.h>
#include <string.h>

#include <rgc/builders.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"
#include <rgc/json_read.h>

/* An engine walks through all volumes for their sizes. If that takes longer, the sizes remain unknown. */
#define SIZES_TIMEOUT_USEC (10 * USEC_PER_SEC)

static void add_odd_volume(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    cleanup_with(free_charp) char *found = json_find_string(text, length, "Name");

    (void)name;
    snapshot_add_unreadable(userdata, ROW_VOLUME, found, why);
}

/* Takes a row. An engine without volumes may send null instead of a list. */
static int add_volume(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Snapshot *snapshot = userdata;
    Volume volume;
    Error why;

    (void)err;
    if (length == strlen("null") && memcmp(text, "null", length) == 0)
        return 0;
    if (decode_volume(text, length, &volume, &why) < 0) {
        add_odd_volume(name, text, length, why.text, userdata);
        return 0;
    }
    if (is_builder_volume(volume.name))
        *array_add(&snapshot->volumes, &snapshot->n_volumes) = volume;
    else
        volume_clear(&volume);
    return 0;
}

static void clear_volumes(Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_volumes; i++)
        volume_clear(&snapshot->volumes[i]);
    free(snapshot->volumes);
    snapshot->volumes = NULL;
    snapshot->n_volumes = 0;
    snapshot_drop_unreadable(snapshot, ROW_VOLUME);
}

static int ask_for_volumes(Engine *engine, const char *what, char *path, Snapshot *ret, Error *err)
{
    static const char *const wanted[] = {"Volumes", NULL};
    /* No sieve: a label or an option of any name shows that somebody other than buildx made the volume. */
    Stream stream = {
        .form = STREAM_MEMBERS, .wanted = wanted, .on_element = add_volume, .on_odd = add_odd_volume, .userdata = ret};
    int r = engine_get_stream(engine, what, path, &stream, err);

    if (r < 0)
        clear_volumes(ret);
    return r;
}

int engine_query_builder_volumes(Engine *engine, Snapshot *snapshot, Error *err)
{
    cleanup_with(free_charp) char *filters = http_escape("{\"name\":[\"" BUILDER_PREFIX "\"]}");
    int r = ask_for_volumes(engine, "the list of volumes", engine_path(engine, "/volumes?filters=%s", filters),
                            snapshot, err);

    snapshot->knows_volumes = r == 0;
    if (r == 0 || r == -ECANCELED || r == -ECONNREFUSED)
        return r;
    /* A proxy before the engine may forbid this list. A volume that rgc does not know is kept. */
    strings_add_unique(&snapshot->unavailable, err->text);
    return 0;
}

int engine_query_volume_sizes(Engine *engine, Snapshot *snapshot, Error *err)
{
    int64_t timeout = engine->timeout_usec;
    Snapshot sizes = {0};

    engine->timeout_usec = timeout < SIZES_TIMEOUT_USEC ? timeout : SIZES_TIMEOUT_USEC;
    int r = ask_for_volumes(engine, "the sizes of volumes",
                            engine_path(engine, "/system/df%s", engine->api_minor >= 42 ? "?type=volume" : ""), &sizes,
                            err);
    engine->timeout_usec = timeout;
    for (size_t i = 0; i < sizes.n_volumes; i++)
        for (size_t j = 0; j < snapshot->n_volumes; j++)
            if (strcmp(sizes.volumes[i].name, snapshot->volumes[j].name) == 0)
                snapshot->volumes[j].size_bytes = sizes.volumes[i].size_bytes;
    clear_volumes(&sizes);
    return r;
}
