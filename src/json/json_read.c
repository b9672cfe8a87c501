/* SPDX-License-Identifier: MIT */
/*
 * Loading JSON and reading its members. Sizes and times from outside are brought into a range in which millions of them
 * can be added up, so that no caller has to think of overflow.
 */
#include <rgc/json_read.h>

#include <errno.h>
#include <string.h>

#include <rgc/memory.h>

#include "json_plain.h"

/* The end of the year 9999: nobody means a later time. */
#define SECONDS_MAX ((int64_t)253402300799)

/* 4 TiB: no image, layer or cache record takes more of a disk. */
#define BYTES_MAX ((int64_t)1 << 42)

static json_t *load(const char *text, size_t length, bool (*is_right)(const json_t *), Error *err)
{
    json_error_t why;
    json_t *document = json_read_plain(text, length);

    if (!document) /* a NUL in the label of some image must not stop every pass */
        document = json_loadb(text, length, JSON_ALLOW_NUL, &why);
    if (!document) {
        error_set(err, EPROTO, "not JSON (%s)", why.text);
    } else if (!is_right(document)) {
        error_set(err, EPROTO, "not the JSON that was expected");
        json_decref(document);
        document = NULL;
    }
    return document;
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

static bool is_array(const json_t *value)
{
    return json_is_array(value);
}

json_t *json_load_object(const char *text, size_t length, Error *err)
{
    return load(text, length, is_object, err);
}

json_t *json_load_array(const char *text, size_t length, Error *err)
{
    return load(text, length, is_array, err);
}

/* The search cannot find such a text within another string, because its quotes would be escaped there. */
char *json_find_string(const char *text, size_t length, const char *name)
{
    cleanup_with(free_charp) char *key = xasprintf("\"%s\":\"", name);
    const char *begin = memmem(text, length, key, strlen(key)), *end;

    if (!begin)
        return NULL;
    begin += strlen(key);
    end = memchr(begin, '"', length - (size_t)(begin - text));
    return end ? xstrndup(begin, (size_t)(end - begin)) : NULL;
}

static int wrong_type(const char *key, const char *expected, Error *err)
{
    return error_set(err, EPROTO, "\"%s\" is not %s", key, expected);
}

/* A member that is null counts as missing. */
static json_t *member(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    return json_is_null(value) ? NULL : value;
}

int json_get_string(const json_t *object, const char *key, const char **ret, Error *err)
{
    const json_t *value = member(object, key);

    if (value && !json_is_string(value))
        return wrong_type(key, "a string", err);
    *ret = value ? json_string_value(value) : NULL;
    return 0;
}

int json_get_int(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err)
{
    const json_t *value = member(object, key);

    if (value && !json_is_integer(value))
        return wrong_type(key, "a whole number", err);
    *ret = value ? json_integer_value(value) : missing;
    return 0;
}

int json_get_bytes(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err)
{
    int r = json_get_int(object, key, missing, ret, err);

    if (r < 0)
        return r;
    if (*ret < 0)
        *ret = missing;
    else if (*ret > BYTES_MAX)
        *ret = BYTES_MAX;
    return 0;
}

int json_get_bool(const json_t *object, const char *key, bool *ret, Error *err)
{
    const json_t *value = member(object, key);

    if (value && !json_is_boolean(value))
        return wrong_type(key, "true or false", err);
    *ret = json_is_true(value);
    return 0;
}

int json_get_array(const json_t *object, const char *key, json_t **ret, Error *err)
{
    json_t *value = member(object, key);

    if (value && !json_is_array(value))
        return wrong_type(key, "a list", err);
    *ret = value;
    return 0;
}

int json_get_object(const json_t *object, const char *key, json_t **ret, Error *err)
{
    json_t *value = member(object, key);

    if (value && !json_is_object(value))
        return wrong_type(key, "an object", err);
    *ret = value;
    return 0;
}

int json_get_time(const json_t *object, const char *key, Time *ret, Error *err)
{
    const char *text = NULL;
    int r = json_get_string(object, key, &text, err);

    if (r < 0)
        return r;
    *ret = 0;
    if (text && *text && !parse_time(text, ret))
        return wrong_type(key, "a time", err);
    return 0;
}

int json_get_seconds(const json_t *object, const char *key, Time *ret, Error *err)
{
    int64_t seconds = 0;
    int r = json_get_int(object, key, 0, &seconds, err);

    if (r < 0)
        return r;
    *ret = seconds > 0 && seconds <= SECONDS_MAX ? seconds * USEC_PER_SEC : 0;
    return 0;
}
