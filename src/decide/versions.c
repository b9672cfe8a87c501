/* SPDX-License-Identifier: MIT */
/*
 * A Kamal release is its version. A rollback runs REPOSITORY:VERSION anew, whatever image has that tag by now, and asks
 * only for a container of the right name: where another destination or service has built the same version since, the
 * containers are of one image, and the tag is on another.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

static int compare_tag(const void *a, const void *b)
{
    return strcmp(((const TaggedImage *)a)->tag, ((const TaggedImage *)b)->tag);
}

static void list_tags(Context *context)
{
    const Snapshot *snapshot = context->snapshot;

    for (size_t i = 0; i < snapshot->n_images; i++)
        for (size_t j = 0; j < snapshot->images[i].tags.count; j++)
            *array_add(&context->tags, &context->n_tags) =
                (TaggedImage){.tag = snapshot->images[i].tags.items[j], .image = i};
    if (context->n_tags > 0)
        qsort(context->tags, context->n_tags, sizeof(*context->tags), compare_tag);
}

/* The image that a rollback of the app to this version runs; NULL. */
static const Image *version_holder(const Context *context, const App *app, const char *version)
{
    if (!app->repository || context->n_tags == 0)
        return NULL;
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s", app->repository, version);
    const TaggedImage key = {.tag = tag};
    const TaggedImage *found = bsearch(&key, context->tags, context->n_tags, sizeof(key), compare_tag);
    return found ? &context->snapshot->images[found->image] : NULL;
}

/* A container that a rollback to its version asks for, of a Kamal app. */
static App *app_of_version(const Context *context, size_t container)
{
    const Place *place = &context->places[container];
    bool is_asked_for = place->kind == APP_KAMAL && place->app != NO_APP && place->version && !place->is_replaced;
    return is_asked_for ? &context->apps[place->app] : NULL;
}

/* The repository of the newest container, or of the newest that was. */
static void find_repositories(Context *context)
{
    const Snapshot *snapshot = context->snapshot;
    Time *newest = xcalloc(context->n_apps + 1, sizeof(*newest));

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        App *app = app_of_version(context, i);
        const Container *container = &snapshot->containers[i];
        char *repository =
            app && container->image_ref && (!app->repository || container->created > newest[app - context->apps])
                ? reference_repository(container->image_ref)
                : NULL;
        if (!repository)
            continue;
        free(app->repository);
        app->repository = repository;
        newest[app - context->apps] = container->created;
    }
    free(newest);
}

typedef struct Attached {
    size_t image;
    Link link;
} Attached;

static bool has_link(const Context *context, const Attached *attached, size_t count, size_t image, size_t app)
{
    for (size_t i = context->first_link[image]; i < context->first_link[image + 1]; i++)
        if (context->links[i].app == app)
            return true;
    for (size_t i = 0; i < count; i++)
        if (attached[i].image == image && attached[i].link.app == app)
            return true;
    return false;
}

static int compare_attached(const void *a, const void *b)
{
    const Attached *x = a, *y = b;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    return x->link.app < y->link.app ? -1 : x->link.app > y->link.app;
}

/* context->links with these in their places. */
static void add_links(Context *context, Attached *attached, size_t count)
{
    Link *links = xcalloc(context->n_links + count, sizeof(*links));
    size_t n_links = 0, next = 0;

    qsort(attached, count, sizeof(*attached), compare_attached);
    for (size_t i = 0; i < context->snapshot->n_images; i++) {
        size_t first = context->first_link[i], last = context->first_link[i + 1];
        context->first_link[i] = n_links;
        for (size_t j = first; j < last; j++)
            links[n_links++] = context->links[j];
        while (next < count && attached[next].image == i)
            links[n_links++] = attached[next++].link;
    }
    context->first_link[context->snapshot->n_images] = n_links;
    free(context->links);
    context->links = links;
    context->n_links = n_links;
}

/* The image that has the tag belongs to the release whose containers are here, unless it is one of the app itself: then
 * a redeploy has taken the tag, or it is a release of its own. */
