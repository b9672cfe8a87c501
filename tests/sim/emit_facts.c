/* SPDX-License-Identifier: MIT */
/* What images were made of, as their histories tell it. */
#include "look.h"

#include <string.h>

#define STEPS_OF_ITS_OWN 2

static size_t count_ancestors(const World *w, int image)
{
    size_t count = 0;
    for (int i = w->images[image].parent; i >= 0 && !w->is_plain; i = w->images[i].parent)
        count++;
    return count;
}

/* Those of what it was made from, and then its own. The scripted engine shows every image as made from nothing. */
static void fill(const World *w, int image, ImageFacts *ret)
{
    size_t at = ret->n_steps = (count_ancestors(w, image) + 1) * STEPS_OF_ITS_OWN;
    ret->steps = xcalloc(at, sizeof(*ret->steps));
    for (int i = image; at > 0; i = w->images[i].parent)
        for (uint64_t step = 0; step < STEPS_OF_ITS_OWN; step++)
            ret->steps[--at] = mix((uint64_t)i + 1, step + 1);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const ImageFacts *)a)->id, ((const ImageFacts *)b)->id);
}

/* What is here is asked for, what was here is remembered. */
void emit_facts(const World *w, Time now, Snapshot *ret)
{
    for (size_t i = 0; i < w->n_images; i++) {
        if (!w->images[i].is_here && w->images[i].seen_gen == -1)
            continue;
        ImageFacts *facts = array_add(&ret->facts, &ret->n_facts);
        *facts = (ImageFacts){.id = xstrdup(w->images[i].id), .asked = now};
        fill(w, (int)i, facts);
    }
    if (ret->n_facts > 0)
        qsort(ret->facts, ret->n_facts, sizeof(*ret->facts), compare);
}
