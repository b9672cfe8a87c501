/* SPDX-License-Identifier: MIT */
/*
 * What an image was made of: asked of the engine once, and remembered by ID, also when the image has gone. Where it is
 * missing, or not asked yet, nothing is concluded from it.
 */
#pragma once

#include <rgc/image_build.h>

typedef struct ImageFacts {
    char *id;
    Time asked;      /* for its steps; 0 = not yet */
    uint64_t *steps; /* of its history, base first, those without a layer too: a fingerprint each */
    size_t n_steps;  /* 0: the engine did not tell */
    Time inspected;  /* asked for `tagged`; 0 = not yet */
    Time tagged;     /* by the engine's own record a name of it was given last then; 0 = it has none */
    bool was_build_asked;
    ImageBuild *build; /* NULL: not asked for, or not told */
} ImageFacts;

void image_facts_clear(ImageFacts *facts);
/* Of these, which are sorted by ID; NULL = none. Borrowed. */
ImageFacts *image_facts_find(ImageFacts *facts, size_t count, const char *id);

/* A fingerprint of one step. */
uint64_t image_step(Time created, const char *created_by, int64_t size_bytes);

/* Was one of the two made from the other? Of those that were made alike in all steps neither was. */
bool image_facts_derive(const ImageFacts *a, const ImageFacts *b);
