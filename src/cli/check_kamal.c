/* SPDX-License-Identifier: MIT */
/* Kamal's own prune counts the stopped containers of a service over all its roles and destinations: does it leave what
 * rgc keeps? Its number stands in deploy.yml, which is not here; how many containers are, is. */
#include "check.h"
#include "labels.h"

#include <rgc/reference.h>
#include <string.h>

#define KAMAL_DEFAULT 5 /* retain_containers where deploy.yml says nothing */

typedef struct Service {
    const char *name;
    Strings places; /* "role destination", of those that run; of all where none runs */
    Strings roles;  /* of these */
    Strings repositories;
    size_t n_stopped;
} Service;

static bool is_kamals(const Container *container)
{
    return container->labels.service && container->labels.role;
}

static Service *service_of(Service **services, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*services)[i].name, name) == 0)
            return &(*services)[i];
    Service *service = array_add(services, count);
    service->name = name;
    return service;
}

static void add_place(Service *service, const Container *container)
{
    const char *destination = container->labels.destination;
    cleanup_with(free_charp) char *place = xasprintf("%s %s", container->labels.role, destination ? destination : "");
    strings_add_unique(&service->places, place);
    strings_add_unique(&service->roles, container->labels.role);
}

static void count_containers(const Snapshot *snapshot, Service **services, size_t *count)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (!is_kamals(container))
            continue;
        Service *service = service_of(services, count, container->labels.service);
        service->n_stopped += container_state_is_stopped(container->state);
        if (container_state_is_live(container->state))
            add_place(service, container);
        cleanup_with(free_charp) char *repository =
            container->image_ref ? reference_repository(container->image_ref) : NULL;
        if (repository)
            strings_add_unique(&service->repositories, repository);
    }
}

/* A service of which nothing runs keeps its releases all the same. */
static void add_idle_places(const Snapshot *snapshot, Service *service)
{
    if (service->places.count > 0)
        return;
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (is_kamals(&snapshot->containers[i]) && strcmp(snapshot->containers[i].labels.service, service->name) == 0)
            add_place(service, &snapshot->containers[i]);
}

/* What a deploy replaces has stopped when Kamal prunes, and goes only in rgc's pass after that, if it goes. */
static void check_service(const Policy *policy, const Service *service, Checks *ret)
{
    size_t places = service->places.count, stopped = service->n_stopped;
    size_t keep = (size_t)policy_retention(policy, service->name, &service->repositories)->keep_previous;
    size_t kept = keep * places, needed = kept + service->roles.count;
    cleanup_with(free_charp) char *what = xasprintf(
        "%s: %zu previous release%s of %zu role%s and destination%s and what a deploy replaces are %zu stopped "
        "containers",
        service->name, keep, plural(keep), places, plural(places), plural(places), needed);
    if (needed <= KAMAL_DEFAULT)
        checks_add(ret, "kamal", true,
                   xasprintf("%s; Kamal leaves %d unless deploy.yml says less", what, KAMAL_DEFAULT));
    else if (stopped >= kept)
        checks_add(ret, "kamal", true, xasprintf("%s; Kamal has left %zu", what, stopped));
    else
        /* Just its default number: that is what its prune leaves. Other numbers prove nothing. */
        checks_add(ret, "kamal", stopped != KAMAL_DEFAULT,
                   xasprintf("%s, but Kamal leaves %d unless deploy.yml says more, and %zu %s here: set "
                             "retain_containers: %zu there, or a lower keep_previous here",
                             what, KAMAL_DEFAULT, stopped, stopped == 1 ? "is" : "are", needed));
}

void check_kamal(const Policy *policy, const Snapshot *snapshot, Checks *ret)
{
    Service *services = NULL;
    size_t count = 0;
    count_containers(snapshot, &services, &count);
    for (size_t i = 0; i < count; i++) {
        add_idle_places(snapshot, &services[i]);
        check_service(policy, &services[i], ret);
        strings_clear(&services[i].places);
        strings_clear(&services[i].roles);
        strings_clear(&services[i].repositories);
    }
    free(services);
}
