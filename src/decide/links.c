/* SPDX-License-Identifier: MIT */
/*
 * Which images are releases of which apps.
 *
 * An image that an app has used is a release of it. An image that nothing has ever used may be the next release, and
 * then only its repository tells whose. But in the same repository lie backups, base images and images for debugging
 * that somebody made here. So an unused image becomes a release only if rgc knows what it was made of, that it is
 * nobody's own work (learn_origins.c), and if no label of it speaks against the app; for Kamal its label must name the
 * app. What is no release after all may still belong to a deploy: its arrival makes the apps of its repository
 * wait.
 *
 * tests/unit/decide/histories_owned.c (h35, h36) and tests/unit/decide/origins.c test this.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

/* A pair of a repository and an app. Sorted pairs let an image find its apps without a walk over all of them. */
typedef struct RepositoryApp {
    const char *repository;
    size_t app;
} RepositoryApp;

typedef struct RepositoryIndex {
    RepositoryApp *items;
    size_t count;
} RepositoryIndex;

static int compare_repository_app(const void *a, const void *b)
{
    const RepositoryApp *x = a, *y = b;
    int order = strcmp(x->repository, y->repository);
    return order ? order : (x->app > y->app) - (x->app < y->app);
}

static void repository_index_make(const Context *context, RepositoryIndex *ret)
{
    for (size_t i = 0; i < context->n_apps; i++)
        for (size_t j = 0; !context->apps[i].successor && j < context->apps[i].run_from.count; j++)
            *array_add(&ret->items, &ret->count) =
                (RepositoryApp){.repository = context->apps[i].run_from.items[j], .app = i};
    if (ret->count > 0)
        qsort(ret->items, ret->count, sizeof(*ret->items), compare_repository_app);
}

static void add_link(Context *context, size_t image, App *app)
{
    Release *release = array_add(&app->releases, &app->n_releases);
    release->image = image;
    *array_add(&context->links, &context->n_links) =
        (Link){.app = (size_t)(app - context->apps), .release = app->n_releases - 1};
}

static bool has_link(const Context *context, size_t image, const App *app)
{
    for (size_t i = context->first_link[image]; i < context->n_links; i++)
        if (&context->apps[context->links[i].app] == app)
            return true;
    return false;
}

static void link_once(Context *context, size_t image, App *app)
{
    if (app && !has_link(context, image, app))
        add_link(context, image, app);
}

/* Another app's label speaks against this app; a Kamal app asks for its own. An image with a label that only containers
 * get was committed from one. */
static bool may_be_of(const Context *context, const App *app, const Labels *labels)
{
    if (app->lacks_facts)
        return false;
    if (app->kind == APP_KAMAL)
        return same_text(labels->service, app->name) && !labels->role;
    if (labels->compose_hash || labels->swarm_task)
        return false;
    if (labels->service && strings_contain(&context->services, labels->service))
        return false;
    if (!labels->compose_project || !labels->compose_service)
        return true;
    cleanup_with(free_charp) char *name = xasprintf("%s/%s", labels->compose_project, labels->compose_service);
    return (app->kind == APP_COMPOSE && strcmp(app->name, name) == 0) || !context_app(context, APP_COMPOSE, name, NULL);
}

