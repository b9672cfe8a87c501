/* SPDX-License-Identifier: MIT */
/*
 * The build cache, as GET /system/df tells it. API 1.41 cannot be asked for it alone: then the lists of images and
 * containers come along and are passed over.
 */
#include <errno.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine/internal.h"

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

/* Docker 20.10 refuses a second "docker system df" while one runs; and it lists the images for it, which fails while
 * somebody removes one. Waits a moment. */
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
    /* It is of no account for images. Where the engine failed, as BuildKit does that writes down the sizes which it has
     * measured to a disk that is full, what is old can be pruned all the same. */
    *ret = (BuildCache){.is_unread = r != -EPERM, .error = xstrdup(err->text)};
    return 0;
}
