/* SPDX-License-Identifier: MIT */
#include <rgc/policy.h>
#include <rgc/protection.h>
#include <rgc/reference.h>

/* `reference`: a tag, a digest or a repository, also without the registry that docker assumes. */
static const char *matching_pattern(const Strings *patterns, const char *reference)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], reference) ||
            matches_pattern(patterns->items[i], repository_short(reference)))
            return patterns->items[i];
    return NULL;
}

const char *protecting_pattern(const Strings *patterns, const Image *image, const ImageRecord *record)
{
    const Strings *lists[] = {&image->tags, &image->digests, &record->repositories};

    if (patterns->count == 0)
        return NULL;
    for (size_t i = 0; i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], image->id))
            return patterns->items[i];
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        for (size_t j = 0; j < lists[i]->count; j++) {
            const char *pattern = matching_pattern(patterns, lists[i]->items[j]);
            if (pattern)
                return pattern;
        }
    return NULL;
}
