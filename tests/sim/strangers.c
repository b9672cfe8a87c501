/* SPDX-License-Identifier: MIT */
/* What is no release of any app, although much of it looks like one. */
#include "happens.h"

#include <rgc/reference.h>
#include <string.h>

static int some_app_container(World *w)
{
    int found = -1, n = 0;
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && w->containers[i].app >= 0 && !w->containers[i].is_exec &&
            roll(w, (uint32_t)++n) == 0)
            found = (int)i;
    return found;
}

/* `docker commit`: the image has all labels of the container, and a layer that
 * is nowhere else. */
static int commit(World *w, int container, const char *tag)
{
    SimContainer *c = &w->containers[container];
    cleanup_with(free_charp) char *story = xasprintf("backup of %s", c->name);
    int image = engine_new_image(w, story, -1, c->image);
    c = &w->containers[container];
    labels_clear(&w->images[image].labels);
    labels_copy(&w->images[image].labels, &c->labels);
    w->images[image].labels.keep = false;
    w->images[image].built = w->now + w->clock_error;
    engine_commit(w, container, image, tag);
    tell(w, "docker commit of %s as %s (%.15s)", c->name, tag, w->images[image].id);
    return image;
}

static void commit_something(World *w)
{
    int container = some_app_container(w);
    if (container < 0 || !has_trait(w, TRAIT_COMMITTED))
        return;
    const App *app = &w->apps[w->containers[container].app];
    bool is_in_own = app->kind == KIND_KAMAL && chance(w, 40);
    cleanup_with(free_charp) char *tag =
        xasprintf("%s:before-%u", is_in_own ? app->repository : "backup/data", ++w->numbers);
    commit(w, container, tag);
}

/* A container of a committed image has all labels that Kamal gave the first
 * one. */
/* Run from what was committed, which has all of Kamal's labels; some call both as Kamal would. */
static void restore_something(World *w)
{
    int container = some_app_container(w);
    if (container < 0 || !has_trait(w, TRAIT_RESTORED))
        return;
    unsigned n = ++w->numbers;
    const SimContainer *from = &w->containers[container];
    const App *app = from->app >= 0 && w->apps[from->app].kind == KIND_KAMAL ? &w->apps[from->app] : NULL;
    bool is_alike = chance(w, 50) && app && from->role;
    cleanup_with(free_charp) char *version = xasprintf(is_alike ? "before-%u" : "incident-%u", n);
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s", is_alike ? app->repository : "forensics/data", version);
    cleanup_with(free_charp) char *name = is_alike ? kamal_name(app, from->role, version) : xstrdup(version);
    int image = commit(w, container, tag);
    int made = engine_run(w, name, image, tag, -1);
    tell(w, "docker run of it, as %s", name);
    world_wait(w, MINUTES(1 + roll(w, 200)));
    if (chance(w, 70))
        engine_end(w, made, 137, true);
}

static int some_release(World *w)
{
    int found = -1, n = 0;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && w->images[i].owner >= 0 && w->apps[w->images[i].owner].kind == KIND_KAMAL &&
            w->images[i].tags.count > 0 && roll(w, (uint32_t)++n) == 0)
            found = (int)i;
    return found;
}

/* FROM a release: it inherits the label `service`. */
static void derive_something(World *w)
{
    int release = some_release(w);
    if (release < 0 || !has_trait(w, TRAIT_DERIVED))
        return;
    const App *app = &w->apps[w->images[release].owner];
    cleanup_with(free_charp) char *tag =
        xasprintf("%s:debug-%u", chance(w, 50) ? app->repository : "tools/debug", ++w->numbers);
    cleanup_with(free_charp) char *story = xasprintf("debug image FROM %s", w->images[release].story);
    int image = engine_new_image(w, story, -1, release);
    engine_build(w, image, tag);
    tell(w, "docker build of %s: %s", tag, image_label(w, image));
}

/* A base image of one's own, from which the next releases are built; and a
 * tool, without the label. */
static void add_to_repository(World *w)
{
    int app = some_app(w);
    bool is_base = chance(w, 50);
    if (app < 0 || w->apps[app].kind != KIND_KAMAL || !has_trait(w, is_base ? TRAIT_BASES : TRAIT_UNLABELLED))
        return;
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s-%u", a->repository, is_base ? "base" : "tool", ++w->numbers);
    cleanup_with(free_charp) char *story = xasprintf("%s of %s", is_base ? "base image" : "tool", a->name);
    int image = engine_new_image(w, story, -1, -1);
    if (is_base)
        w->images[image].labels.service = xstrdup(a->name);
    if (chance(w, 50))
        engine_build(w, image, tag);
    else
        engine_pull(w, image, tag);
    tell(w, "%s comes: %s", tag, image_label(w, image));
}

/* A monitoring convention, in another tool's containers, one kept aside after
 * each upgrade. */
