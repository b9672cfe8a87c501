/* SPDX-License-Identifier: MIT */
/*
 * Reading untrusted JSON objects. What is missing or null has its default, because engines leave out
 * what is empty; what is there with a wrong type is an error, because then the rest may be wrong too.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include <rgc/error.h>
#include <rgc/text.h>

/* The caller owns the result. NULL with `err` set unless it is an object (an array). */
json_t *json_load_object(const char *text, size_t length, Error *err);
json_t *json_load_array(const char *text, size_t length, Error *err);

/* The first text that is the value of a member of this name, in JSON that has no end, or is wrong further on. Caller
 * frees; NULL = there is none. */
char *json_find_string(const char *text, size_t length, const char *name);

/* All return 0 or -EPROTO; `ret` is borrowed from `object`, and NULL where nothing is there. */
int json_get_string(const json_t *object, const char *key, const char **ret, Error *err);
int json_get_int(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err);
/* Of which millions can be added up: one that no disk holds (sparse files) is the largest that one may, and a negative
 * one says nothing. */
int json_get_bytes(const json_t *object, const char *key, int64_t missing, int64_t *ret, Error *err);
int json_get_bool(const json_t *object, const char *key, bool *ret, Error *err);
int json_get_array(const json_t *object, const char *key, json_t **ret, Error *err);
int json_get_object(const json_t *object, const char *key, json_t **ret, Error *err);
/* RFC 3339; 0 for "", null and the year 1. */
int json_get_time(const json_t *object, const char *key, Time *ret, Error *err);
/* Seconds since 1970; 0 for anything before and anything absurd. */
int json_get_seconds(const json_t *object, const char *key, Time *ret, Error *err);
