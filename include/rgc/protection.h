/* SPDX-License-Identifier: MIT */
/* [protect]: the patterns of what is never removed. */
#pragma once

#include <rgc/ledger.h>
#include <rgc/snapshot.h>

/* The first of these patterns that an ID, a tag, a digest or a repository of the image matches; NULL. Borrowed. */
const char *protecting_pattern(const Strings *patterns, const Image *image, const ImageRecord *record);

/* The first of these patterns that "NAME" or "NAME/DESTINATION" matches; NULL. `destination` may be NULL. Borrowed. */
const char *app_protecting_pattern(const Strings *patterns, const char *name, const char *destination);
