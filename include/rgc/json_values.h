/* SPDX-License-Identifier: MIT */
/*
 * Values as the documents have them: null for what is unknown, text that is always valid UTF-8 without control
 * characters. All return a new reference.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#include <jansson.h>

/* Five significant digits are enough for a percentage, the only real numbers here. */
#define DUMP_FLAGS ((size_t)(JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(5)))

json_t *json_text(const char *s);                   /* null for NULL */
json_t *json_text_cut(const char *s, size_t limit); /* at most `limit` bytes, an ellipsis at the end where cut */
json_t *json_texts(const Strings *list);
json_t *json_time(Time t); /* null for 0 */
/* A percentage with two decimals; null where it is no number. */
json_t *json_percent(double percent);
json_t *json_bytes(int64_t bytes); /* null for what is below 0 */

/* A compact line. jansson fails only without memory here, and that ends the process as everywhere. Steals `value`. */
char *json_line(json_t *value);
