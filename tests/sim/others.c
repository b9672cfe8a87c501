/* SPDX-License-Identifier: MIT */
/* Compose projects, and what scripts deploy with plain Docker. */
#include "happens.h"

#include <string.h>

static int newest_of(const World *w, int app)
{
    for (size_t i = w->n_images; i-- > 0;)
        if (w->images[i].owner == app)
            return (int)i;
    return -1;
}

static void move_once(World *w, App *app)
{
    if (app->kind != KIND_PLAIN || app->n_versions != 4 || !has_trait(w, TRAIT_MOVES))
        return;
    const char *slash = strrchr(app->repository, '/');
    char *moved = xasprintf("ghcr.test/%s", slash ? slash + 1 : app->repository);
    free(app->repository);
    app->repository = moved;
    tell(w, "%s moves to %s", app->name, moved);
}

static int bring(World *w, int app)
{
    App *a = &w->apps[app];
    cleanup_with(free_charp) char *version = xasprintf("%d", ++a->n_versions);
    move_once(w, a);
    cleanup_with(free_charp) char *story =
        xasprintf("%s %s of %s", a->is_built_here ? "build" : "release", version, a->name);
    bool has_latest = a->kind == KIND_COMPOSE && !a->has_new_names && !a->is_swarm;
    cleanup_with(free_charp) char *tag =
        xasprintf("%s:%s%s", a->repository, has_latest ? "latest" : "v", has_latest ? "" : version);
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

static bool is_shown_by(const World *w, size_t container, int app)
{
    return is_here(&w->containers[container]) && w->containers[container].app == app;
}

/* Compose removes what it replaces; Swarm keeps the tasks before, four of them.
 */
static void replace(World *w, int app)
{
    int kept = 0;
    for (size_t i = w->n_containers; i-- > 0;) {
        if (!is_shown_by(w, i, app))
            continue;
        engine_end(w, (int)i, chance(w, 60) ? 143 : 0, true);
        if (!w->apps[app].is_swarm || ++kept > 4)
            engine_remove(w, (int)i);
    }
}

static char *container_name(World *w, const App *app, const char *service)
{
    if (app->is_swarm)
        return xasprintf("%s.1.%08x", service, ++w->numbers);
    return app->project ? xasprintf("%s-%s-1", app->project, service) : xstrdup(service);
}

static void label_container(World *w, const App *app, const char *service, Labels *labels)
{
    if (app->is_swarm) {
        labels->swarm_service = xstrdup(service);
        labels->swarm_task = xasprintf("task%u", ++w->numbers);
    } else if (app->project) {
        labels->compose_project = xstrdup(app->project);
        labels->compose_service = xstrdup(service);
        labels->compose_folder = xstrdup(app->folder ? app->folder : "/srv/review");
        labels->compose_hash = xasprintf("%064x", ++w->numbers);
    }
}

static void run(World *w, int app, int image)
{
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *service =
        a->has_new_names ? xasprintf("%s-%s", a->name, w->images[image].version) : xstrdup(a->name);
    cleanup_with(free_charp) char *name = container_name(w, a, service);
    cleanup_with(free_charp) char *ref = reference_of(w, app, image);
    replace(w, app);
    int made = engine_run(w, name, image, ref, app);
    SimContainer *c = &w->containers[made];
    c->has_policy = a->kind == KIND_PLAIN ? !a->has_no_policy : chance(w, 80);
    c->version = xstrdup(w->images[image].version);
    label_container(w, a, service, &c->labels);
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

/* The other project of the name, if it is up, goes down: its containers have
 * the same names. */
static void make_room(World *w, int app)
{
    for (size_t i = 0; i < w->n_apps && w->apps[app].project; i++)
        if ((int)i != app && w->apps[i].project && strcmp(w->apps[i].project, w->apps[app].project) == 0 &&
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

/* Of production's repository, in a project of its own, for an hour or two. */
static void review(World *w, int app)
{
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *project = xasprintf("pr-%u", ++w->numbers);
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s", a->repository, project);
    cleanup_with(free_charp) char *name = xasprintf("%s-%s-1", project, a->name);
    int image = engine_new_image(w, "a review app's image", -1, -1);
    engine_pull(w, image, tag);
    int made = engine_run(w, name, image, tag, -1);
    const App own = {.project = project};
    w->containers[made].has_policy = true;
    label_container(w, &own, a->name, &w->containers[made].labels);
    tell(w, "review app %s comes", name);
    if (perhaps(w, TRAIT_MIDST, 30))
        world_pass(w);
    world_wait(w, MINUTES(20 + roll(w, 300)));
    engine_remove(w, made);
    tell(w, "review app %s goes", name);
}

void compose_something(World *w, int app)
{
    uint32_t n = roll(w, 100);
    if (n >= 80 && w->apps[app].slot == 4 && has_trait(w, TRAIT_REVIEW_APPS) && !w->apps[app].is_pinned)
        review(w, app);
    else if (n < 10)
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

void compose_deploy(World *w, int app)
{
    make_room(w, app);
    update(w, app);
}
