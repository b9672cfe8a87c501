/* SPDX-License-Identifier: MIT */
/* What people do with Kamal; the names, tags and the order are Kamal's. */
#include "happens.h"

#include <string.h>

static char *tag_of(const App *app, const char *version)
{
    return xasprintf("%s:%s", app->repository, version);
}

static char *label_of(const App *app)
{
    return xasprintf("%s%s%s", app->name, app->destination ? "/" : "", app->destination ? app->destination : "");
}

/* A release is made somewhere and comes here, as `kamal deploy` brings it. */
static int bring(World *w, int app, const char *version)
{
    App *a = &w->apps[app];
    cleanup_with(free_charp) char *tag = tag_of(a, version);
    cleanup_with(free_charp) char *story = xasprintf("release %s of %s", version, a->name);
    int parent = -1;
    for (size_t i = 0; i < w->n_images && has_trait(w, TRAIT_BASES); i++)
        if (w->images[i].is_here && strstr(w->images[i].story, "base image of") && strstr(w->images[i].story, a->name))
            parent = (int)i;
    int image = engine_new_image(w, story, app, parent);
    labels_clear(&w->images[image].labels);
    w->images[image].labels.service = xstrdup(a->name);
    w->images[image].version = xstrdup(version);
    if (a->is_built_here) {
        engine_build(w, image, tag);
        return image;
    }
    engine_untag(w, tag, true);
    engine_pull(w, image, tag);
    return image;
}

static bool is_of_role(const SimContainer *c, int app, const char *role)
{
    return c->app == app && !c->is_exec && c->role && strcmp(c->role, role) == 0;
}

static int run_role(World *w, int app, const char *role, const char *version, int image)
{
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *name = kamal_name(a, role, version);
    cleanup_with(free_charp) char *ref = tag_of(a, version);
    int old = find_container(w, name);
    if (old >= 0) {
        SimContainer *c = &w->containers[old];
        char *replaced = xasprintf("%s_replaced_%016llx", name, (unsigned long long)mix(w->numbers++, 9));
        free(c->name);
        c->name = replaced;
        c->is_replaced = true;
    }
    int made = engine_run(w, name, image, ref, app);
    SimContainer *c = &w->containers[made];
    c->has_policy = true;
    c->role = xstrdup(role);
    c->version = xstrdup(version);
    free(c->labels.service);
    c->labels.service = xstrdup(a->name);
    c->labels.role = xstrdup(role);
    c->labels.destination = xstrdup(a->destination);
    return made;
}

static void stop_others(World *w, int app, const char *role, int but)
{
    for (int i = 0; i < (int)w->n_containers; i++)
        if (i != but && is_live(&w->containers[i]) && is_of_role(&w->containers[i], app, role))
            engine_end(w, i, chance(w, 70) ? 143 : 0, true);
}

typedef enum Outcome { SERVES, CRASHES, STAYS_UNHEALTHY } Outcome;

/* False: the release has not become healthy. */
static bool boot_role(World *w, int app, const char *role, const char *version, int image, Outcome outcome)
{
    int made = run_role(w, app, role, version, image);
    if (perhaps(w, TRAIT_MIDST, 12))
        world_pass(w);
    if (outcome == CRASHES) {
        engine_fail_and_restart(w, made, (int)roll(w, 4));
        world_wait(w, SECONDS(2));
        engine_end(w, made, 1, false);
        return false;
    }
    if (outcome == STAYS_UNHEALTHY) {
        world_wait(w, SECONDS(70 + roll(w, 120)));
        engine_end(w, made, 143, true);
        return false;
    }
    world_wait(w, SECONDS(5 + roll(w, 25)));
    stop_others(w, app, role, made);
    return true;
}

static bool boot(World *w, int app, const char *version, int image, Outcome outcome)
{
    App *a = &w->apps[app];
    for (size_t i = 0; i < a->roles.count; i++)
        if (!boot_role(w, app, a->roles.items[i], version, image, outcome))
            return false;
    cleanup_with(free_charp) char *latest =
        xasprintf("%s:latest%s%s", a->repository, a->destination ? "-" : "", a->destination ? a->destination : "");
    engine_tag(w, image, latest);
    char *deployed = xstrdup(version);
    free(a->version);
    a->version = deployed;
    return true;
}