/* The index of the first pair with this repository, or of where it would stand. */
static size_t find_repository(const RepositoryIndex *index, const char *repository)
{
    const RepositoryApp key = {.repository = repository};
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_repository_app(&index->items[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef void EachApp(Context *context, size_t image, const ImageRecord *record, App *app);

static void for_each_app_of(Context *context, const RepositoryIndex *index, size_t image, const ImageRecord *record,
                            EachApp *each)
{
    for (size_t i = 0; i < record->repositories.count; i++) {
        const char *repository = record->repositories.items[i];
        for (size_t at = find_repository(index, repository);
             at < index->count && strcmp(index->items[at].repository, repository) == 0; at++)
            each(context, image, record, &context->apps[index->items[at].app]);
    }
}

static void link_where_it_may_be(Context *context, size_t image, const ImageRecord *record, App *app)
{
    (void)record;
    if (may_be_of(context, app, &context->snapshot->images[image].labels))
        link_once(context, image, app);
}

static void note_change(App *app, Time time)
{
    raise_time(&app->last_change, time);
}

static void note_arrival(Context *context, size_t image, const ImageRecord *record, App *app)
{
    (void)context;
    (void)image;
    note_change(app, record->arrived);
}

/* An image that is no release, or is not known to be one, may nevertheless be what somebody deploys at this moment. */
static void note_arrivals(Context *context, const RepositoryIndex *index, size_t image, const ImageRecord *record)
{
    const char *service = context->snapshot->images[image].labels.service;

    for_each_app_of(context, index, image, record, note_arrival);
    for (size_t i = 0; service && i < context->n_apps; i++)
        if (context->apps[i].kind == APP_KAMAL && strcmp(context->apps[i].name, service) == 0)
            note_change(&context->apps[i], record->arrived);
}

/* An image that nobody is known to have used can be a release only if rgc knows what it was made of, and that it is not
 * what somebody made here. */
static bool may_be_release(const Context *context, const ImageRecord *record)
{
    return !record->is_own_work && snapshot_facts(context->snapshot, record->id);
}

bool may_be_unknown_release(const Context *context, const Image *image, const ImageRecord *record)
{
    bool is_known = snapshot_facts(context->snapshot, image->id);
    if (record->is_own_work || record->n_uses > 0)
        return false;
    for (size_t i = 0; i < context->n_apps; i++)
        if ((!is_known || context->apps[i].lacks_facts) && app_has_run_from(&context->apps[i], record))
            return true;
    return false;
}

/* Does a container of the app ask for a tag that the image has? Then versions.c decides where the image belongs. */
static bool is_asked_for(const Context *context, size_t image, const App *app)
{
    const Strings *tags = &context->snapshot->images[image].tags;
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        const Place *place = &context->places[i];
        if (place->app == NO_APP || &context->apps[place->app] != app || !place->version || place->is_replaced)
            continue;
        for (size_t j = 0; j < tags->count; j++)
            if (same_text(reference_tag(tags->items[j]), place->version))
                return true;
    }
    return false;
}

/* An image that has arrived again may be on its way to another destination than the one that ran it before. */
static void link_to_destinations(Context *context, size_t image, const ImageRecord *record)
{
    const char *service = context->snapshot->images[image].labels.service;
    size_t n_links = context->n_links;
    if (!service || record_came(record) <= record_last_run(record))
        return;
    for (size_t i = context->first_link[image]; i < n_links; i++)
        if (context->apps[context->links[i].app].kind == APP_KAMAL &&
            strcmp(context->apps[context->links[i].app].name, service) == 0)
            for (size_t j = 0; j < context->n_apps; j++)
                if (context->apps[j].kind == APP_KAMAL && strcmp(context->apps[j].name, service) == 0 &&
                    !is_asked_for(context, image, &context->apps[j]))
                    link_once(context, image, &context->apps[j]);
}

/* Nobody knows which tags an unreadable image has; nor what an image was called that came while nobody watched and has
 * lost its tag, because the containerd store forgets that. Any app may be deploying it at this moment. */
static bool may_be_of_any_app(const Context *context, const Image *image, const ImageRecord *record)
{
    bool has_lost_all = image->tags.count == 0 && record->repositories.count == 0 && record->has_come_unseen &&
                        record->n_uses == 0 && context->snapshot->engine.store == STORE_CONTAINERD;
    return image->unreadable || has_lost_all;
}

static void link_image(Context *context, const RepositoryIndex *index, size_t image)
{
    const ImageRecord *record = ledger_image(context->ledger, context->snapshot->images[image].id);

    context->first_link[image] = context->n_links;
    if (!record)
        return;
    bool is_of_any = may_be_of_any_app(context, &context->snapshot->images[image], record);
    for (size_t i = 0; is_of_any && i < context->n_apps; i++)
        note_change(&context->apps[i], record->arrived);
    for (size_t i = 0; i < record->n_uses; i++) {
        const Use *use = &record->uses[i];
        App *first;
        size_t count = makes_app(use) ? context_apps(context, use->kind, use->app, use->destination, &first) : 0;
        for (size_t j = 0; j < count; j++)
            if (app_is_in_folder(&first[j], use->folder))
                link_once(context, image, first[j].successor ? first[j].successor : &first[j]);
    }
    if (context->n_links > context->first_link[image])
        link_to_destinations(context, image, record);
    else if (record->n_uses == 0 && record->last_named == 0 && may_be_release(context, record))
        for_each_app_of(context, index, image, record, link_where_it_may_be);
    if (context->n_links == context->first_link[image])
        note_arrivals(context, index, image, record);
}

void context_link_images(Context *context)
{
    size_t n_images = context->snapshot->n_images;
    RepositoryIndex index = {0};

    repository_index_make(context, &index);
    context->first_link = xcalloc(n_images + 1, sizeof(*context->first_link));
    for (size_t i = 0; i < n_images; i++)
        link_image(context, &index, i);
    context->first_link[n_images] = context->n_links;
    free(index.items);
}
