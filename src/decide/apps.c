/* SPDX-License-Identifier: MIT */
/*
 * Makes the Context of a decision: the apps that the ledger knows, the places of containers, and then, by the other
 * files of this room, releases, versions, ranks and slots. context_make shows the order, in which each step needs those
 * before it. An app is made from uses in the ledger, not from the containers that are here, so it outlives them.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

/* Makes one App for each identity that the ledger knows. Uses without a folder join the first app that has one. */
static void make_apps(Context *context)
{
    const Ledger *ledger = context->ledger;
    App *all = NULL;
    size_t count = 0;

    for (size_t i = 0; i < ledger->n_images; i++)
        for (size_t j = 0; j < ledger->images[i].n_uses; j++) {
            const Use *use = &ledger->images[i].uses[j];
            if (makes_app(use))
                *array_add(&all, &count) =
                    (App){.kind = use->kind, .name = use->app, .destination = use->destination, .folder = use->folder};
        }
    if (count > 0)
        qsort(all, count, sizeof(*all), compare_app);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        App without = all[i];
        without.folder = NULL;
        if (kept > 0 && all[i].folder && compare_app(&all[kept - 1], &without) == 0)
            all[kept - 1] = all[i]; /* an unknown folder agrees with any */
        else if (kept == 0 || compare_app(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    }
    context->apps = all;
    context->n_apps = kept;
}

/* Counts for "rollback READY/WANTED": a version that was deployed twice is one release. */
static void count_release(App *app, const Use *use)
{
    if (use->version && strings_contain(&app->versions_ever, use->version))
        return;
    if (use->version)
        strings_add(&app->versions_ever, use->version);
    app->n_ever++;
}

/* A container that was started by an ID names no repository: then each that the image is known by counts. */
static void learn_run_from(App *app, const ImageRecord *record, const Use *use)
{
    const Strings *from = use->repositories.count > 0 ? &use->repositories : &record->repositories;
    for (size_t i = 0; i < from->count; i++)
        strings_add_unique(&app->run_from, from->items[i]);
}

static void sum_up_use(const Context *context, App *app, const ImageRecord *record, const Use *use)
{
    for (size_t i = 0; i < record->repositories.count; i++)
        strings_add_unique(&app->repositories, record->repositories.items[i]);
    learn_run_from(app, record, use);
    app->lacks_facts |= snapshot_image(context->snapshot, record->id) && !snapshot_facts(context->snapshot, record->id);
    if (use->last_run > app->last_run)
        app->last_run = use->last_run;
    if (use->last_ended > app->last_ended)
        app->last_ended = use->last_ended;
    if (app->first_began == 0 || use->first_created < app->first_began)
        app->first_began = use->first_created;
    if (use->name)
        strings_add_unique(&app->container_names, use->name);
    app->n_images_ever += app->counted_image != record;
    app->counted_image = record;
    bool is_failure = use->has_failed && !use->has_served && !use->may_have_served;
    if (use->last_started > 0 && !is_failure && app->counted != record) {
        count_release(app, use);
        app->counted = record;
    }
}

/* Sums up what the ledger knows of each app as a whole, images that are gone included. */
static void sum_up_apps(Context *context)
{
    const Ledger *ledger = context->ledger;

    for (size_t i = 0; i < ledger->n_images; i++) {
        const ImageRecord *record = &ledger->images[i];
        for (size_t j = 0; j < record->n_uses; j++) {
            const Use *use = &record->uses[j];
            if (!makes_app(use))
                continue;
            App *first;
            size_t count = context_apps(context, use->kind, use->app, use->destination, &first);
            for (size_t k = 0; k < count; k++)
                if (app_is_in_folder(&first[k], use->folder))
                    sum_up_use(context, &first[k], record, use);
            if (use->destination)
                strings_add_unique(&context->destinations, use->destination);
        }
    }
    for (size_t i = 0; i < context->n_apps; i++)
        context->apps[i].retention =
            policy_retention(context->policy, context->apps[i].name, &context->apps[i].repositories);
}

static void list_started_from(Context *context)
{
    for (size_t i = 0; i < context->ledger->n_images; i++) {
        const ImageRecord *record = &context->ledger->images[i];
        for (size_t j = 0; j < record->named_in.count; j++)
            strings_add_unique(&context->started_from, record->named_in.items[j]);
        for (size_t j = 0; j < record->n_uses; j++)
            for (size_t k = 0; k < record->uses[j].repositories.count; k++)
                strings_add_unique(&context->started_from, record->uses[j].repositories.items[k]);
    }
}

static void list_tagged_repositories(Context *context)
{
    const Snapshot *snapshot = context->snapshot;

    for (size_t i = 0; i < snapshot->n_images; i++)
        for (size_t j = 0; j < snapshot->images[i].tags.count; j++) {
            char *repository = reference_repository(snapshot->images[i].tags.items[j]);
            if (repository)
                *array_add(&context->tag_repositories.items, &context->tag_repositories.count) = repository;
        }
    strings_sort(&context->tag_repositories);
}

static bool is_tagged_repository(const Context *context, const char *repository)
{
    return strings_contain_sorted(&context->tag_repositories, repository);
}

bool has_lost_its_tag(const Context *context, const Image *image, const ImageRecord *record)
{
    if (image->tags.count > 0)
        return false;
    const Strings none = {0}, *repositories = record ? &record->repositories : &none;
    for (size_t i = 0; i < repositories->count; i++)
        if (is_tagged_repository(context, repositories->items[i]))
            return true;
    return repositories->count == 0;
}

static void sort_by_name(Context *context)
{
    const Snapshot *snapshot = context->snapshot;

    context->by_name = xcalloc(snapshot->n_containers + 1, sizeof(*context->by_name));
    for (size_t i = 0; i < snapshot->n_containers; i++)
        context->by_name[i] = &snapshot->containers[i];
    qsort(context->by_name, snapshot->n_containers, sizeof(*context->by_name), compare_container_name);
}

static App *app_of_owner(const Context *context, const Owner *owner)
{
    App *first;
    size_t count = context_apps(context, owner->kind, owner->app, owner->destination, &first);
    for (size_t i = 0; i < count; i++)
        if (app_is_in_folder(&first[i], owner->folder))
            return &first[i];
    return NULL;
}

/* Every container gets a place. An exec container belongs to a service, but to no app, and so is not ranked. */
static void place_containers(Context *context)
{
    const Snapshot *snapshot = context->snapshot;

    context->places = xcalloc(snapshot->n_containers + 1, sizeof(*context->places));
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        Place *place = &context->places[i];
        cleanup_with(owner_clear) Owner owner = {0};
        owner_of(container, snapshot_image(snapshot, container->image_id), context->ledger, &context->services, &owner);
        App *app = owner.kind == APP_NONE || owner.is_exec ? NULL : app_of_owner(context, &owner);
        if (app)
            app->has_container = true;
        *place = (Place){
            .app = app ? (size_t)(app - context->apps) : NO_APP,
            .kind = owner.kind,
            .service = owner.is_exec ? take_ptr(owner.app) : NULL,
            .role = owner.role,
            .version = take_ptr(owner.version),
            .is_exec = owner.is_exec,
            .is_replaced = owner.is_replaced,
            .is_hidden = owner.is_hidden,
        };
    }
}