static void attach(Context *context, size_t container, Attached **attached, size_t *count)
{
    App *app = app_of_version(context, container);
    if (!app)
        return;
    const char *version = context->places[container].version;
    Release *release = context_release(context, app, context->snapshot->containers[container].image_id);
    if (release)
        strings_add_unique(&release->versions, version);
    const Image *holder = version_holder(context, app, version);
    size_t index = holder ? (size_t)(holder - context->snapshot->images) : 0;
    size_t of = (size_t)(app - context->apps);
    if (!release || !holder || has_link(context, *attached, *count, index, of))
        return;
    Time arrived = ledger_image(context->ledger, holder->id)->arrived;
    if (arrived > app->last_change)
        app->last_change = arrived; /* somebody deploys this version anew */
    *array_add(attached, count) =
        (Attached){.image = index, .link = {.app = of, .release = (size_t)(release - app->releases)}};
}

void context_find_versions(Context *context)
{
    Attached *attached = NULL;
    size_t count = 0;

    list_tags(context);
    find_repositories(context);
    for (size_t i = 0; i < context->snapshot->n_containers; i++)
        attach(context, i, &attached, &count);
    if (count > 0)
        add_links(context, attached, count);
    free(attached);
}

/* NULL if a rollback to this version finds all its containers, else the role that has none. */
static const char *missing_role(const Context *context, const App *app, const Release *release, const char *version)
{
    for (size_t i = 0; i < app->required_roles.count; i++) {
        const char *role = app->required_roles.items[i];
        cleanup_with(free_charp) char *prefix = kamal_name_prefix(app->name, role, app->destination);
        cleanup_with(free_charp) char *name = xasprintf("%s%s", prefix, version);
        /* One of another release goes with that. */
        const Container *container = context_container(context, app, name);
        if (!container || context_release(context, app, container->image_id) != release)
            return role;
    }
    return NULL;
}

static bool has_only_failed(const ImageRecord *record)
{
    bool has_failed = false;
    for (size_t i = 0; record && i < record->n_uses; i++) {
        if (record->uses[i].has_served)
            return false;
        has_failed |= record->uses[i].has_failed;
    }
    return has_failed;
}

/* NULL: a rollback of the app to this version works. */
static char *why_not_ready(const Context *context, const App *app, const Release *release, const char *version)
{
    const Image *holder = version_holder(context, app, version);
    if (app->required_roles.count == 0)
        return xstrdup("no container of the current release is here");
    const char *role = missing_role(context, app, release, version);
    if (role)
        return xasprintf("no container of role %s", role);
    if (!holder)
        return xasprintf("no image here has the tag %s:%s", app->repository, version);
    if (context_release(context, app, holder->id) != release)
        return xasprintf("the tag %s:%s is on another release", app->repository, version);
    if (holder != release_image(context, release) && has_only_failed(ledger_image(context->ledger, holder->id)))
        return xasprintf("the image that has the tag %s:%s now has never served", app->repository, version);
    return NULL;
}

static void try_version(const Context *context, const App *app, Release *release, const char *version)
{
    if (release->is_ready)
        return;
    char *why = why_not_ready(context, app, release, version);
    release->is_ready = !why;
    if (release->is_ready) {
        release->version = version;
        release->tagged_image = (size_t)(version_holder(context, app, version) - context->snapshot->images);
    }
    if (release->is_ready || !release->why_not_ready) {
        free(release->why_not_ready);
        release->why_not_ready = why;
    } else {
        free(why);
    }
}

void release_judge_version(const Context *context, const App *app, Release *release)
{
    const Image *image = release_image(context, release);
    bool has_tag = false;

    for (size_t i = 0; i < image->tags.count; i++) {
        if (!is_version_tag(context, image->tags.items[i]))
            continue;
        has_tag = true;
        try_version(context, app, release, reference_tag(image->tags.items[i]));
    }
    for (size_t i = 0; i < release->versions.count; i++)
        try_version(context, app, release, release->versions.items[i]);
    /* Only a redeploy in the same destination replaces a release: it renames the containers, too. */
    release->is_rankable = has_tag || release->versions.count > 0;
    if (!release->is_ready && !release->why_not_ready)
        release->why_not_ready = xstrdup("no version tag");
}

static bool is_kept(const Release *release)
{
    return release->is_current || release->slot > 0 || release->is_last_served;
}

/* A release of the app itself that has the tag of another kept one. */
void context_find_needed(Context *context)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        App *app = app_of_version(context, i);
        if (!app)
            continue;
        const char *version = context->places[i].version;
        const Release *release = context_release(context, app, context->snapshot->containers[i].image_id);
        const Image *holder = version_holder(context, app, version);
        Release *needed = holder ? context_release(context, app, holder->id) : NULL;
        if (release && needed && needed != release && is_kept(release))
            needed->needed_for = version;
    }
}
