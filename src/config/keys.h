/* SPDX-License-Identifier: MIT */
/* The table of all keys. Its order is that of the manual and of rgc.conf. */
#pragma once

#include "value.h"

#define RETENTION_SECTION "retention"

/* Into a Config that is empty. */
void keys_set_defaults(Config *config);
/* Frees what the fields own. */
void keys_clear(Config *config);
const KeySpec *key_table(size_t *ret_count);
/* Index in the table, or -1. `section` NULL: the first of that name in any section. */
int key_find(const char *section, const char *key);
bool key_section_exists(const char *section);
