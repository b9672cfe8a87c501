/* SPDX-License-Identifier: MIT */
/*
 * Values in the form that every document of rgc has them: null for what is unknown, times in RFC 3339, sizes in bytes,
 * and text that is always valid UTF-8 without control characters (see printable() in rgc/text.h).
 *
 * Each function returns a new reference, which the caller hands to a function that takes it over, such as
 * json_object_set_new() or document_add().
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#include <jansson.h>

/* How values become text. Percentages are the only real numbers, and five significant digits are enough for them. */
#define DUMP_FLAGS ((size_t)(JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(5)))

json_t *json_text(const char *s);                   /* null for NULL */
json_t *json_lines(const char *s);                  /* text of several lines; their ends are kept */
json_t *json_text_cut(const char *s, size_t limit); /* at most `limit` bytes; text that is cut ends with "…" */
json_t *json_texts(const Strings *list);            /* an array */
json_t *json_time(Time t);                          /* null for 0 */
/* A percentage with two decimals; null if it is infinite, no number, or absurd. */
json_t *json_percent(double percent);
json_t *json_bytes(int64_t bytes); /* null for a negative number, which means "unknown" */

/* Writes the value as one compact line without its end, for the caller to free, and drops the reference to it. jansson
 * fails here only without memory, and that ends the process. */
char *json_line(json_t *value);
