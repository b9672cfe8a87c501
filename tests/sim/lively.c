/* SPDX-License-Identifier: MIT */
/* What nobody needs goes in the end: keeping everything breaks no promise, and helps nobody. */
#include "sim.h"

#include <string.h>

static bool is_of_group(const World *w, int app, int group)
{
    return app >= 0 && w->apps[app].group == group;
}

/* Is it kept for a reason that has nothing to do with slots? */
static bool is_held(const World *w, int image)
{
    const SimImage *i = &w->images[image];
    if (i->labels.keep)
        return true;
    for (size_t j = 0; j < i->tags.count; j++)
        if (strstr(i->tags.items[j], ":latest") || strstr(i->tags.items[j], "local/kept:"))
            return true;
    for (size_t j = 0; j < w->n_containers; j++) {
        const SimContainer *c = &w->containers[j];
        bool uses = is_here(c) && (c->image == image || c->mount == image);
        if (uses && (is_live(c) || c->app < 0 || c->labels.keep || c->mount == image))
            return true;
    }
    return false;
}

static bool is_running(const World *w, int app)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_live(&w->containers[i]) && w->containers[i].app == app && !w->containers[i].is_exec)
            return true;
    return false;
}

/* Current ones of each role, the slots, what is next, the last that served. */
static size_t most_of(const World *w, int group)
{
    size_t most = 0, keep = (size_t)w->policy.retention.keep_previous;
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].group == group)
            most += w->apps[i].roles.count + keep + (keep > 1 ? keep : 1) + 1;
    return most;
}

static void check_group(World *w, int group)
{
    size_t count = 0;
    int example = -1;
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].group == group && !is_running(w, (int)i))
            return;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && is_of_group(w, w->images[i].owner, group) && !is_held(w, (int)i)) {
            count++;
            if (example < 0)
                example = (int)i;
        }
    if (count > most_of(w, group))
        fail(w, PROPERTY_LIVELY, "%zu releases of %s stay, at most %zu are needed; the oldest is %s", count,
             w->apps[group].name, most_of(w, group), image_label(w, example));
}

void lively_check(World *w)
{
    for (int i = 0; i < 6; i++) {
        world_wait(w, HOURS(20));
        world_pass(w);
    }
    if (!has_trait(w, TRAIT_LIVELY) || w->n_changes > 0 || w->gen != 1 || !w->is_fresh)
        return;
    for (size_t i = 0; i < w->n_apps && !w->failure.has_failed; i++)
        if (w->apps[i].kind == KIND_KAMAL && w->apps[i].group == (int)i)
            check_group(w, (int)i);
}