static void run_foreign(World *w)
{
    if (!has_trait(w, TRAIT_FOREIGN))
        return;
    unsigned n = ++w->numbers;
    const char *service = chance(w, 50) ? "shop" : "intranet";
    cleanup_with(free_charp) char *tag = xasprintf("reg.test:5000/intranet:v%u", n);
    cleanup_with(free_charp) char *name = xasprintf("intranet-api-%u", n);
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_live(&w->containers[i]) && strncmp(w->containers[i].name, "intranet-api-", 13) == 0)
            engine_end(w, (int)i, 143, true);
    int image = engine_new_image(w, "release of an intranet", -1, -1);
    engine_pull(w, image, tag);
    int made = engine_run(w, name, image, tag, -1);
    SimContainer *c = &w->containers[made];
    c->has_policy = true;
    c->labels.service = xstrdup(service);
    c->labels.role = xstrdup(chance(w, 50) ? "web" : "backend");
    tell(w, "docker run of %s with labels service=%s role=%s", name, service, c->labels.role);
    world_wait(w, MINUTES(1 + roll(w, 60)));
}

/* Kamal's labels and a name as it gives them, but Compose has made it. */
static void run_lookalike(World *w)
{
    int release = some_release(w);
    if (release < 0 || !has_trait(w, TRAIT_LOOKALIKES))
        return;
    cleanup_with(free_charp) char *service = xstrdup(w->apps[w->images[release].owner].name);
    cleanup_with(free_charp) char *tag = xstrdup(w->images[release].tags.items[0]);
    cleanup_with(free_charp) char *name = xasprintf("%s-web-%s", service, reference_tag(tag));
    ++w->numbers;
    if (chance(w, 50) || find_container(w, name) >= 0) {
        free(name);
        name = xasprintf("%s-web-copy%u", service, w->numbers);
    }
    int made = engine_run(w, name, release, tag, -1);
    SimContainer *c = &w->containers[made];
    free(c->labels.service);
    c->labels.service = xstrdup(service);
    c->labels.role = xstrdup("web");
    c->labels.compose_project = xstrdup("copy");
    c->labels.compose_service = xstrdup("web");
    c->labels.compose_hash = xasprintf("%064x", ++w->numbers);
    tell(w, "compose run of %s as %s, with Kamal's labels", tag, name);
    world_wait(w, MINUTES(2 + roll(w, 60)));
    engine_end(w, made, 143, true);
}

/* Another image had this name when somebody ran it. */
static bool was_used_by_name(const World *w, const char *tag)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (strcmp(w->containers[i].ref, tag) == 0)
            return true;
    return false;
}

static bool may_pull(const World *w, const char *tag)
{
    return find_tag(w, tag) >= 0 || has_trait(w, TRAIT_NAME_REUSE) || !was_used_by_name(w, tag);
}

static void run_job(World *w)
{
    static const char *const names[] = {"backup", "report", "sync"};
    const char *name = names[roll(w, 3)];
    if (!has_trait(w, TRAIT_JOBS))
        return;
    cleanup_with(free_charp) char *tag = xasprintf("company/tools:%s", name);
    cleanup_with(free_charp) char *container = xasprintf("job-%u", ++w->numbers);
    int image = find_tag(w, tag);
    if (!may_pull(w, tag))
        return;
    if (image < 0) {
        image = engine_new_image(w, "image of a nightly job", -1, -1);
        engine_pull(w, image, tag);
    }
    int made = engine_run(w, container, image, tag, -1);
    w->containers[made].is_auto_remove = true;
    tell(w, "docker run --rm %s", tag);
    if (chance(w, 10))
        world_pass(w);
    world_wait(w, SECONDS(5 + roll(w, 600)));
    engine_end(w, made, 0, false);
}

static void run_ci(World *w)
{
    if (!has_trait(w, TRAIT_CI))
        return;
    unsigned n = 16 + roll(w, 7);
    cleanup_with(free_charp) char *tag = xasprintf("node:%u", n);
    cleanup_with(free_charp) char *name = xasprintf("ci-%u", ++w->numbers);
    int image = find_tag(w, tag);
    if (!may_pull(w, tag))
        return;
    if (image < 0) {
        image = engine_new_image(w, "base image of a CI", -1, -1);
        engine_pull(w, image, tag);
        tell(w, "docker pull %s", tag);
    }
    if (chance(w, 60))
        return;
    int made = engine_run(w, name, image, tag, -1);
    w->containers[made].is_auto_remove = chance(w, 50);
    tell(w, "a CI job in %s is cancelled", tag);
    if (chance(w, 10))
        world_pass(w);
    world_wait(w, SECONDS(5 + roll(w, 100)));
    engine_end(w, made, 137, true);
    if (is_here(&w->containers[made]) && chance(w, 60))
        engine_remove(w, made);
}

void stranger_something(World *w)
{
    static void (*const acts[])(World *) = {
        commit_something, restore_something, derive_something, add_to_repository,
        run_foreign,      run_lookalike,     run_job,          run_ci,
    };
    acts[roll(w, 8)](w);
    world_wait(w, MINUTES(1 + roll(w, 60)));
}
