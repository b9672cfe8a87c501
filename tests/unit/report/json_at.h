/* SPDX-License-Identifier: MIT */
/* Looks into a document by path, "images.0.tags.1", and compares with the expected value as JSON. */
#pragma once

#include "unit.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Frees `text`. */
static inline json_t *parse_document(char *text)
{
    json_error_t why;
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &why);

    if (!document)
        fail_msg("%s: %s", why.text, text);
    free(text);
    return document;
}

static inline const json_t *json_at(const json_t *value, const char *path)
{
    char copy[256], *rest = NULL;

    strncpy(copy, path, sizeof(copy) - 1);
    copy[sizeof(copy) - 1] = '\0';
    for (char *key = strtok_r(copy, ".", &rest); key && value; key = strtok_r(NULL, ".", &rest))
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key)) : json_object_get(value, key);
    return value;
}

/* `expected` as compact JSON. */
static inline void check_at(const json_t *document, const char *path, const char *expected)
{
    const json_t *value = json_at(document, path);
    char *actual;

    if (!value)
        fail_msg("%s is missing", path);
    actual = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(5));
    if (strcmp(actual, expected) != 0)
        fail_msg("%s is %s, expected %s", path, actual, expected);
    free(actual);
}
