/* SPDX-License-Identifier: MIT */
/* What somebody may have meant by a word that is unknown: "blgo" is near "blog", "prodution" near "production". */
#pragma once

#include <stddef.h>

/* The candidate that takes the fewest edits, two at most, to be made of `word`; NULL if none is that near. Borrowed. */
const char *closest_word(const char *word, const char *const *candidates, size_t count);
