/* SPDX-License-Identifier: MIT */
/*
 * Suggestions for mistyped words, such as an option, a command or the name of an app: "blgo" is near "blog",
 * "prodution" near "production".
 */
#pragma once

#include <stddef.h>

/* Returns the candidate that differs from `word` by the fewest edits: one character added, removed or replaced. NULL if
 * every candidate needs more than two, or if `word` has fewer than 2 or more than 24 bytes. The result is borrowed. */
const char *closest_word(const char *word, const char *const *candidates, size_t count);
