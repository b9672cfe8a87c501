/* SPDX-License-Identifier: MIT */
/* Fingerprints of an image's steps, and what two images have in common by them. */
#include <rgc/image_facts.h>

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

/* FNV-1a, 64 bits */
static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t size)
{
    for (const unsigned char *at = bytes, *end = at + size; at < end; at++)
        hash = (hash ^ *at) * 1099511628211ULL;
    return hash;
}

uint64_t image_step(Time created, const char *created_by, int64_t size_bytes)
{
    uint64_t hash = add_bytes(14695981039346656037ULL, &created, sizeof(created));
    hash = add_bytes(hash, &size_bytes, sizeof(size_bytes));
    return created_by ? add_bytes(hash, created_by, strlen(created_by)) : hash;
}

bool image_facts_derive(const ImageFacts *a, const ImageFacts *b)
{
    size_t shorter = a->n_steps < b->n_steps ? a->n_steps : b->n_steps;
    return shorter > 0 && a->n_steps != b->n_steps && memcmp(a->steps, b->steps, shorter * sizeof(*a->steps)) == 0;
}
