/* SPDX-License-Identifier: MIT */
/* A host's story: steps that follow from its seed. */
#pragma once

#include "look.h"

/* variants.c, lively.c */
void variants_check(World *w, const Round *pass, const char *ledger, size_t size);
void lively_check(World *w);

typedef struct Story {
    uint64_t seed;
    Traits traits;
    size_t n_steps;
    bool *is_left_out; /* steps; NULL: none */
} Story;
/* Tells it from the beginning; the world is as it ends, or as it was when a
 * promise was broken. */
void story_tell(const Story *story, World *ret);
/* Of a story that fails: as few steps and traits as still break the same
 * promise. */
void story_shrink(Story *story, Property property);
