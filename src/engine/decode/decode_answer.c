/* SPDX-License-Identifier: MIT */
/*
 * Answers about build cache, and answers to removals and prunes:
 *
 *     GET /system/df        {"BuildCache": [record, …]}, or {"BuildCacheUsage": {"Items": [record, …]}} from API 1.52
 *     on DELETE /images/NAME   [{"Untagged": "blog:v1"}, {"Deleted": "sha256:…"}, …] POST /build/prune
 *     {"CachesDeleted": ["…"], "SpaceReclaimed": 4096}
 *
 * An answer that could mean less than rgc asked for is read in the smaller sense: an image counts as deleted only if
 * the engine names it, because an engine that only removed a tag answers with status 200 too.
 */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "decode.h"
#include <rgc/json_read.h>

/* Larger than any disk, and small enough to add up several. */
#define RECLAIMED_MAX ((int64_t)1 << 58)

bool decode_is_internal(const char *type)
{
    return type && (strcmp(type, "internal") == 0 || strcmp(type, "frontend") == 0);
}

int decode_parents(const json_t *value, Strings *parents, Error *err)
{
    const json_t *element;
    size_t i;

    if (json_is_string(value) && json_string_length(value) > 0)
        strings_add(parents, json_string_value(value));
    if (!value || json_is_null(value) || json_is_string(value))
        return 0;
    if (!json_is_array(value))
        return error_set(err, EPROTO, "the parents of a record are not a list");
    json_array_foreach (value, i, element) {
        if (!json_is_string(element))
            return error_set(err, EPROTO, "a parent of a record is not a string");
        strings_add(parents, json_string_value(element));
    }
    return 0;
}

/* Docker 20.10 sends one parent, newer engines a list. The list's name really begins with a blank. */
static int get_parents(const json_t *object, Strings *ret, Error *err)
{
    int r = decode_parents(json_object_get(object, "Parent"), ret, err);

    if (r == 0)
        r = decode_parents(json_object_get(object, "Parents"), ret, err);
    return r < 0 ? r : decode_parents(json_object_get(object, " Parents"), ret, err);
}

static int add_record(const json_t *object, BuildCache *cache, Error *err)
{
    CacheRecord record = {0};
    const char *id, *type;

    if (!json_is_object(object))
        return error_set(err, EPROTO, "a build cache record is not an object");
    if (json_get_string(object, "ID", &id, err) < 0 || json_get_string(object, "Type", &type, err) < 0 ||
        json_get_bytes(object, "Size", 0, &record.size_bytes, err) < 0 ||
        json_get_time(object, "LastUsedAt", &record.last_used, err) < 0 ||
        json_get_bool(object, "InUse", &record.is_in_use, err) < 0 ||
        json_get_bool(object, "Shared", &record.is_shared, err) < 0)
        return error_wrap(err, "a build cache record");
    if (!id)
        return error_set(err, EPROTO, "a build cache record without \"ID\"");
    if (get_parents(object, &record.parents, err) < 0) {
        strings_clear(&record.parents);
        return error_wrap(err, "a build cache record");
    }
    record.id = xstrdup(id);
    record.is_internal = decode_is_internal(type);
    *array_add(&cache->records, &cache->n_records) = record;
    return 0;
}

static int add_usage(const char *text, size_t length, BuildCache *cache, Error *err)
{
    json_auto_t *usage = json_load_object(text, length, err);
    json_t *items, *element;
    size_t i;
    int r = usage ? json_get_array(usage, "Items", &items, err) : -EPROTO;

    if (r < 0)
        return r;
    json_array_foreach (items, i, element) {
        Error why;

        if (add_record(element, cache, &why) < 0)
            build_cache_add_unreadable(cache, why.text);
    }
    return 0;
}

int decode_build_cache(const char *name, const char *text, size_t length, BuildCache *cache, Error *err)
{
    json_auto_t *record = NULL;
    Error why;

    if (length == strlen("null") && memcmp(text, "null", length) == 0)
        return 0;
    /* Engines of API 1.52 and newer send both shapes, and this one last; so it counts only if the other had no
     * record. */
    if (strcmp(name, "BuildCacheUsage") == 0)
        return cache->n_records > 0 ? 0 : add_usage(text, length, cache, err);
    record = json_load_object(text, length, &why);
    if (!record || add_record(record, cache, &why) < 0)
        build_cache_add_unreadable(cache, why.text);
    return 0;
}

/* Whether "Deleted" names an image, and the right one if rgc asked for an ID. Docker also lists layers there; Podman
 * leaves "sha256:" out. */
static bool names_image(const char *deleted, const char *target)
{
    char *id = decode_image_id(deleted);
    bool is_named = id && (!reference_is_id(target) || strcmp(id, target) == 0);

    free(id);
    return is_named;
}

int decode_image_removal(const char *text, size_t length, const char *target, bool *ret_was_deleted, Error *err)
{
    json_auto_t *answer = json_load_array(text, length, err);
    bool was_deleted = false;
    json_t *element;
    size_t i;

    if (!answer)
        return -EPROTO;
    json_array_foreach (answer, i, element) {
        const char *untagged, *deleted;
        int r;

        if (!json_is_object(element))
            return error_set(err, EPROTO, "not the JSON that was expected");
        if ((r = json_get_string(element, "Untagged", &untagged, err)) < 0 ||
            (r = json_get_string(element, "Deleted", &deleted, err)) < 0)
            return r;
        if (!untagged && !deleted)
            return error_set(err, EPROTO, "neither \"Untagged\" nor \"Deleted\"");
        if (deleted && names_image(deleted, target))
            was_deleted = true;
    }
    *ret_was_deleted = was_deleted;
    return 0;
}

int decode_prune(const char *text, size_t length, int64_t *ret_bytes, size_t *ret_records, Error *err)
{
    json_auto_t *answer = json_load_object(text, length, err);
    json_t *records;
    int64_t bytes;
    int r;

    if (!answer)
        return -EPROTO;
    if ((r = json_get_array(answer, "CachesDeleted", &records, err)) < 0 ||
        (r = json_get_int(answer, "SpaceReclaimed", 0, &bytes, err)) < 0)
        return r;
    *ret_bytes = bytes < 0 ? 0 : bytes > RECLAIMED_MAX ? RECLAIMED_MAX : bytes;
    *ret_records = json_array_size(records);
    return 0;
}
