/* SPDX-License-Identifier: MIT */
/*
 * What an image was made of. rgc asks the engine once for each image, and remembers the answer by ID, also when the
 * image is gone. Where facts are missing, nothing is concluded from that.
 *
 * Sources: Docker Engine API, GET /images/ID/history for the steps, GET /images/ID/json for the rest.
 */
#pragma once

#include <rgc/image_build.h>

typedef struct ImageFacts {
    char *id;
    Time asked;      /* when rgc asked for its steps; 0 = not yet */
    uint64_t *steps; /* a fingerprint of each step of its history, base first, steps without a layer included */
    size_t n_steps;  /* 0 = the engine did not report any */
    Time inspected;  /* when rgc asked for `tagged`; 0 = not yet */
    Time tagged;     /* when it was last given a name, by the engine's own record; 0 = the engine has none */
    bool was_build_asked;
    ImageBuild *build; /* NULL = not asked for, or not reported */
} ImageFacts;

void image_facts_clear(ImageFacts *facts);
/* The facts of this image, among `count` that are sorted by ID; NULL = there are none. Borrowed. */
ImageFacts *image_facts_find(ImageFacts *facts, size_t count, const char *id);

/* The fingerprint of one step. `created_by` may be NULL. */
uint64_t image_step(Time created, const char *created_by, int64_t size_bytes);

/* Was one of the two images made from the other? That is so if all steps of the one are the first of the other. Two
 * images with the same steps were not made from each other. */
bool image_facts_derive(const ImageFacts *a, const ImageFacts *b);