void context_make(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, const DecideOptions *options,
                  Time now, Context *ret)
{
    *ret = (Context){.snapshot = snapshot, .ledger = ledger, .policy = policy, .options = options, .now = now};
    owner_services(snapshot, ledger, &ret->services);
    make_apps(ret);
    sum_up_apps(ret);
    list_tagged_repositories(ret);
    list_started_from(ret);
    context_find_arrivals(ret);

    place_containers(ret);
    context_find_past(ret);

    context_link_images(ret);
    sort_by_name(ret);
    context_find_versions(ret);
    for (size_t i = 0; i < ret->n_apps; i++)
        app_rank(ret, &ret->apps[i]);
    context_find_needed(ret);
    for (size_t i = 0; i < ret->n_apps; i++)
        app_find_busy(ret, &ret->apps[i]);
}

void context_clear(Context *context)
{
    for (size_t i = 0; i < context->n_apps; i++) {
        App *app = &context->apps[i];
        for (size_t j = 0; j < app->n_releases; j++) {
            free(app->releases[j].why_not_ready);
            strings_clear(&app->releases[j].versions);
        }
        free(app->releases);
        free(app->repository);
        strings_clear(&app->repositories);
        strings_clear(&app->run_from);
        strings_clear(&app->container_names);
        strings_clear(&app->required_roles);
        strings_clear(&app->versions_ever);
    }
    free(context->apps);
    for (size_t i = 0; context->places && i < context->snapshot->n_containers; i++) {
        free(context->places[i].service);
        free(context->places[i].version);
    }
    free(context->places);
    free(context->by_name);
    free(context->links);
    free(context->tags);
    free(context->first_link);
    strings_clear(&context->services);
    strings_clear(&context->destinations);
    strings_clear(&context->tag_repositories);
    strings_clear(&context->started_from);
    free(context->arrivals);
    *context = (Context){0};
}
