/* SPDX-License-Identifier: MIT */
/* The patterns of [protect]: an image is matched by every name that it has or had, in doubt in favour of the image. */
#include <rgc/policy.h>
#include <rgc/protection.h>
#include <rgc/reference.h>
#include <string.h>

/* `reference` is a tag, a digest or a repository; it also matches without the registry that Docker assumes. */
static const char *matching_pattern(const Strings *patterns, const char *reference)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], reference) ||
            matches_pattern(patterns->items[i], repository_short(reference)))
            return patterns->items[i];
    return NULL;
}

/* A digest pins a tag: "postgres:16@sha256:…" also matches as "postgres:16". Of a digest without a tag nobody knows
 * which tag it had, so it matches as "postgres:", with which every tag of the repository begins. */
static const char *pattern_matching_pin(const Strings *patterns, const char *reference)
{
    const char *at = strchr(reference, '@');
    cleanup_with(free_charp) char *pinned = at ? xstrndup(reference, (size_t)(at - reference)) : NULL;
    if (!pinned)
        return NULL;
    const char *found = matching_pattern(patterns, pinned);
    cleanup_with(free_charp) char *any = reference_tag(pinned) ? NULL : xasprintf("%s:", pinned);
    return found || !any ? found : matching_pattern(patterns, any);
}

/* The repositories and references that the ledger remembers count as well: a tag that has moved on protects still. */
const char *protecting_pattern(const Strings *patterns, const Image *image, const ImageRecord *record)
{
    const Strings *lists[] = {&image->tags, &image->digests, &record->repositories, &record->references};

    if (patterns->count == 0)
        return NULL;
    for (size_t i = 0; i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], image->id))
            return patterns->items[i];
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        for (size_t j = 0; j < lists[i]->count; j++) {
            const char *pattern = matching_pattern(patterns, lists[i]->items[j]);
            if (!pattern)
                pattern = pattern_matching_pin(patterns, lists[i]->items[j]);
            if (pattern)
                return pattern;
        }
    return NULL;
}

const char *app_protecting_pattern(const Strings *patterns, const char *name, const char *destination)
{
    cleanup_with(free_charp) char *full = destination ? xasprintf("%s/%s", name, destination) : NULL;

    for (size_t i = 0; i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], name) || (full && matches_pattern(patterns->items[i], full)))
            return patterns->items[i];
    return NULL;
}
