/* SPDX-License-Identifier: MIT */
/* What `buildctl du` and `buildctl prune` print with --format '{{json .}}': one array, or one object a line. */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include <rgc/json_read.h>
#include "engine/http/stream.h"

static bool is_internal_type(const char *type)
{
    return type && (strcmp(type, "internal") == 0 || strcmp(type, "frontend") == 0);
}

static int add_record(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    BuildCache *cache = userdata;
    CacheRecord record = {0};
    const char *id, *type;

    (void)name;
    if (!object || json_get_string(object, "id", &id, err) < 0 ||
        json_get_string(object, "recordType", &type, err) < 0 ||
        json_get_bytes(object, "size", 0, &record.size_bytes, err) < 0 ||
        json_get_time(object, "lastUsedAt", &record.last_used, err) < 0 ||
        json_get_bool(object, "inUse", &record.is_in_use, err) < 0 ||
        json_get_bool(object, "shared", &record.is_shared, err) < 0)
        return error_wrap(err, "a cache record");
    if (!id || !*id)
        return error_set(err, EPROTO, "a cache record without \"id\"");
    if (record.size_bytes < 0) /* not measured yet */
        record.size_bytes = 0;
    record.id = xstrdup(id);
    record.is_internal = is_internal_type(type);
    *array_add(&cache->records, &cache->n_records) = record;
    return 0;
}

int decode_buildctl(const char *text, size_t length, BuildCache *cache, Error *err)
{
    Stream stream = {.on_element = add_record, .userdata = cache};
    size_t blank = strspn(text, " \t\r\n");
    int r;

    /* Nothing was in the cache, or nothing was pruned. */
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
    return r < 0 ? r : 0;
}
