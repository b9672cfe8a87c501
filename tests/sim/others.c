/* SPDX-License-Identifier: MIT */
/* Compose projects, and what scripts deploy with plain Docker. */
#include "sim.h"

#include <string.h>

static int newest_of(const World *w, int app)
{
    for (size_t i = w->n_images; i-- > 0;)
        if (w->images[i].owner == app)
            return (int)i;
    return -1;
}

static int bring(World *w, int app)
{
    App *a = &w->apps[app];
    cleanup_with(free_charp) char *version = xasprintf("%d", ++a->n_versions);
    cleanup_with(free_charp) char *story =
        xasprintf("%s %s of %s", a->is_built_here ? "build" : "release", version, a->name);
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s%s", a->repository, a->kind == KIND_COMPOSE ? "latest" : "v",
                                                   a->kind == KIND_COMPOSE ? "" : version);
    int image = engine_new_image(w, story, app, -1);
    w->images[image].version = xstrdup(version);
    if (a->is_built_here)
        engine_build(w, image, tag);
    else if (a->is_pinned)
        engine_pull_digest(w, image, a->repository);
    else
        engine_pull(w, image, tag);
    return image;
}

/* What a person writes after `image:`. */
static char *reference_of(const World *w, int app, int image)
{
    const App *a = &w->apps[app];
    const SimImage *i = &w->images[image];
    if (a->is_pinned)
        return xasprintf("%s:%s@%s", a->repository, i->version, i->id);
    return xstrdup(i->tags.count > 0 ? i->tags.items[0] : i->id);
}

static void run(World *w, int app, int image)
{
    const App *a = &w->apps[app];
    bool is_compose = a->kind == KIND_COMPOSE;
    cleanup_with(free_charp) char *name = is_compose ? xasprintf("%s-%s-1", a->project, a->name) : xstrdup(a->name);
    cleanup_with(free_charp) char *ref = reference_of(w, app, image);
    int old = find_container(w, name);
    if (old >= 0) {
        engine_end(w, old, chance(w, 60) ? 143 : 0, true);
        engine_remove(w, old);
    }
    int made = engine_run(w, name, image, ref, app);
    SimContainer *c = &w->containers[made];
    c->has_policy = !is_compose || chance(w, 80);
    c->version = xstrdup(w->images[image].version);
    if (is_compose) {
        c->labels.compose_project = xstrdup(a->project);
        c->labels.compose_service = xstrdup(a->name);
        c->labels.compose_folder = xstrdup(a->folder);
        c->labels.compose_hash = xasprintf("%064x", ++w->numbers);
    }
}

static void update(World *w, int app)
{
    App *a = &w->apps[app];
    int image = bring(w, app);
    tell(w, "%s of %s: %s", a->kind == KIND_COMPOSE ? "compose up" : "docker run", a->name, image_label(w, image));
    world_wait(w, SECONDS(3 + roll(w, 30)));
    if (perhaps(w, TRAIT_COMPOSE_MIDST, 12))
        world_pass(w);
    run(w, app, image);
    a->is_down = false;
}

static int container_of(const World *w, int app)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && w->containers[i].app == app)
            return (int)i;
    return -1;
}

/* The other project of the name, if it is up, goes down: its containers have the same names. */
static void make_room(World *w, int app)
{
    for (size_t i = 0; i < w->n_apps && w->apps[app].project; i++)
        if ((int)i != app && w->apps[i].kind == KIND_COMPOSE && strcmp(w->apps[i].project, w->apps[app].project) == 0 &&
            strcmp(w->apps[i].name, w->apps[app].name) == 0 && container_of(w, (int)i) >= 0) {
            engine_remove(w, container_of(w, (int)i));
            w->apps[i].is_down = true;
        }
}

static void down(World *w, int app)
{
    int container = container_of(w, app);
    if (container < 0)
        return;
    tell(w, "%s goes down", w->apps[app].name);
    engine_remove(w, container);
    w->apps[app].is_down = true;
}

static void up_again(World *w, int app)
{
    int image = newest_of(w, app);
    if (!w->apps[app].is_down || image < 0 || !w->images[image].is_here)
        return;
    tell(w, "%s comes up again", w->apps[app].name);
    make_room(w, app);
    run(w, app, image);
    w->apps[app].is_down = false;
}

void compose_something(World *w, int app)
{
    uint32_t n = roll(w, 100);
    if (n < 10)
        down(w, app);
    else if (n < 25 && w->apps[app].is_down)
        up_again(w, app);
    else {
        make_room(w, app);
        update(w, app);
    }
    world_wait(w, chance(w, 60) ? MINUTES(2 + roll(w, 90)) : some_time(w));
}

void plain_something(World *w, int app)
{
    compose_something(w, app);
}
