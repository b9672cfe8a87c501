/* SPDX-License-Identifier: MIT */
#include "find.h"

#include <rgc/reference.h>
#include <string.h>

#define ID_DIGITS_MIN 4

static void add(Matches *matches, const PlannedImage *image, const PlannedContainer *container)
{
    Match *match = array_add(&matches->items, &matches->count);
    *match = (Match){.image = image, .container = container};
}

void matches_clear(Matches *matches)
{
    free(matches->items);
    *matches = (Matches){0};
}

/* "docker.io/library/redis:7" and "redis:7" are one. */
static bool same_reference(const char *a, const char *b)
{
    return strcmp(repository_short(a), repository_short(b)) == 0;
}

static bool list_has(const Strings *list, const char *reference)
{
    for (size_t i = 0; i < list->count; i++)
        if (same_reference(list->items[i], reference))
            return true;
    return false;
}

static void find_exact(const Plan *plan, const char *word, Matches *ret)
{
    bool is_bare = !reference_tag(word) && !reference_is_digest(word);
    cleanup_with(free_charp) char *tag = is_bare ? xasprintf("%s:latest", word) : xstrdup(word);
    for (size_t i = 0; i < plan->n_images; i++)
        if (list_has(&plan->images[i].image->tags, tag) || list_has(&plan->images[i].image->digests, word))
            add(ret, &plan->images[i], NULL);
    const char *name = word[0] == '/' ? word + 1 : word;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->name, name) == 0)
            add(ret, NULL, &plan->containers[i]);
}

static void find_by_id(const Plan *plan, const char *word, Matches *ret)
{
    bool is_image_only = strncmp(word, "sha256:", 7) == 0;
    const char *digits = is_image_only ? word + 7 : word;
    size_t length = strlen(digits);
    if (length < ID_DIGITS_MIN || digits[strspn(digits, "0123456789abcdef")] != '\0')
        return;
    for (size_t i = 0; i < plan->n_images; i++)
        if (strncmp(plan->images[i].image->id + strlen("sha256:"), digits, length) == 0)
            add(ret, &plan->images[i], NULL);
    for (size_t i = 0; i < plan->n_containers && !is_image_only; i++)
        if (strncmp(plan->containers[i].container->id, digits, length) == 0)
            add(ret, NULL, &plan->containers[i]);
}

static bool has_repository(const Strings *references, const char *word)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository && same_reference(repository, word))
            return true;
    }
    return false;
}

static void find_by_repository(const Plan *plan, const char *word, Matches *ret)
{
    for (size_t i = 0; i < plan->n_images; i++) {
        const Image *image = plan->images[i].image;
        if (has_repository(&image->tags, word) || has_repository(&image->digests, word))
            add(ret, &plan->images[i], NULL);
    }
    ret->are_only_similar = true;
}

void find_in_plan(const Plan *plan, const char *word, Matches *ret)
{
    *ret = (Matches){0};
    find_exact(plan, word, ret);
    if (ret->count == 0)
        find_by_id(plan, word, ret);
    if (ret->count == 0)
        find_by_repository(plan, word, ret);
}
