/* SPDX-License-Identifier: MIT */
/* A report has one entry a tag, but it is images that people count. */
#pragma once

#include <rgc/report.h>

/* IDs, sorted, of the images that went: of which something was removed, and nothing is left. Borrowed from the report;
 * the caller frees the list. */
const char **removed_images(const Report *report, size_t *ret_count);
bool removed_images_have(const char *const *ids, size_t count, const char *id);
