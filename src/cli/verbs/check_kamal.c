/* SPDX-License-Identifier: MIT */
/*
 * Checks whether Kamal's own prune leaves the containers that rgc keeps for rollbacks.
 *
 * Each deploy ends with a prune, which leaves the newest retain_containers of the stopped containers of a service, 5
 * unless deploy.yml says otherwise. It counts them over all roles and destinations of the service together, while rgc
 * keeps keep_previous releases for each destination. deploy.yml is not on this host, so rgc reckons how many containers
 * Kamal must leave, and looks at the plan for releases that are missing already: only then is the result a failure.
 * tests/unit/cli/cli_check_kamal.c tests this.
 */
#include "cli/views/texts.h"
#include "verb_check.h"

#include <rgc/ownership.h>
#include <string.h>

#define KAMAL_DEFAULT 5 /* retain_containers if deploy.yml does not set it */

typedef struct KamalService {
    const PlannedApp *first, *missing; /* its first destination; one that lacks kept releases, or NULL */
    size_t keep;                       /* the highest keep_previous of its destinations */
    size_t n_places;                   /* roles, each counted for every destination that has it */
    size_t n_kept;                     /* stopped containers that rgc keeps for all of these */
    size_t n_replaced;                 /* the most containers that the deploy of one destination replaces */
    size_t n_stopped;                  /* stopped containers here; more than 5 show a higher retain_containers */
} KamalService;

static bool is_of(const Snapshot *snapshot, const Container *container, const PlannedApp *app)
{
    if (!owner_is_kamals(container, snapshot_image(snapshot, container->image_id)))
        return false;
    const char *destination = container->labels.destination ? container->labels.destination : "";
    return strcmp(container->labels.service, app->name) == 0 &&
           strcmp(destination, app->destination ? app->destination : "") == 0;
}

static size_t count_roles(const Snapshot *snapshot, const PlannedApp *app, bool running_only)
{
    cleanup_with(strings_clear) Strings roles = {0};
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (is_of(snapshot, container, app) && (!running_only || container_state_is_live(container->state)))
            strings_add_unique(&roles, container->labels.role);
    }
    return roles.count;
}

static size_t count_stopped(const Snapshot *snapshot, const PlannedApp *app)
{
    size_t count = 0;
    for (size_t i = 0; i < snapshot->n_containers; i++)
        count +=
            is_of(snapshot, &snapshot->containers[i], app) && container_state_is_stopped(snapshot->containers[i].state);
    return count;
}

/* If nothing of a destination runs, rgc keeps its releases all the same, so the roles of its stopped containers
 * count. */
static void add_destination(const Snapshot *snapshot, const PlannedApp *app, KamalService *service)
{
    size_t running = count_roles(snapshot, app, true), keep = app->keep_previous > 0 ? (size_t)app->keep_previous : 0;
    size_t roles = running > 0 ? running : count_roles(snapshot, app, false);
    service->keep = keep > service->keep ? keep : service->keep;
    service->n_places += roles;
    service->n_kept += keep * roles;
    service->n_stopped += count_stopped(snapshot, app);
    service->n_replaced = roles > service->n_replaced ? roles : service->n_replaced;
    if (!service->missing && app->rollback_ready < app->rollback_wanted)
        service->missing = app;
}

static KamalService *service_of(KamalService **services, size_t *count, const PlannedApp *app)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*services)[i].first->name, app->name) == 0)
            return &(*services)[i];
    KamalService *service = array_add(services, count);
    service->first = app;
    return service;
}

static char *advise(const KamalService *service, const char *what, size_t needed)
{
    const PlannedApp *missing = service->missing;
    cleanup_with(free_charp) char *label = owner_label(missing->name, missing->destination);
    return xasprintf(
        "%s, but %s can be rolled back to only %d of %d. Kamal leaves %d unless deploy.yml says more: set "
        "retain_containers: %zu there, or a lower keep_previous here. The next deploys then restore what is "
        "missing",
        what, label, missing->rollback_ready, missing->rollback_wanted, KAMAL_DEFAULT, needed);
}

/* When Kamal prunes, the containers that the deploy has replaced have stopped already, and rgc has not removed older
 * ones yet: so Kamal must leave both. */
static void check_service(const KamalService *service, Checks *ret)
{
    const PlannedApp *missing = service->missing;
    size_t needed = service->n_kept + service->n_replaced;
    cleanup_with(free_charp) char *what =
        xasprintf("%s: to keep %zu previous release%s, Kamal must leave %zu stopped containers", service->first->name,
                  service->keep, plural(service->keep), needed);
    if (needed <= KAMAL_DEFAULT)
        checks_add(ret, "kamal", true, xasprintf("%s; it leaves %d unless deploy.yml says less", what, KAMAL_DEFAULT));
    else if (!missing && service->n_stopped > KAMAL_DEFAULT)
        checks_add(ret, "kamal", true, xasprintf("%s, and every kept release can be rolled back to", what));
    else if (!missing)
        checks_add(ret, "kamal", true,
                   xasprintf("%s, which takes retain_containers: %zu in deploy.yml (default %d)", what, needed,
                             KAMAL_DEFAULT));
    else
        checks_add(ret, "kamal", false, advise(service, what, needed));
}

/* Containers that have Kamal's labels but are not Kamal's, by service and reason. */
typedef struct Stranger {
    const Container *first;
    const char *why;
    size_t count;
} Stranger;

static void add_stranger(Stranger **strangers, size_t *count, const Container *container, const char *why)
{
    for (size_t i = 0; i < *count; i++) {
        Stranger *known = &(*strangers)[i];
        if (known->why != why || strcmp(known->first->labels.service, container->labels.service) != 0)
            continue;
        known->count++;
        return;
    }
    *array_add(strangers, count) = (Stranger){container, why, 1};
}

static void check_strangers(const Snapshot *snapshot, Checks *ret)
{
    Stranger *strangers = NULL;
    size_t count = 0;
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        const char *why = owner_why_not_kamals(container, snapshot_image(snapshot, container->image_id));
        if (why)
            add_stranger(&strangers, &count, container, why);
    }
    for (size_t i = 0; i < count; i++) {
        const Stranger *stranger = &strangers[i];
        cleanup_with(free_charp) char *more =
            stranger->count > 1 ? xasprintf(" and %zu more", stranger->count - 1) : NULL;
        checks_add(
            ret, "kamal", true,
            xasprintf("note: %s%s: has the labels service=%s and role, but does not count as Kamal's: %s. rgc never "
                      "removes such a container",
                      stranger->first->name, more ? more : "", stranger->first->labels.service, stranger->why));
    }
    free(strangers);
}

void check_kamal(const Plan *plan, Checks *ret)
{
    KamalService *services = NULL;
    size_t count = 0;
    for (size_t i = 0; i < plan->n_apps; i++)
        if (plan->apps[i].kind == APP_KAMAL && !plan->apps[i].is_gone)
            add_destination(plan->snapshot, &plan->apps[i], service_of(&services, &count, &plan->apps[i]));
    for (size_t i = 0; i < count; i++)
        if (services[i].n_places > 0)
            check_service(&services[i], ret);
    free(services);
    check_strangers(plan->snapshot, ret);
}