static bool is_in_service(const World *w, int app, int group)
{
    return app >= 0 && w->apps[app].kind == KIND_KAMAL && w->apps[app].group == group;
}

/* Five stopped containers stay, of all destinations and roles together; then
 * what no container names goes. */
static void prune(World *w, int app)
{
    int group = w->apps[app].group, kept = 0;
    for (int i = (int)w->n_containers - 1; i >= 0; i--) {
        SimContainer *c = &w->containers[i];
        if (is_here(c) && !is_live(c) && is_in_service(w, c->app, group) && ++kept > 5)
            engine_remove(w, i);
    }
    for (int i = 0; i < (int)w->n_images; i++) {
        SimImage *image = &w->images[i];
        if (!image->is_here || !image->labels.service || strcmp(image->labels.service, w->apps[app].name) != 0 ||
            is_used(w, i))
            continue;
        while (image->is_here && image->tags.count > 0 && !strstr(image->tags.items[0], ":latest")) {
            cleanup_with(free_charp) char *tag = xstrdup(image->tags.items[0]);
            engine_untag(w, tag, false);
        }
        if (image->is_here && image->tags.count == 0)
            engine_delete(w, i);
    }
}

static void finish(World *w, int app)
{
    cleanup_with(free_charp) char *label = label_of(&w->apps[app]);
    if (!perhaps(w, TRAIT_HOOKS, 60))
        return;
    strings_add_unique(&w->deployed, label);
    world_pass(w);
}

static void deploy(World *w, int app, const char *version, Outcome outcome)
{
    static const char *const words[] = {"serves", "crashes", "does not become healthy"};
    App *a = &w->apps[app];
    cleanup_with(free_charp) char *label = label_of(a);
    cleanup_with(free_charp) char *owned = xstrdup(version);
    int image = bring(w, app, owned);
    tell(w, "kamal deploy of %s %s, which %s: %.15s", label, owned, words[outcome], w->images[image].id);
    world_wait(w, chance(w, 70) ? SECONDS(5 + roll(w, 60)) : MINUTES(1 + roll(w, 20)));
    if (perhaps(w, TRAIT_MIDST, 12))
        world_pass(w);
    if (!boot(w, app, owned, image, outcome))
        return;
    if (perhaps(w, TRAIT_PRUNES, 50)) {
        tell(w, "kamal prunes %s", a->name);
        prune(w, app);
    }
    finish(w, app);
}

static char *new_version(World *w, int app)
{
    return xasprintf("v%d", ++w->apps[w->apps[app].group].n_versions);
}

static void deploy_new(World *w, int app, Outcome outcome)
{
    cleanup_with(free_charp) char *version = NULL;
    for (size_t i = 0; i < w->n_apps; i++) {
        const App *other = &w->apps[i];
        bool is_other = (int)i != app && other->kind == KIND_KAMAL && other->group == w->apps[app].group;
        if (is_other && other->version && perhaps(w, TRAIT_SAME_TAG, 60))
            version = xstrdup(other->version);
    }
    if (!version || (w->apps[app].version && strcmp(version, w->apps[app].version) == 0)) {
        free(version);
        version = new_version(w, app);
    }
    deploy(w, app, version, outcome);
}

/* To one whose containers are here, as Kamal asks; the image is whatever has
 * the tag. */
static void roll_back(World *w, int app)
{
    const App *a = &w->apps[app];
    int found = -1, n = 0;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        bool is_old = is_here(c) && !is_live(c) && c->app == app && c->version && !c->is_replaced && !c->is_exec;
        if (is_old && roll(w, (uint32_t)++n) == 0)
            found = (int)i;
    }
    if (found < 0)
        return;
    cleanup_with(free_charp) char *version = xstrdup(w->containers[found].version);
    cleanup_with(free_charp) char *tag = tag_of(a, version);
    cleanup_with(free_charp) char *label = label_of(a);
    int image = find_tag(w, tag);
    for (size_t i = 0; i < a->roles.count; i++) {
        cleanup_with(free_charp) char *name = kamal_name(a, a->roles.items[i], version);
        if (find_container(w, name) < 0)
            return;
    }
    if (image < 0)
        return;
    tell(w, "kamal rollback of %s to %s", label, version);
    if (boot(w, app, version, image, SERVES))
        finish(w, app);
}

