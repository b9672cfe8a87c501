/* SPDX-License-Identifier: MIT */
/*
 * `rgc why` for what is no longer there. The removals that passes have noted are put into a Plan without verdicts, so
 * that find_in_plan() finds a removed image by the same words as one that is still here.
 */
#include "why_removed.h"

#include "cli/views/show.h"
#include "find.h"

#include <errno.h>
#include <rgc/reference.h>
#include <rgc/removed_file.h>
#include <rgc/report_json.h>
#include <string.h>

#define SHOWN_MAX 10

/* The removed things as a plan; of_images and of_containers have the note of each, in the same order. */
typedef struct Past {
    Plan plan;
    Image *images;
    Container *containers;
    const Removed **of_images, **of_containers;
} Past;

static void past_clear(Past *past)
{
    for (size_t i = 0; i < past->plan.n_images; i++) {
        strings_clear(&past->images[i].tags);
        strings_clear(&past->images[i].digests);
    }
    free(past->plan.images);
    free(past->plan.containers);
    free(past->images);
    free(past->containers);
    free(past->of_images);
    free(past->of_containers);
}

static void add_image(Past *past, const Removed *removed)
{
    size_t i = past->plan.n_images++;
    Image *image = &past->images[i];
    image->id = removed->id;
    for (size_t n = 0; n < removed->names.count; n++)
        strings_add(reference_is_digest(removed->names.items[n]) ? &image->digests : &image->tags,
                    removed->names.items[n]);
    past->plan.images[i].image = image;
    past->of_images[i] = removed;
}

/* Builders and volumes become containers too, since they have a name and an ID. */
static void add_container(Past *past, const Removed *removed)
{
    size_t i = past->plan.n_containers++;
    past->containers[i].id = removed->id;
    past->containers[i].name = removed->names.count > 0 ? removed->names.items[0] : removed->id;
    past->plan.containers[i].container = &past->containers[i];
    past->of_containers[i] = removed;
}

static bool is_image_id(const char *id)
{
    return strncmp(id, "sha256:", strlen("sha256:")) == 0;
}

/* Fills the plan, the newest removal first. */
static void past_init(Past *ret, const RemovedList *list)
{
    *ret = (Past){0};
    ret->images = xcalloc(list->count + 1, sizeof(*ret->images));
    ret->containers = xcalloc(list->count + 1, sizeof(*ret->containers));
    ret->of_images = xcalloc(list->count + 1, sizeof(*ret->of_images));
    ret->of_containers = xcalloc(list->count + 1, sizeof(*ret->of_containers));
    ret->plan.images = xcalloc(list->count + 1, sizeof(*ret->plan.images));
    ret->plan.containers = xcalloc(list->count + 1, sizeof(*ret->plan.containers));
    for (size_t i = list->count; i > 0; i--) {
        const Removed *removed = &list->items[i - 1];
        if (strcmp(removed->kind, "image") == 0 && is_image_id(removed->id))
            add_image(ret, removed);
        else if (strcmp(removed->kind, "build-cache") != 0)
            add_container(ret, removed);
    }
}

static const Removed *removed_of(const Past *past, const Match *match)
{
    return match->image ? past->of_images[match->image - past->plan.images]
                        : past->of_containers[match->container - past->plan.containers];
}

int why_removed(const Session *session, const char *word, Time now, Error *err)
{
    cleanup_with(removed_list_clear) RemovedList all = {0};
    cleanup_with(past_clear) Past past = {0};
    cleanup_with(matches_clear) Matches matches = {0};
    if (!session->state)
        return -ENOENT;
    int r = removed_load(session->state, &all, err);
    if (r < 0)
        return r;
    past_init(&past, &all);
    find_in_plan(&past.plan, word, &matches);
    if (matches.count == 0)
        return -ENOENT;
    RemovedList found = {.items = xcalloc(matches.count, sizeof(*found.items))}; /* borrows what it lists */
    for (size_t i = 0; i < matches.count && found.count < SHOWN_MAX; i++)
        found.items[found.count++] = *removed_of(&past, &matches.items[i]);
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_why_removed(&found));
    else
        show_why_removed(&session->screen, &found, now);
    free(found.items);
    return 0;
}
