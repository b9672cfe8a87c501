/* SPDX-License-Identifier: MIT */
/* The fast reader for plain JSON, which json_read.c tries first. */
#pragma once

#include <jansson.h>

/* The caller owns the result. NULL if the text is not plain, or no JSON at all, or neither an object nor an array. */
json_t *json_read_plain(const char *text, size_t length);
