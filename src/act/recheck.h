/* SPDX-License-Identifier: MIT */
/*
 * What has changed on the host since the plan. A removal starts only with a container list that was
 * requested at most one second before, and not where a deploy has begun in the meantime: the engine's own refusal is
 * the last guard, not the first.
 */
#pragma once

#include <rgc/engine.h>
#include <rgc/plan.h>

typedef struct Recheck {
    Engine *engine;
    const Snapshot *before;
    Time planned_at;       /* before the plan's first list was asked for */
    Time looked_until;     /* events up to here are known; at first, the plan's own */
    const Strings *own;    /* tags and IDs that this pass itself has tagged: no arrivals */
    int64_t asked_at_usec; /* of the list; monotonic; 0 = never */
    size_t n_since_events; /* removals since events were asked for */
    Container *containers; /* the fresh list, sorted by ID */
    size_t n_containers;
    Strings used; /* image IDs, sorted: used or mounted by a container of the fresh list */
    bool hides_use, hides_mounts, has_unresolved_mount;
    bool has_unknown_arrival; /* a pull said under which name, but not which image: it may be an untagged one */
    Strings apps, repositories, images; /* in which something has come since the plan */
} Recheck;

void recheck_clear(Recheck *recheck);

/* Before each removal. Asks for containers and events again if the list was asked for more than a second ago, and for
 * events alone before own ones push others out of the engine's replay. An error: nothing more may be removed. */
int recheck_refresh(Recheck *recheck, Error *err);

/* The same for what no arrival concerns, caches and volumes: containers alone. Only when no image goes any more, as the
 * list is then fresh although nobody has asked for events. */
int recheck_containers(Recheck *recheck, Error *err);

void recheck_expire(Recheck *recheck);

/* NULL if the removal may start, else why not. Caller frees `ret_why`. */
typedef enum Obstacle { OBSTACLE_NONE, OBSTACLE_IN_USE, OBSTACLE_GONE, OBSTACLE_CHANGED } Obstacle;
Obstacle recheck_image(const Recheck *recheck, const Plan *plan, const PlannedImage *image, char **ret_why);
Obstacle recheck_container(const Recheck *recheck, const Plan *plan, const PlannedContainer *container, char **ret_why);
