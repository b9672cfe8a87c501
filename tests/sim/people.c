/* SPDX-License-Identifier: MIT */
/* What people do by hand on a host with what is there. */
#include "happens.h"

#include <string.h>

static int some_image(World *w)
{
    int found = -1, n = 0;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && roll(w, (uint32_t)++n) == 0)
            found = (int)i;
    return found;
}

static int some_container(World *w, bool is_wanted_live)
{
    int found = -1, n = 0;
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && is_live(&w->containers[i]) == is_wanted_live && roll(w, (uint32_t)++n) == 0)
            found = (int)i;
    return found;
}

static void restart_container(World *w)
{
    int container = some_container(w, true);
    if (container < 0 || !has_trait(w, TRAIT_RESTARTS))
        return;
    tell(w, "docker restart %s", w->containers[container].name);
    engine_end(w, container, 143, true);
    if (is_here(&w->containers[container]))
        engine_start(w, container);
    world_wait(w, SECONDS(5 + roll(w, 50)));
}

static void tag_something(World *w)
{
    int image = some_image(w);
    if (image < 0 || !has_trait(w, TRAIT_OWN_TAGS) || w->images[image].owner < 0 || w->images[image].tags.count == 0)
        return;
    cleanup_with(free_charp) char *tag = xasprintf("local/kept:golden-%u", ++w->numbers);
    tell(w, "docker tag: %s is %s", image_label(w, image), tag);
    engine_tag(w, image, tag);
}

/* All releases of a service that are here, with the same tags, as for a
 * registry nearby. */
static void mirror_something(World *w)
{
    int app = some_app(w);
    if (app < 0 || !has_trait(w, TRAIT_MIRRORS) || w->apps[app].kind != KIND_KAMAL)
        return;
    tell(w, "every release of %s is tagged for a mirror", w->apps[app].name);
    for (size_t i = 0; i < w->n_images; i++) {
        if (!w->images[i].is_here || w->images[i].owner < 0 || !w->images[i].version ||
            w->apps[w->images[i].owner].group != app)
            continue;
        cleanup_with(free_charp) char *own = xasprintf("%s:%s", w->apps[app].repository, w->images[i].version);
        cleanup_with(free_charp) char *tag = xasprintf("mirror.test/%s:%s", w->apps[app].name, w->images[i].version);
        if (strings_contain(&w->images[i].tags, own))
            engine_tag(w, (int)i, tag);
    }
}

static void remove_something(World *w)
{
    if (!has_trait(w, TRAIT_HAND_REMOVALS))
        return;
    int container = chance(w, 50) ? some_container(w, false) : -1, image = some_image(w);
    if (container >= 0) {
        tell(w, "docker rm %s", w->containers[container].name);
        engine_remove(w, container);
    } else if (image >= 0 && w->images[image].tags.count > 0) {
        tell(w, "docker rmi %s", w->images[image].tags.items[0]);
        cleanup_with(free_charp) char *tag = xstrdup(w->images[image].tags.items[0]);
        engine_untag(w, tag, false);
    }
}

/* `docker run -d` without a restart policy, of what is here; it ends by itself
 * or is left. */
static void mount_something(World *w)
{
    int image = some_image(w), data = some_image(w);
    if (image < 0 || !has_trait(w, TRAIT_MOUNTS) || w->images[image].tags.count == 0)
        return;
    cleanup_with(free_charp) char *name = xasprintf("reader-%u", ++w->numbers);
    cleanup_with(free_charp) char *ref = xstrdup(w->images[image].tags.items[0]);
    int made = engine_run(w, name, image, ref, -1);
    w->containers[made].mount = data;
    tell(w, "%s mounts %s", name, image_label(w, data));
}

static void label_something(World *w)
{
    int image = some_image(w);
    if (image < 0 || !has_trait(w, TRAIT_KEEP_LABELS))
        return;
    if (chance(w, 50)) {
        w->images[image].labels.keep = true; /* built so */
        tell(w, "%s has the label rgc.keep", image_label(w, image));
        return;
    }
    int container = some_container(w, false);
    if (container < 0)
        return;
    w->containers[container].labels.keep = true;
    tell(w, "container %s has the label rgc.keep", w->containers[container].name);
}

static void start_or_stop(World *w)
{
    int container = some_container(w, chance(w, 50));
    if (container < 0 || w->containers[container].app >= 0)
        return;
    if (is_live(&w->containers[container]))
        engine_end(w, container, 0, false);
    else
        engine_start(w, container);
}

void people_something(World *w)
{
    static void (*const acts[])(World *) = {
        restart_container, restart_container, tag_something,   mirror_something,
        remove_something,  mount_something,   label_something, start_or_stop,
    };
    acts[roll(w, 8)](w);
    world_wait(w, MINUTES(1 + roll(w, 60)));
}
