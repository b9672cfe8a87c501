/* SPDX-License-Identifier: MIT */
/* Kamal's own prune counts the stopped containers of a service over all its roles and destinations: does it leave what
 * rgc keeps? Its number stands in deploy.yml, which is not here; what it has taken, a plan misses. */
#include "cli/views/labels.h"
#include "verb_check.h"

#include <rgc/ownership.h>
#include <string.h>

#define KAMAL_DEFAULT 5 /* retain_containers where deploy.yml says nothing */

typedef struct Service {
    const PlannedApp *first, *missing; /* one of its destinations; one that misses releases, or NULL */
    size_t keep;                       /* the most that a destination keeps */
    size_t n_places;                   /* roles, each as often as destinations have it */
    size_t n_kept;                     /* stopped containers that rgc keeps of all these */
    size_t n_replaced;                 /* those that the deploy of one destination replaces */
} Service;

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

/* One of which nothing runs keeps its releases all the same. */
static void add_destination(const Snapshot *snapshot, const PlannedApp *app, Service *service)
{
    size_t running = count_roles(snapshot, app, true), keep = app->keep_previous > 0 ? (size_t)app->keep_previous : 0;
    size_t roles = running > 0 ? running : count_roles(snapshot, app, false);
    service->keep = keep > service->keep ? keep : service->keep;
    service->n_places += roles;
    service->n_kept += keep * roles;
    service->n_replaced = roles > service->n_replaced ? roles : service->n_replaced;
    if (!service->missing && app->rollback_ready < app->rollback_wanted)
        service->missing = app;
}

static Service *service_of(Service **services, size_t *count, const PlannedApp *app)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*services)[i].first->name, app->name) == 0)
            return &(*services)[i];
    Service *service = array_add(services, count);
    service->first = app;
    return service;
}

/* What a deploy replaces has stopped when Kamal prunes, and goes only in rgc's pass after that, if it goes. */
static void check_service(const Service *service, Checks *ret)
{
    const PlannedApp *missing = service->missing;
    size_t needed = service->n_kept + service->n_replaced;
    cleanup_with(free_charp) char *what = xasprintf(
        "%s: %zu previous release%s of %zu role%s and destination%s and what a deploy replaces are %zu stopped "
        "containers",
        service->first->name, service->keep, plural(service->keep), service->n_places, plural(service->n_places),
        plural(service->n_places), needed);
    if (needed <= KAMAL_DEFAULT)
        checks_add(ret, "kamal", true,
                   xasprintf("%s; Kamal leaves %d unless deploy.yml says less", what, KAMAL_DEFAULT));
    else if (!missing)
        checks_add(ret, "kamal", true,
                   xasprintf("%s; that takes retain_containers: %zu in deploy.yml, where %d is the default", what,
                             needed, KAMAL_DEFAULT));
    else
        checks_add(ret, "kamal", false,
                   xasprintf("%s, but %s%s%s can be rolled back to %d of %d: Kamal's prune leaves %d in all unless "
                             "deploy.yml says more. Set retain_containers: %zu there, or a lower keep_previous here; "
                             "the next deploys make up for what is missing",
                             what, missing->name, missing->destination ? "/" : "",
                             missing->destination ? missing->destination : "", missing->rollback_ready,
                             missing->rollback_wanted, KAMAL_DEFAULT, needed));
}

/* Containers with Kamal's labels that are not Kamal's, by service and reason. */
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
        checks_add(ret, "kamal", true,
                   xasprintf("note: %s%s: labels service=%s and role, but not taken for Kamal's: %s; rgc never removes "
                             "such a container",
                             stranger->first->name, more ? more : "", stranger->first->labels.service, stranger->why));
    }
    free(strangers);
}

void check_kamal(const Plan *plan, Checks *ret)
{
    Service *services = NULL;
    size_t count = 0;
    for (size_t i = 0; i < plan->n_apps; i++)
        if (plan->apps[i].kind == APP_KAMAL)
            add_destination(plan->snapshot, &plan->apps[i], service_of(&services, &count, &plan->apps[i]));
    for (size_t i = 0; i < count; i++)
        if (services[i].n_places > 0)
            check_service(&services[i], ret);
    free(services);
    check_strangers(plan->snapshot, ret);
}
