/* SPDX-License-Identifier: MIT */
/*
 * Which app is the past of another one, under an earlier name.
 *
 * The problem: some apps change their name with each deploy, as with Coolify's service names, `compose -p app-$SHA` or
 * a registry that has moved. Each name would be an app of its own with one release: nothing would ever be superseded,
 * and every release before the newest would look like an idle app.
 *
 * The idea: an app that ended within an hour of another one's beginning, in the same place, is that one's past, and its
 * images are releases of it. "The same place" is a repository in common (whatever the registry) and, in addition, a
 * container name in common; or, between Compose projects of which the earlier one ran a single image, the same project,
 * or the same folder and service. The latest apps are looked at first, so a chain of names ends at what is there now.
 *
 * What is never allowed: to merge two apps that merely look alike, because releases of the one would push out those of
 * the other. So the past has no container here, has been gone for a day, and somebody saw it end, else nobody knows
 * when that was. Kamal and Swarm name their apps themselves, so their apps are never merged. Where only the end is
 * missing, `ended_unseen` lets people know.
 *
 * tests/unit/decide/past.c and tests/unit/decide/histories_renamed.c (h38, h39) test this.
 */
#include "apps.h"

#include <string.h>

#define ABSENT_FOR USEC_PER_DAY
#define SUCCEEDED_WITHIN USEC_PER_HOUR
#define END_SEEN_WITHIN (2 * USEC_PER_SEC)

static bool may_change_its_name(const App *app)
{
    return app->kind == APP_COMPOSE || app->kind == APP_REPOSITORY;
}

static bool was_seen_ending(const App *app)
{
    return app->last_ended > 0 && app->last_ended >= app->last_run - END_SEEN_WITHIN;
}

static bool is_past(const Context *context, const App *app)
{
    return may_change_its_name(app) && !app->has_container && was_seen_ending(app) &&
           gaps_age(&context->ledger->gaps, app->last_ended, context->now) >= ABSENT_FOR;
}

/* "registry.test:5000/a/b" → "a/b". The part before the first '/' names a registry if it looks like a host. */
static const char *without_registry(const char *repository)
{
    const char *slash = strchr(repository, '/');
    size_t length = slash ? (size_t)(slash - repository) : 0;
    bool is_host = slash && (memchr(repository, '.', length) || memchr(repository, ':', length) ||
                             strncmp(repository, "localhost/", 10) == 0);
    return is_host ? slash + 1 : repository;
}

static bool share_repository(const App *a, const App *b)
{
    for (size_t i = 0; i < a->run_from.count; i++)
        for (size_t j = 0; j < b->run_from.count; j++)
            if (strcmp(without_registry(a->run_from.items[i]), without_registry(b->run_from.items[j])) == 0)
                return true;
    return false;
}

static bool share_container_name(const App *a, const App *b)
{
    for (size_t i = 0; i < a->container_names.count; i++)
        if (strings_contain(&b->container_names, a->container_names.items[i]))
            return true;
    return false;
}

/* A Compose app is called "project/service". */
static bool share_project(const App *a, const App *b)
{
    const char *x = strchr(a->name, '/'), *y = strchr(b->name, '/');
    return x && y && x - a->name == y - b->name && strncmp(a->name, b->name, (size_t)(x - a->name)) == 0;
}

static bool share_folder_and_service(const App *a, const App *b)
{
    const char *x = strchr(a->name, '/'), *y = strchr(b->name, '/');
    return x && y && strcmp(x, y) == 0 && a->folder && same_text(a->folder, b->folder);
}

/* Engines report when a container was created in whole seconds. Of two within one second, the later one ran last. */
static bool began_later(const App *app, const App *than)
{
    return app->first_began != than->first_began ? app->first_began > than->first_began
                                                 : app->last_run > than->last_run;
}

/* Did the app begin later, with a repository and, in addition, a container name, a Compose project, or a folder and
 * service in common? */
static bool looks_like_past_of(const App *past, const App *app)
{
    if (app == past || !may_change_its_name(app) || !began_later(app, past) || !share_repository(past, app))
        return false;
    bool are_composes = past->kind == APP_COMPOSE && app->kind == APP_COMPOSE;
    return share_container_name(past, app) || (past->n_images_ever == 1 && are_composes &&
                                               (share_project(past, app) || share_folder_and_service(past, app)));
}

static bool is_past_of(const App *past, const App *app)
{
    int64_t between = app->first_began - past->last_ended;
    return between <= SUCCEEDED_WITHIN && between >= -SUCCEEDED_WITHIN && looks_like_past_of(past, app);
}

/* For people only: rgc does not take an app for the past of one that is here, because nobody saw its containers end. */
static void find_unseen_end(const Context *context, App *app)
{
    bool may_be_past = may_change_its_name(app) && !app->has_container && !was_seen_ending(app);
    for (size_t i = 0; may_be_past && i < context->n_apps; i++)
        app->ended_unseen |= context->apps[i].has_container && looks_like_past_of(app, &context->apps[i]);
}

static int compare_began(const void *a, const void *b)
{
    const App *x = *(App *const *)a, *y = *(App *const *)b;
    return began_later(x, y) ? -1 : began_later(y, x);
}

static void take_over(App *app, const App *past)
{
    for (size_t i = 0; i < past->repositories.count; i++)
        strings_add_unique(&app->repositories, past->repositories.items[i]);
    if (past->last_run > app->last_run)
        app->last_run = past->last_run;
    app->lacks_facts |= past->lacks_facts;
    app->n_ever += past->n_ever;
}

/* The latest apps come first: the past of something that is past itself belongs to the app that is here now. */
void context_find_past(Context *context)
{
    App **apps = xcalloc(context->n_apps + 1, sizeof(App *));
    for (size_t i = 0; i < context->n_apps; i++)
        apps[i] = &context->apps[i];
    qsort(apps, context->n_apps, sizeof(*apps), compare_began);
    for (size_t i = 0; i < context->n_apps; i++) {
        App *past = apps[i];
        for (size_t j = 0; is_past(context, past) && j < i && !past->successor; j++)
            if ((apps[j]->has_container || apps[j]->successor) && is_past_of(past, apps[j]))
                past->successor = apps[j]->successor ? apps[j]->successor : apps[j];
        if (past->successor)
            take_over(past->successor, past);
    }
    free(apps);
    for (size_t i = 0; i < context->n_apps; i++)
        find_unseen_end(context, &context->apps[i]);
}
