/* SPDX-License-Identifier: MIT */
/*
 * A Kamal release is its version, and a version may lie on two images.
 *
 * The problem: a rollback to a version asks for a container of the right name, and then runs REPOSITORY:VERSION in a
 * new one, whatever image has that tag by now. Where a redeploy, another destination or another service has built the
 * same version since, the containers belong to one image and the tag is on another. Either half alone is no rollback.
 *
 * The idea: rgc goes from each container to its version, and from there to the image that has the version's tag.
 *  - If that image is no release of the app yet, it is attached: a second link leads from it to the release whose
 *    containers are here, so it is kept and removed as that release. Of several releases the one with the newest
 *    container gets it.
 *  - If it is a release of the app, both remain what they are, and needed_for keeps the one that a kept one needs.
 *
 * The code calls the release that has the tag of a version the whole, and a release that has only containers of that
 * version a part of it.
 *
 * What is never allowed: that a release counts as ready for a tag that belongs to another one; that one half is removed
 * while a release that is kept for a rollback needs it. tests/unit/decide/versions.c and
 * tests/unit/decide/histories_shared.c (h41, h42) test this.
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

static const Image *image_of_tag(const Context *context, const char *repository, const char *version)
{
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s", repository, version);
    const TaggedImage key = {.tag = tag};
    const TaggedImage *found = bsearch(&key, context->tags, context->n_tags, sizeof(key), compare_tag);
    return found ? &context->snapshot->images[found->image] : NULL;
}

const Image *version_image(const Context *context, const App *app, const char *version)
{
    const Image *found = NULL;
    if (context->n_tags > 0 && app->repository)
        return image_of_tag(context, app->repository, version);
    for (size_t i = app->run_from.count; context->n_tags > 0 && !found && i-- > 0;)
        found = image_of_tag(context, app->run_from.items[i], version);
    return found;
}

const Image *hidden_tags(const Context *context)
{
    for (size_t i = 0; i < context->snapshot->n_images; i++)
        if (context->snapshot->images[i].hidden & IMAGE_HIDES_TAGS)
            return &context->snapshot->images[i];
    return NULL;
}

/* The Kamal app of a container that a rollback to its version asks for; NULL = it is no such container. */
static App *app_of_version(const Context *context, size_t container)
{
    const Place *place = &context->places[container];
    bool is_asked_for = place->kind == APP_KAMAL && place->app != NO_APP && place->version && !place->is_replaced;
    return is_asked_for ? &context->apps[place->app] : NULL;
}

/* Takes the repository of each app's newest container. The list shows an ID for a container whose tag has moved on. If
 * such a container could not be inspected, the repository is any that the app's containers were started from. */
static void find_repositories(Context *context)
{
    const Snapshot *snapshot = context->snapshot;
    Time *newest = xcalloc(context->n_apps + 1, sizeof(*newest));

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        App *app = app_of_version(context, i);
        const Container *container = &snapshot->containers[i];
        Time *its_newest = app ? &newest[app - context->apps] : NULL;
        if (!app || container->created < *its_newest || (app->repository && container->created == *its_newest))
            continue;
        free(app->repository);
        app->repository = container->image_ref && reference_tag(container->image_ref)
                              ? reference_repository(container->image_ref)
                              : NULL;
        *its_newest = container->created;
    }
    free(newest);
}

Release *release_of_container(const Context *context, const App *app, size_t container)
{
    const char *id = context->snapshot->containers[container].image_id;
    if (snapshot_image(context->snapshot, id) || app_of_version(context, container) != app)
        return context_release(context, app, id);
    const Image *tagged = version_image(context, app, context->places[container].version);
    return tagged ? context_release(context, app, tagged->id) : NULL;
}

typedef struct Attached {
    size_t image;
    Link link;
    Time created; /* when the container that asks for it was created */
} Attached;

static Attached *find_attached(Attached *attached, size_t count, size_t image, size_t app)
{
    for (size_t i = 0; i < count; i++)
        if (attached[i].image == image && attached[i].link.app == app)
            return &attached[i];
    return NULL;
}

static int compare_attached(const void *a, const void *b)
{
    const Attached *x = a, *y = b;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    return x->link.app < y->link.app ? -1 : x->link.app > y->link.app;
}

/* Merges these into context->links. */
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

