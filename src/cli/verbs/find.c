/* SPDX-License-Identifier: MIT */
/*
 * Finds what a word means in a plan. The ways of finding are tried in an order, and the first one that finds anything
 * decides: what a word means exactly must not become ambiguous because of what it also might mean.
 */
#include "find.h"

#include <rgc/builders.h>
#include <rgc/labels.h>
#include <rgc/ownership.h>
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

/* "docker.io/library/redis:7" and "redis:7" are the same. */
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

/* Docker reads a name without a tag as ":latest", and shows container names with a slash in some places. */
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

/* "sha256:" can only begin the ID of an image; bare digits may also begin that of a container. */
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

/* "me/blog:v4" and "blog:v4" are the last parts of "r:5000/me/blog:v4". */
static bool is_end_of(const char *word, const char *reference)
{
    size_t length = strlen(reference), end = strlen(word);
    return end > 0 && length > end && reference[length - end - 1] == '/' && strcmp(reference + length - end, word) == 0;
}

static void find_by_end_of_tag(const Plan *plan, const char *word, Matches *ret)
{
    if (!reference_tag(word))
        return;
    for (size_t i = 0; i < plan->n_images; i++) {
        const Strings *tags = &plan->images[i].image->tags;
        bool is_it = false;
        for (size_t j = 0; j < tags->count && !is_it; j++)
            is_it = is_end_of(word, tags->items[j]);
        if (is_it)
            add(ret, &plan->images[i], NULL);
    }
}

/* Is the word the repository of one of these references, or the last parts of one? */
static bool has_repository(const Strings *references, const char *word)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository && (same_reference(repository, word) || is_end_of(word, repository)))
            return true;
    }
    return false;
}

static bool is_of_repository(const Image *image, const char *word)
{
    return has_repository(&image->tags, word) || has_repository(&image->digests, word);
}

static bool begins_with(const char *text, const char *digits)
{
    return strncmp(text, digits, strlen(digits)) == 0;
}

static bool has_hex(const Image *image, const char *digits)
{
    if (begins_with(image->id + strlen("sha256:"), digits))
        return true;
    for (size_t i = 0; i < image->digests.count; i++) {
        const char *hex = strrchr(image->digests.items[i], ':');
        if (hex && begins_with(hex + 1, digits))
            return true;
    }
    return false;
}

/* Finds "blog@3f2a9c0b11de", as rgc plan names an image without a tag: its repository and the beginning of its ID or
 * digest. */
static void find_by_label(const Plan *plan, const char *word, Matches *ret)
{
    const char *at = strchr(word, '@');
    if (!at)
        return;
    cleanup_with(free_charp) char *repository = xstrndup(word, (size_t)(at - word));
    const char *digits = begins_with(at + 1, "sha256:") ? at + 1 + strlen("sha256:") : at + 1;
    if (strlen(digits) < ID_DIGITS_MIN)
        return;
    for (size_t i = 0; i < plan->n_images; i++)
        if (is_of_repository(plan->images[i].image, repository) && has_hex(plan->images[i].image, digits))
            add(ret, &plan->images[i], NULL);
}

static bool is_named(const Plan *plan, size_t app, const char *word)
{
    if (plan->apps[app].is_gone)
        return false;
    cleanup_with(free_charp) char *full = owner_label(plan->apps[app].name, plan->apps[app].destination);
    cleanup_with(free_charp) char *label = app_label(plan, app);
    return strcmp(plan->apps[app].name, word) == 0 || strcmp(full, word) == 0 || strcmp(label, word) == 0;
}

size_t *find_apps(const Plan *plan, const char *word, size_t *ret_count)
{
    size_t *found = NULL;

    *ret_count = 0;
    for (size_t i = 0; i < plan->n_apps; i++)
        if (is_named(plan, i, word))
            *array_add(&found, ret_count) = i;
    return found;
}

static bool has_image(const Matches *matches, const PlannedImage *image)
{
    for (size_t i = 0; i < matches->count; i++)
        if (matches->items[i].image == image)
            return true;
    return false;
}

/* An app stands for its current release. */
static void find_by_app(const Plan *plan, const char *word, Matches *ret)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        const Strings *current = &plan->apps[i].current;
        for (size_t j = 0; is_named(plan, i, word) && j < current->count; j++) {
            const PlannedImage *image = plan_image(plan, current->items[j]);
            if (image && !has_image(ret, image))
                add(ret, image, NULL);
        }
    }
}

/* rgc status names a builder without the prefix that buildx gives its container. */
static void find_by_builder(const Plan *plan, const char *word, Matches *ret)
{
    cleanup_with(free_charp) char *name = xasprintf("%s%s", BUILDER_PREFIX, word);
    for (size_t i = 0; i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->name, name) == 0)
            add(ret, NULL, &plan->containers[i]);
}

/* The last way finds no thing of this name, but what the word may have meant (are_only_similar). */
static void find_by_repository(const Plan *plan, const char *word, Matches *ret)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (is_of_repository(plan->images[i].image, word))
            add(ret, &plan->images[i], NULL);
    ret->are_only_similar = true;
}

void find_in_plan(const Plan *plan, const char *word, Matches *ret)
{
    static void (*const ways[])(const Plan *plan, const char *word, Matches *ret) = {
        find_exact, find_by_id, find_by_end_of_tag, find_by_label, find_by_app, find_by_builder, find_by_repository,
    };
    *ret = (Matches){0};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && ret->count == 0; i++)
        ways[i](plan, word, ret);
}
