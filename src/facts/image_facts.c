/* SPDX-License-Identifier: MIT */
/* Fingerprints of an image's steps, and what two images have in common by them. */
#include <rgc/image_facts.h>

#include <rgc/fingerprint.h>

#include <string.h>

void image_facts_clear(ImageFacts *facts)
{
    free(facts->id);
    free(facts->steps);
    image_build_free(facts->build);
    *facts = (ImageFacts){0};
}

static int compare_with_facts(const void *id, const void *facts)
{
    return strcmp(id, ((const ImageFacts *)facts)->id);
}

ImageFacts *image_facts_find(ImageFacts *facts, size_t count, const char *id)
{
    return count > 0 ? bsearch(id, facts, count, sizeof(*facts), compare_with_facts) : NULL;
}

uint64_t image_step(Time created, const char *created_by, int64_t size_bytes)
{
    uint64_t print = fingerprint_bytes(FINGERPRINT_BEGIN, &created, sizeof(created));
    print = fingerprint_bytes(print, &size_bytes, sizeof(size_bytes));
    return created_by ? fingerprint_text(print, created_by) : print;
}

bool image_facts_derive(const ImageFacts *a, const ImageFacts *b)
{
    size_t shorter = a->n_steps < b->n_steps ? a->n_steps : b->n_steps;
    return shorter > 0 && a->n_steps != b->n_steps && memcmp(a->steps, b->steps, shorter * sizeof(*a->steps)) == 0;
}
