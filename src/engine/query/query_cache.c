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

static int ask_once(Engine *engine, BuildCache *ret, Error *err)
{
    static const char *const wanted[] = {"BuildCache", "BuildCacheUsage", NULL};
    BuildCache cache = {.is_known = true};
    Stream stream = {.form = STREAM_MEMBERS, .wanted = wanted, .on_element = add_records, .userdata = &cache};
    char *path = engine_path(engine, "/system/df%s", engine->api_minor >= 42 ? "?type=build-cache" : "");
    int r = engine_get_stream(engine, "the size of the build cache", path, &stream, err);

    if (r < 0)
        build_cache_clear(&cache);
    else
        *ret = cache;
    return r;
}

/* BuildKit writes down the sizes that it has measured. A pass that ended for that would leave the disk full. */
static bool says_disk_is_full(const Error *err)
{
    return err->code == EREMOTEIO && strstr(err->text, "no space left on device");
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
    if (r < 0 && says_disk_is_full(err)) {
        *ret = (BuildCache){.is_unread = true};
        return 0;
    }
    return r;
}
