/* SPDX-License-Identifier: MIT */
/* Encodes and decodes one field at a time, by its type. */
#include "record_fields.h"

#include <rgc/json_values.h>

#include <rgc/ledger.h>
#include <rgc/memory.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Writes the exact text if possible, because it is compared with the engine's later. Text that is no UTF-8, which JSON
 * cannot carry, is made printable. */
static json_t *encode_text(const char *s)
{
    json_t *value = json_string(s);

    return value ? value : json_text(s);
}

static json_t *encode_strings(const Strings *list)
{
    json_t *array;

    if (list->count == 0)
        return NULL;
    array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, encode_text(list->items[i]));
    return array;
}

/* Returns NULL for the default value, which is not written. */
static json_t *encode_field(const void *at, FieldType type)
{
    switch (type) {
    case FIELD_ID:
    case FIELD_TEXT: {
        const char *s = *(char *const *)at;

        return s ? encode_text(s) : NULL;
    }
    case FIELD_TIME:
    case FIELD_OFFSET:
        return *(const int64_t *)at != 0 ? json_integer(*(const int64_t *)at) : NULL;
    case FIELD_INT:
        return *(const int *)at != 0 ? json_integer(*(const int *)at) : NULL;
    case FIELD_BOOL:
        return *(const bool *)at ? json_true() : NULL;
    case FIELD_STRINGS:
        return encode_strings(at);
    case FIELD_STATE: {
        ContainerState state = *(const ContainerState *)at;

        return state != STATE_UNKNOWN ? json_string(container_state_to_string(state)) : NULL;
    }
    case FIELD_KIND: {
        AppKind kind = *(const AppKind *)at;

        return kind != APP_NONE ? json_string(app_kind_to_string(kind)) : NULL;
    }
    }
    return NULL;
}

json_t *record_encode(const void *record, const Field *fields, size_t n_fields)
{
    json_t *object = json_object();

    for (size_t i = 0; i < n_fields; i++) {
        json_t *value = encode_field((const char *)record + fields[i].offset, fields[i].type);

        if (value)
            json_object_set_new_nocheck(object, fields[i].name, value);
    }
    return object;
}

static bool is_id(const char *s)
{
    if (!*s)
        return false;
    for (; *s; s++)
        if (*s <= ' ' || *s > '~')
            return false;
    return true;
}

static bool decode_strings(const json_t *value, Strings *list)
{
    size_t index;
    json_t *item;

    if (!json_is_array(value))
        return false;
    json_array_foreach (value, index, item) {
        if (!json_is_string(item))
            return false;
        strings_add(list, json_string_value(item));
    }
    return true;
}

static bool decode_integer(const json_t *value, int64_t lowest, int64_t highest, int64_t *ret)
{
    if (!json_is_integer(value))
        return false;
    *ret = json_integer_value(value);
    return *ret >= lowest && *ret <= highest;
}

/* Moves a wild number into the range in which times can be added and subtracted without overflow. */
static int64_t within(int64_t number, int64_t lowest, int64_t highest)
{
    return number < lowest ? lowest : number > highest ? highest : number;
}

static bool decode_word(const json_t *value, void *at, FieldType type)
{
    if (!json_is_string(value))
        return false;
    if (type == FIELD_STATE) {
        *(ContainerState *)at = container_state_from_string(json_string_value(value));
        return true;
    }
    *(AppKind *)at = app_kind_from_string(json_string_value(value));
    return *(AppKind *)at < APP_KIND_MAX_;
}

static bool decode_field(const json_t *value, void *at, FieldType type)
{
    int64_t number = 0;

    switch (type) {
    case FIELD_ID:
    case FIELD_TEXT:
        if (!json_is_string(value) || (type == FIELD_ID && !is_id(json_string_value(value))))
            return false;
        *(char **)at = xstrdup(json_string_value(value));
        return true;
    case FIELD_TIME:
    case FIELD_OFFSET:
        if (!decode_integer(value, INT64_MIN, INT64_MAX, &number))
            return false;
        *(int64_t *)at = within(number, type == FIELD_TIME ? 0 : -TIME_MAX, TIME_MAX);
        return true;
    case FIELD_INT:
        if (!decode_integer(value, INT_MIN, INT_MAX, &number))
            return false;
        *(int *)at = (int)number;
        return true;
    case FIELD_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case FIELD_STRINGS:
        return decode_strings(value, at);
    case FIELD_STATE:
    case FIELD_KIND:
        return decode_word(value, at, type);
    }
    return false;
}

int record_decode(const json_t *object, void *record, const Field *fields, size_t n_fields, Error *err)
{
    for (size_t i = 0; i < n_fields; i++) {
        const json_t *value = json_object_get(object, fields[i].name);

        if (!value && fields[i].type == FIELD_ID)
            return error_set(err, EPROTO, "\"%s\" is missing", fields[i].name);
        if (value && !decode_field(value, (char *)record + fields[i].offset, fields[i].type))
            return error_set(err, EPROTO, "\"%s\" is not what it should be", fields[i].name);
    }
    return 0;
}
