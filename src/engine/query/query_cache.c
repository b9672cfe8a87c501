/* SPDX-License-Identifier: MIT */
/*
 * The build cache, from GET /system/df. API 1.41 cannot be asked for the cache alone; the lists of images and
 * containers then come along, and the stream skips them.
 *
 * A cache that cannot be read ends no pass. It only makes decisions more careful: on a full disk, no previous release
 * is removed for space that the cache may take (src/decide/pressure.c).
 */
#include <errno.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"

static int add_records(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    return decode_build_cache(name, text, length, userdata, err);
}

static void add_odd_record(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    (void)name, (void)text, (void)length;
    build_cache_add_unreadable(userdata, why);
}

static int ask_once(Engine *engine, BuildCache *ret, Error *err)
{
    static const char *const wanted[] = {"BuildCache", "BuildCacheUsage", NULL};
    BuildCache cache = {.is_known = true};
    Stream stream = {.form = STREAM_MEMBERS,
                     .wanted = wanted,
                     .known = &engine_members,
                     .on_element = add_records,
                     .on_odd = add_odd_record,
                     .userdata = &cache};
    char *path = engine_path(engine, "/system/df%s", engine->api_minor >= 42 ? "?type=build-cache" : "");
    int r = engine_get_stream(engine, "the size of the build cache", path, &stream, err);

    if (r == 0 && cache.n_records == 0 && cache.n_unreadable > 0)
        r = error_set(err, EPROTO, "none of the records of the build cache can be read: %s", cache.unreadable);
    if (r < 0)
        build_cache_clear(&cache);
    else
        *ret = cache;
    return r;
}

/* Whether this refusal passes by itself; if so, it has waited a moment. Docker 20.10 refuses a second "docker system
 * df" while one runs. It also lists the images for it, which fails while somebody removes one. */
static bool is_passing(const Error *err, size_t attempt)
{
    return engine_wait_to_retry(err, "already running", attempt) || engine_wait_to_retry(err, "not found", attempt);
}

int engine_query_build_cache(Engine *engine, BuildCache *ret, Error *err)
{
    if (!engine->dialect->has_build_cache) {
        *ret = (BuildCache){.is_known = false};
        return 0;
    }
    int r = ask_once(engine, ret, err);
    for (size_t attempt = 0; r < 0 && is_passing(err, attempt); attempt++)
        r = ask_once(engine, ret, err);
    if (r == 0 || r == -ECANCELED || r == -ECONNREFUSED)
        return r;
    /* A prune by age may still work where this look failed: on a full disk, BuildKit fails to write down the sizes that
     * it has measured. It is not to be expected to work where the look was forbidden (EPERM). */
    *ret = (BuildCache){.is_unread = r != -EPERM, .error = xstrdup(err->text)};
    return 0;
}
