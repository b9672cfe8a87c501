/* SPDX-License-Identifier: MIT */
/*
 * The table of all keys, in the order of rgc.conf(5) and contrib/rgc.conf. `rgc check` and the manual's test walk
 * through it by config_keys(); the other files of this room use these functions.
 */
#pragma once

#include "value.h"

#define RETENTION_SECTION "retention"

/* Fills a Config that is zeroed. */
void keys_set_defaults(Config *config);
/* Frees what the fields of the table own. */
void keys_clear(Config *config);
/* All rows; they live as long as the program. */
const KeySpec *key_table(size_t *ret_count);
/* Returns the index of a key in the table, or -1. With `section` NULL it is the first key of that name in any
 * section. */
int key_find(const char *section, const char *key);
bool key_section_exists(const char *section);