static void stop_role(World *w, int app)
{
    const App *a = &w->apps[app];
    const char *role = a->roles.items[roll(w, (uint32_t)a->roles.count)];
    bool is_all = a->roles.count == 1 || chance(w, 30);
    tell(w, "kamal app stop of %s %s, role %s", a->name, a->destination ? a->destination : "", is_all ? "all" : role);
    for (size_t i = 0; i < a->roles.count; i++)
        if (is_all || strcmp(a->roles.items[i], role) == 0)
            stop_others(w, app, a->roles.items[i], -1);
}

/* `kamal app start`: the containers of the version that was deployed last. */
static void start_again(World *w, int app)
{
    const App *a = &w->apps[app];
    for (size_t i = 0; a->version && i < a->roles.count; i++) {
        cleanup_with(free_charp) char *name = kamal_name(a, a->roles.items[i], a->version);
        int container = find_container(w, name);
        if (container < 0 || is_live(&w->containers[container]))
            continue;
        tell(w, "kamal app start of %s: %s", a->name, name);
        engine_start(w, container);
    }
}

static void exec(World *w, int app)
{
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *tag = a->version ? tag_of(a, a->version) : NULL;
    int image = tag ? find_tag(w, tag) : -1;
    if (image < 0)
        return;
    cleanup_with(free_charp) char *base = kamal_name(a, "web", "exec");
    cleanup_with(free_charp) char *name = xasprintf("%s-%s-%06x", base, a->version, w->numbers % 0xffffff);
    int made = engine_run(w, name, image, tag, app);
    SimContainer *c = &w->containers[made];
    c->is_exec = c->is_auto_remove = true;
    c->labels.role = xstrdup("web");
    c->labels.destination = xstrdup(a->destination);
    tell(w, "kamal app exec of %s", a->name);
    world_wait(w, SECONDS(5 + roll(w, 100)));
    engine_end(w, made, 0, false);
}

void kamal_something(World *w, int app)
{
    const App *a = &w->apps[app];
    uint32_t n = roll(w, 100);
    cleanup_with(free_charp) char *again = xstrdup(a->version);

    if (n < 8 && has_trait(w, TRAIT_CRASHES))
        deploy_new(w, app, CRASHES);
    else if (n < 16 && has_trait(w, TRAIT_UNHEALTHY))
        deploy_new(w, app, STAYS_UNHEALTHY);
    else if (n < 26 && has_trait(w, TRAIT_ROLLBACKS))
        roll_back(w, app);
    else if (n < 34 && again && has_trait(w, TRAIT_REDEPLOYS))
        deploy(w, app, again, perhaps(w, TRAIT_HALF_REDEPLOYS, 20) ? CRASHES : SERVES);
    else if (n < 40 && has_trait(w, TRAIT_ROLES))
        stop_role(w, app);
    else if (n < 44 && has_trait(w, TRAIT_RESTARTS))
        start_again(w, app);
    else if (n < 48 && has_trait(w, TRAIT_EXECS))
        exec(w, app);
    else if (n < 54 && has_trait(w, TRAIT_AHEAD)) {
        cleanup_with(free_charp) char *version = new_version(w, app);
        int image = bring(w, app, version);
        tell(w, "release %s of %s is brought here, and not run: %.15s", version, a->name, w->images[image].id);
    } else {
        deploy_new(w, app, SERVES);
    }
    world_wait(w, chance(w, 60) ? MINUTES(1 + roll(w, 90)) : some_time(w));
}

void kamal_deploy(World *w, int app)
{
    deploy_new(w, app, SERVES);
}
