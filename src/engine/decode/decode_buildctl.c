/* SPDX-License-Identifier: MIT */
/*
 * The output of `buildctl du` and `buildctl prune` with --format '{{json .}}':
 *
 *     du       [{"id":"x", "size":4096, "inUse":false, "lastUsedAt":"…", "recordType":"regular", "parents":["y"]}, …]
 *     prune    the same objects, one on each line
 *
 * Members have the names of BuildKit's own type, which begin with small letters, unlike those of the engine's records.
 * A record that cannot be read is left out and counted, as in the engine's own cache.
 */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include "engine/http/stream.h"
#include <rgc/json_read.h>

static int skip_record(BuildCache *cache, const char *why)
{
    build_cache_add_unreadable(cache, why);
    return 0;
}

static void add_odd_record(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    (void)name, (void)text, (void)length;
    build_cache_add_unreadable(userdata, why);
}

static int add_record(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Error why;
    json_auto_t *object = json_load_object(text, length, &why);
    BuildCache *cache = userdata;
    CacheRecord record = {0};
    const char *id, *type;

    (void)name, (void)err;
    if (!object || json_get_string(object, "id", &id, &why) < 0 ||
        json_get_string(object, "recordType", &type, &why) < 0 ||
        json_get_bytes(object, "size", 0, &record.size_bytes, &why) < 0 ||
        json_get_time(object, "lastUsedAt", &record.last_used, &why) < 0 ||
        json_get_bool(object, "inUse", &record.is_in_use, &why) < 0 ||
        json_get_bool(object, "shared", &record.is_shared, &why) < 0)
        return skip_record(cache, why.text);
    if (!id || !*id)
        return skip_record(cache, "a record without \"id\"");
    if (decode_parents(json_object_get(object, "parents"), &record.parents, &why) < 0) {
        strings_clear(&record.parents);
        return skip_record(cache, why.text);
    }
    record.id = xstrdup(id);
    record.is_internal = decode_is_internal(type);
    *array_add(&cache->records, &cache->n_records) = record;
    return 0;
}

int decode_buildctl(const char *text, size_t length, BuildCache *cache, Error *err)
{
    Stream stream = {.known = &engine_members, .on_element = add_record, .on_odd = add_odd_record, .userdata = cache};
    size_t blank = strspn(text, " \t\r\n"), n_before = cache->n_records;
    int r;

    /* An empty cache, or a prune that removed nothing, prints nothing or null. */
    if (blank == length ||
        (strncmp(text + blank, "null", 4) == 0 && strspn(text + blank + 4, " \t\r\n") == length - blank - 4))
        return 0;
    if (text[blank] != '[' && text[blank] != '{')
        return error_set(err, EPROTO, "it is not JSON");
    stream.form = text[blank] == '[' ? STREAM_ARRAY : STREAM_SEQUENCE;
    r = stream_feed(&stream, text, length, err);
    if (r >= 0)
        r = stream_finish(&stream, err);
    stream_clear(&stream);
    if (r >= 0 && cache->n_records == n_before && cache->n_unreadable > 0)
        return error_set(err, EPROTO, "%s", cache->unreadable);
    return r < 0 ? r : 0;
}
