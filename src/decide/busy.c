/* SPDX-License-Identifier: MIT */
/*
 * Whether a deploy of an app may be under way: something of it came within [retention] quiet. Nothing of the app is
 * removed then, unless the pass is the one that the deploy's own hook asked for. The reason `deploying` says so
 * (tests/unit/decide/rules_wait.c, and the histories h09 and h10 in tests/unit/decide/histories_deploys.c).
 */
#include "apps.h"

#include <string.h>

void app_find_last_change(const Context *context, App *app)
{
    const Snapshot *snapshot = context->snapshot;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Place *place = &context->places[i];
        bool is_exec_of_app = place->service && app->kind == APP_KAMAL && strcmp(place->service, app->name) == 0;
        Time created = snapshot->containers[i].created;
        /* A creation in the future is the stamp of a wrong clock: it must not make the app wait until then. */
        if ((app_has_container(context, app, i) || is_exec_of_app) && created <= context->now)
            app->last_change = later(app->last_change, created);
    }
    for (size_t i = 0; i < app->n_releases; i++)
        app->last_change = later(app->last_change, app->releases[i].record->arrived);
}

static bool has_just_been_deployed(const Context *context, const App *app)
{
    cleanup_with(free_charp) char *label = app_full_name(app);
    return context->options->deployed && strings_contain(context->options->deployed, label);
}

static bool is_of_same_name(const App *a, const App *b)
{
    return strcmp(a->name, b->name) == 0;
}

static void wait_while_changing(const Context *context, const App *changing, App *app)
{
    int64_t quiet = app->retention->quiet_usec, its_quiet = changing->retention->quiet_usec;
    Time until = gaps_due(&context->ledger->gaps, changing->last_change, its_quiet > quiet ? its_quiet : quiet);
    if (changing->last_change == 0 || context->now >= until || until <= app->busy_until ||
        has_just_been_deployed(context, changing))
        return;
    app->busy_until = until;
    app->busy_by = changing;
}

/* The prune at the end of Kamal's deploy walks the containers and images of all destinations, and fails when one has
 * disappeared meanwhile. So a deploy of any destination makes all of them wait. */
void app_find_busy(const Context *context, App *app)
{
    const App *end = context->apps + context->n_apps, *first = app;
    while (first > context->apps && is_of_same_name(first - 1, app))
        first--;
    for (const App *one = first; one < end && is_of_same_name(one, app); one++)
        if (one->kind == app->kind)
            wait_while_changing(context, one, app);
}
