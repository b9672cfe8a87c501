/* SPDX-License-Identifier: MIT */
/* Which apps a host has. */
#include "happens.h"

#include <string.h>

static const char *const services[] = {"shop", "blog"};

static App *add_app(World *w, int slot, Kind kind, const char *name, const char *repository)
{
    App *app = array_add(&w->apps, &w->n_apps);
    *app = (App){.slot = slot, .kind = kind, .name = xstrdup(name), .repository = xstrdup(repository)};
    app->group = (int)w->n_apps - 1;
    return app;
}

static void add_kamal(World *w, int slot, const char *service)
{
    bool has_two = perhaps(w, TRAIT_DESTINATIONS, 50), has_worker = chance(w, 40), is_built = chance(w, 25);
    cleanup_with(free_charp) char *repository = xasprintf("reg.test:5000/me/%s", service);
    int group = (int)w->n_apps;

    for (int i = 0; i < (has_two ? 2 : 1); i++) {
        App *app = add_app(w, slot + i, KIND_KAMAL, service, repository);
        app->group = group;
        app->is_built_here = is_built;
        app->destination = has_two ? xstrdup(i == 0 ? "staging" : "production") : NULL;
        strings_add(&app->roles, "web");
        if (has_worker)
            strings_add(&app->roles, "worker");
    }
}

static void add_compose(World *w, int slot, const char *project, const char *service, const char *repository,
                        const char *folder)
{
    App *app = add_app(w, slot, KIND_COMPOSE, service, repository);
    app->project = xstrdup(project);
    app->folder = xstrdup(folder);
}

static void add_composes(World *w)
{
    bool has_folders = perhaps(w, TRAIT_FOLDERS, 25), has_web = perhaps(w, TRAIT_COMPOSE, 35),
         has_built = perhaps(w, TRAIT_COMPOSE, 20), is_pinned = perhaps(w, TRAIT_PINS, 40),
         has_new_names = perhaps(w, TRAIT_NEW_NAMES, 20), has_swarm = perhaps(w, TRAIT_SWARM, 20);
    if (has_web) {
        add_compose(w, 4, "erp", "web", "x/y", "/srv/erp");
        w->apps[w->n_apps - 1].is_pinned = is_pinned;
    }
    if (has_built) {
        add_compose(w, 5, "wiki", "built", "wiki-built", "/srv/wiki");
        w->apps[w->n_apps - 1].is_built_here = true;
    }
    if (has_new_names) {
        add_compose(w, 10, "k8s0uuid", "svc", "k8s0uuid", "/data/k8s0uuid");
        w->apps[w->n_apps - 1].has_new_names = true;
    }
    if (has_swarm) {
        add_compose(w, 11, NULL, "stack_web", "team/stack", NULL);
        w->apps[w->n_apps - 1].is_swarm = true;
    }
    if (has_folders) {
        add_compose(w, 6, "docker", "app", "team/a", "/srv/a/docker");
        add_compose(w, 7, "docker", "app", "team/b", "/srv/b/docker");
    }
}

/* Accessories and what scripts run. */
static void add_plain(World *w)
{
    bool has_database = perhaps(w, TRAIT_PLAIN, 50), has_script = perhaps(w, TRAIT_PLAIN, 30),
         is_pinned = perhaps(w, TRAIT_PINS, 50), has_no_policy = perhaps(w, TRAIT_NO_RESTART, 40);
    if (has_database) {
        add_app(w, 8, KIND_PLAIN, "database", "postgres");
        w->apps[w->n_apps - 1].is_pinned = is_pinned;
    }
    if (has_script) {
        add_app(w, 9, KIND_PLAIN, "svc", "reg.test:5000/svc");
        w->apps[w->n_apps - 1].has_no_policy = has_no_policy;
    }
}

void make_apps(World *w)
{
    uint32_t n = 1 + roll(w, 2);
    for (uint32_t i = 0; i < n; i++)
        add_kamal(w, 2 * (int)i, services[i]);
    add_composes(w);
    add_plain(w);
}

char *kamal_name(const App *app, const char *role, const char *version)
{
    return xasprintf("%s-%s%s%s-%s", app->name, role, app->destination ? "-" : "",
                     app->destination ? app->destination : "", version);
}

/* A host without the app of a slot has a quiet time instead: what else happens
 * does not hang on it. */
int some_app(World *w)
{
    static const int slots[] = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 10, 11};
    int slot = slots[roll(w, sizeof(slots) / sizeof(slots[0]))];
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].slot == slot)
            return (int)i;
    return -1;
}

void deploy_app(World *w, int app)
{
    if (w->apps[app].kind == KIND_KAMAL)
        kamal_deploy(w, app);
    else
        compose_deploy(w, app);
}

/* One thing happens on the host. */
void act_something(World *w)
{
    uint32_t n = roll(w, 100);
    if (n < 50) {
        int app = some_app(w);
        if (app < 0)
            return;
        if (w->apps[app].kind == KIND_KAMAL)
            kamal_something(w, app);
        else if (w->apps[app].kind == KIND_COMPOSE)
            compose_something(w, app);
        else
            plain_something(w, app);
    } else if (n < 62) {
        people_something(w);
    } else if (n < 75) {
        stranger_something(w);
    } else if (n < 82) {
        trouble_something(w);
    } else {
        int64_t wait = some_time(w);
        world_wait(w, wait);
    }
}