/* The release's own image is not in the list, so the image that has the tag is all that is left of it. */
static Release *make_release(App *app, size_t image)
{
    Release *release = array_add(&app->releases, &app->n_releases);
    release->image = image;
    return release;
}

/* Attaches the image that has the tag of the container's version to the container's release. An image that is a release
 * of the app itself is not attached: a redeploy has given it the tag, or it is the container's own image. */
static void attach(Context *context, size_t container, Attached **attached, size_t *count)
{
    App *app = app_of_version(context, container);
    if (!app)
        return;
    const char *version = context->places[container].version;
    const char *image_id = context->snapshot->containers[container].image_id;
    Release *release = context_release(context, app, image_id);
    const Image *tagged = version_image(context, app, version);
    size_t index = tagged ? (size_t)(tagged - context->snapshot->images) : 0;
    size_t of = (size_t)(app - context->apps);
    bool can_attach = tagged && !is_release_of(context, tagged, app);
    if (!release && can_attach && !snapshot_image(context->snapshot, image_id)) {
        const Attached *known = find_attached(*attached, *count, index, of);
        release = known ? &app->releases[known->link.release] : make_release(app, index);
    }
    if (release)
        strings_add_unique(&release->versions, version);
    if (!release || !can_attach)
        return;
    Time arrived = ledger_image(context->ledger, tagged->id)->arrived;
    raise_time(&app->last_change, arrived); /* somebody deploys this version again */
    const Attached attachment = {.image = index,
                                 .link = {.app = of, .release = (size_t)(release - app->releases)},
                                 .created = context->snapshot->containers[container].created};
    Attached *known = find_attached(*attached, *count, index, of);
    if (!known)
        *array_add(attached, count) = attachment;
    else if (attachment.created > known->created)
        *known = attachment;
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

/* No record tells how a container ran whose image is not in the list, so its own times count. */
static void join_unlisted(const Context *context, const Container *container, Release *whole)
{
    const Run *run = &container->run;
    Time last = run->finished > run->started ? run->finished : run->started;
    last = last > container->created ? last : container->created;
    last = last < context->now ? last : context->now;
    whole->has_record = true;
    whole->last_created = container->created > whole->last_created ? container->created : whole->last_created;
    whole->last_run = last > whole->last_run ? last : whole->last_run;
}

void app_join_versions(const Context *context, App *app)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        if (app_of_version(context, i) != app)
            continue;
        const Container *container = &context->snapshot->containers[i];
        const Release *part = context_release(context, app, container->image_id);
        const Image *tagged = version_image(context, app, context->places[i].version);
        Release *whole = tagged ? context_release(context, app, tagged->id) : NULL;
        if (part && whole && part->last_run > whole->last_run)
            whole->last_run = part->last_run;
        if (whole && !snapshot_image(context->snapshot, container->image_id))
            join_unlisted(context, container, whole);
    }
}

bool version_runs_elsewhere(const Context *context, const App *app, const Release *release, const char *version)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        const Container *container = &context->snapshot->containers[i];
        const Place *place = &context->places[i];
        if (place->app != NO_APP && &context->apps[place->app] == app && same_text(place->version, version) &&
            container_state_is_live(container->state) && release_of_container(context, app, i) != release)
            return true;
    }
    return false;
}

/* Whether rgc keeps the release so that the app can run it or be rolled back to it. Doubt about the release counts as a
 * yes. What merely keep_for or [protect] keeps is no rollback target, and does not keep its other half. */
static bool is_kept_for_rollback(const Context *context, const Release *release)
{
    return release->is_current || release->slot > 0 || release->is_spared || release->is_last_served ||
           release->unclear || release->may_be_tagged || release_image(context, release)->unreadable;
}

void context_find_needed(Context *context)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        App *app = app_of_version(context, i);
        if (!app)
            continue;
        const char *version = context->places[i].version;
        Release *release = release_of_container(context, app, i);
        const Image *tagged = version_image(context, app, version);
        Release *needed = tagged ? context_release(context, app, tagged->id) : NULL;
        if (release && !release->is_failed && version_runs_elsewhere(context, app, release, version))
            release->needed_for = version;
        if (!release || !needed || needed == release)
            continue;
        if (is_kept_for_rollback(context, release))
            needed->needed_for = version;
        if (is_kept_for_rollback(context, needed))
            release->needed_for = version;
    }
}
