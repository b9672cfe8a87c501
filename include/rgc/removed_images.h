/* SPDX-License-Identifier: MIT */
/* Which images a pass has removed. A report has one entry for each tag, but people count images. */
#pragma once

#include <rgc/report.h>

/* The sorted IDs of the images of which something was removed, and nothing is left. The caller frees the list; the IDs
 * belong to the report. */
const char **removed_images(const Report *report, size_t *ret_count);
/* Is the ID in such a list? */
bool removed_images_have(const char *const *ids, size_t count, const char *id);
