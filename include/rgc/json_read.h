/* SPDX-License-Identifier: MIT */
/*
 * Reading JSON that rgc does not trust: answers of an engine, and files that may be damaged. A member that is missing
 * or null has a default, because engines leave out what is empty. A member that has the wrong type is an error, because
 * then the rest may be wrong too.
 *
 *     json_auto_t *object = json_load_object(text, length, err);
 *     const char *name;
 *     int64_t bytes;
 *
 *     if (!object || json_get_string(object, "Name", &name, err) < 0 ||
 *         json_get_bytes(object, "Size", -1, &bytes, err) < 0)
 *         return -EPROTO;
 *
 * Sizes are in bytes, and times in microseconds since 1970.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include <rgc/error.h>
#include <rgc/text.h>

/* The caller owns the result (json_auto_t or json_decref). NULL, with `err` set, if the text is not JSON, or if its
 * value is not an object (or an array). */
json_t *json_load_object(const char *text, size_t length, Error *err);
json_t *json_load_array(const char *text, size_t length, Error *err);

/* Looks for a member of this name whose value is a string, in text that is not JSON as a whole, because it is cut
 * off or wrong further on. Returns the first such value as it stands in the text, for the caller to free; NULL if there
 * is none. */
char *json_find_string(const char *text, size_t length, const char *name);

/* These functions return 0, or -EPROTO with a phrase such as "\"Name\" is not a string". A pointer result is borrowed
 * from `object`, and NULL if the member is missing. `object` may be NULL, like an object without members; json_get_bool
 * then gives false. `missing` is what a missing member counts as. */
int json_get_string(const json_t *object, const char *key, const char **ret, Error *err);
int json_get_int(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err);
/* A size of which millions can be added up without overflow. More than the size of any image, as of sparse files,
 * counts as the largest size there is (4 TiB), and a negative size as missing. */
int json_get_bytes(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err);
int json_get_bool(const json_t *object, const char *key, bool *ret, Error *err);
int json_get_array(const json_t *object, const char *key, json_t **ret, Error *err);
int json_get_object(const json_t *object, const char *key, json_t **ret, Error *err);
/* A time in RFC 3339; 0 for "", for null and for the year 1, by all of which engines mean "never" or "unknown". */
int json_get_time(const json_t *object, const char *key, Time *ret, Error *err);
/* A time in seconds since 1970; 0 for earlier times and for times after the year 9999. */
int json_get_seconds(const json_t *object, const char *key, Time *ret, Error *err);
