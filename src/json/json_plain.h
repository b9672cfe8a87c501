/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

/* The caller owns the result. NULL: not plain, or not JSON. */
json_t *json_read_plain(const char *text, size_t length);
