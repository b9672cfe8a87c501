/* SPDX-License-Identifier: MIT */
/* Answers the questions about apps, releases and tags that all files of this room ask of the Context. */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

int compare_app(const void *a, const void *b)
{
    const App *x = a, *y = b;
    int order = compare_text(x->name, y->name);
    if (order == 0)
        order = compare_text(x->destination, y->destination);
    if (order == 0)
        order = (int)x->kind - (int)y->kind;
    return order ? order : compare_text(x->folder, y->folder);
}

int compare_container_name(const void *a, const void *b)
{
    const Container *x = *(const Container *const *)a, *y = *(const Container *const *)b;
    return compare_text(x->name, y->name);
}

bool is_moving_tag(const Context *context, const char *tag)
{
    const char *name = reference_tag(tag);
    if (!name || strncmp(name, "latest", 6) != 0)
        return false;
    return name[6] == '\0' || (name[6] == '-' && strings_contain(&context->destinations, name + 7));
}

bool is_version_tag(const Context *context, const char *tag)
{
    return reference_tag(tag) && !is_moving_tag(context, tag);
}

bool is_release_of(const Context *context, const Image *image, const App *app)
{
    size_t at = (size_t)(image - context->snapshot->images);
    for (size_t i = context->first_link[at]; i < context->first_link[at + 1]; i++)
        if (&context->apps[context->links[i].app] == app)
            return true;
    return false;
}

Release *context_release(const Context *context, const App *app, const char *image_id)
{
    const Image *image = snapshot_image(context->snapshot, image_id);
    if (!image)
        return NULL;
    size_t at = (size_t)(image - context->snapshot->images);
    for (size_t i = context->first_link[at]; i < context->first_link[at + 1]; i++)
        if (&context->apps[context->links[i].app] == app)
            return &app->releases[context->links[i].release];
    return NULL;
}

const Image *release_image(const Context *context, const Release *release)
{
    return &context->snapshot->images[release->image];
}

static int compare_with_name(const void *name, const void *container)
{
    return compare_text(name, (*(const Container *const *)container)->name);
}

const Container *context_container(const Context *context, const App *app, const char *name)
{
    const Snapshot *snapshot = context->snapshot;
    const Container **found =
        bsearch(name, context->by_name, snapshot->n_containers, sizeof(*context->by_name), compare_with_name);
    size_t place = found ? context->places[*found - snapshot->containers].app : NO_APP;
    return place != NO_APP && &context->apps[place] == app ? *found : NULL;
}

char *app_full_name(const App *app)
{
    return owner_label(app->name, app->destination);
}

static int compare_app_name(const App *app, AppKind kind, const char *name, const char *destination)
{
    int order = compare_text(app->name, name);
    if (order == 0)
        order = compare_text(app->destination, destination);
    return order ? order : (int)app->kind - (int)kind;
}

size_t context_apps(const Context *context, AppKind kind, const char *name, const char *destination, App **ret)
{
    size_t low = 0, high = context->n_apps, count = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_app_name(&context->apps[middle], kind, name, destination) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = context->apps + low;
    while (low + count < context->n_apps && compare_app_name(*ret + count, kind, name, destination) == 0)
        count++;
    return count;
}

App *context_app(const Context *context, AppKind kind, const char *name, const char *destination)
{
    App *first;
    return context_apps(context, kind, name, destination, &first) > 0 ? first : NULL;
}

bool app_is_in_folder(const App *app, const char *folder)
{
    return !app->folder || !folder || strcmp(app->folder, folder) == 0;
}

static bool is_use_under_name(const Use *use, const App *app)
{
    return use->kind == app->kind && !use->is_exec && same_text(use->app, app->name) &&
           same_text(use->destination, app->destination) && app_is_in_folder(app, use->folder);
}

bool is_use_of(const Context *context, const Use *use, const App *app)
{
    if (is_use_under_name(use, app))
        return true;
    App *first;
    size_t count = use->kind == APP_NONE || use->is_exec
                       ? 0
                       : context_apps(context, use->kind, use->app, use->destination, &first);
    for (size_t i = 0; i < count; i++)
        if (first[i].successor == app && app_is_in_folder(&first[i], use->folder))
            return true;
    return false;
}

Time record_came(const ImageRecord *record)
{
    return record->came > 0 ? record->came : record->arrived;
}

/* `kamal app exec` may run any image for a moment, and says nothing about which release serves. */
Time record_last_run(const ImageRecord *record)
{
    Time last = 0;
    for (size_t i = 0; i < record->n_uses; i++)
        if (!record->uses[i].is_exec && record->uses[i].last_run > last)
            last = record->uses[i].last_run;
    return last;
}

/* A pull that changed nothing counts here and nowhere else: somebody is about to use the image. */
static Time young_since(const ImageRecord *record)
{
    return record->pulled_again > record->arrived ? record->pulled_again : record->arrived;
}

Time record_young_until(const Context *context, const ImageRecord *record, const Retention *retention)
{
    return gaps_due(&context->ledger->gaps, young_since(record), retention->min_age_usec);
}

bool record_is_young(const Context *context, const ImageRecord *record, const Retention *retention)
{
    Time last_run = record_last_run(record);
    bool has_run = last_run > 0 && last_run >= young_since(record);
    return !has_run && context->now < record_young_until(context, record, retention);
}

/* One that was just created has not run yet. */
bool image_may_have_run(const Context *context, const Image *image)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++) {
        const Container *container = &context->snapshot->containers[i];
        if (!container->run.is_known && container->state != STATE_CREATED && same_text(container->image_id, image->id))
            return true;
    }
    return false;
}

bool app_has_run_from(const App *app, const ImageRecord *record)
{
    for (size_t i = 0; i < record->repositories.count; i++)
        if (strings_contain(&app->run_from, record->repositories.items[i]))
            return true;
    return false;
}

bool record_shares_repository(const ImageRecord *a, const ImageRecord *b)
{
    for (size_t i = 0; i < a->repositories.count; i++)
        if (strings_contain(&b->repositories, a->repositories.items[i]))
            return true;
    return false;
}

bool makes_app(const Use *use)
{
    return use->kind != APP_NONE && !use->is_exec;
}

bool app_has_container(const Context *context, const App *app, size_t container)
{
    size_t place = context->places[container].app;
    return place != NO_APP && &context->apps[place] == app;
}
