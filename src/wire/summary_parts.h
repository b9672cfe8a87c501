/* SPDX-License-Identifier: MIT */
/* What summary_json.c and summary_lists.c share. The caller owns each json_t * that is returned. */
#pragma once

#include <rgc/summary.h>

/* Bytes of a name and of a text; longer ones are cut between characters. */
#define NAME_LIMIT ((size_t)128)
#define TEXT_LIMIT ((size_t)300)

/* The text of a JSON string, without control characters; NULL if it is no string. Caller frees. */
char *summary_text_of(const json_t *value);

/* Groups become objects of objects: {"keep": {"current": 2}}. */
json_t *counts_to_json(const SummaryCounts *counts);
/* Adds the counts of an object. `group` is NULL for the whole member, which may contain groups. */
void counts_from_json(json_t *object, const char *group, SummaryCounts *ret);
json_t *disks_to_json(const Summary *summary);
void disks_from_json(const json_t *list, Summary *ret);
json_t *apps_to_json(const Summary *summary);
void apps_from_json(const json_t *list, Summary *ret);
json_t *errors_to_json(const Summary *summary);
void errors_from_json(const json_t *list, Summary *ret);
