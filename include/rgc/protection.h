/* SPDX-License-Identifier: MIT */
/*
 * [protect]: the patterns of what rgc never removes. They are shell patterns (rgc.conf(5)), and match a name with or
 * without the registry that Docker assumes.
 */
#pragma once

#include <rgc/ledger.h>
#include <rgc/snapshot.h>

/* The first of these patterns that matches the image's ID, or a tag, digest or repository that it has or had; NULL =
 * none does. Borrowed. */
const char *protecting_pattern(const Strings *patterns, const Image *image, const ImageRecord *record);

/* The first of these patterns that matches "NAME" or "NAME/DESTINATION"; NULL = none does. `destination` may be NULL.
 * Borrowed. */
const char *app_protecting_pattern(const Strings *patterns, const char *name, const char *destination);
