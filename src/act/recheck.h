/* SPDX-License-Identifier: MIT */
/*
 * Recheck: what has changed on the host since the plan. Each part of act_run() asks it right before a removal starts;
 * recheck.c tells its story.
 *
 *     recheck_refresh(&recheck, err);                            a look that is at most a second old
 *     recheck_image(&recheck, plan, image, &why);                OBSTACLE_NONE: the request may be sent
 */
#pragma once

#include <rgc/engine.h>
#include <rgc/ledger.h>
#include <rgc/plan.h>

typedef struct Recheck {
    Engine *engine;
    const Snapshot *before; /* the plan's snapshot; borrowed */
    const Ledger *ledger;   /* it knows which apps have run from a repository; borrowed */
    Time planned_at;        /* a moment before the plan's first list was requested: whatever comes later is news */
    Time looked_until;      /* the events up to here are known; at first, those that the plan knew */
    const Strings *own;     /* tags and image IDs that this pass has given back before the plan: no arrivals */
    int64_t asked_at_usec;  /* when the fresh list was requested, on awake_clock(); 0 = there is none */
    size_t n_since_events;  /* removals since the events were read */
    Container *containers;  /* the fresh list, sorted by ID */
    size_t n_containers;
    Strings used; /* sorted IDs of images that a container of the fresh list uses or mounts */
    /* On the fresh list, a container may use any image, or its mounts cannot be read. */
    bool hides_use, hides_mounts;
    bool has_unresolved_mount; /* a container of any list since the plan mounts an image that cannot be identified */
    bool has_unknown_arrival;  /* a pull said under which name, but not which image: it may be an untagged one */
    Strings apps, repositories, images; /* in which something has come since the plan */
} Recheck;

/* Frees what the recheck owns; `before`, `ledger` and `own` belong to the caller. */
void recheck_clear(Recheck *recheck);

/* Called before each removal. Reads containers and events again if the list was requested more than a second ago. Reads
 * the events alone after 60 removals, before rgc's own events push others out of the engine's replay. After an error,
 * the caller must not remove anything more. */
int recheck_refresh(Recheck *recheck, Error *err);

/* The same for caches and volumes, which no arrival concerns: reads only the containers. The list then counts as fresh
 * without the events, so no image may be removed after this call. */
int recheck_containers(Recheck *recheck, Error *err);

/* Has the next refresh read the list again, however fresh it is. */
void recheck_expire(Recheck *recheck);

/* Whether this removal may start: OBSTACLE_NONE, or why not. GONE means that somebody else has removed the thing, and
 * CHANGED that something has come in its app since the plan, which is left to the next pass. `ret_why` is a phrase for
 * people, written unless there is no obstacle; the caller frees it. */
typedef enum Obstacle { OBSTACLE_NONE, OBSTACLE_IN_USE, OBSTACLE_GONE, OBSTACLE_CHANGED } Obstacle;
Obstacle recheck_image(const Recheck *recheck, const Plan *plan, const PlannedImage *image, char **ret_why);
Obstacle recheck_container(const Recheck *recheck, const Plan *plan, const PlannedContainer *container, char **ret_why);
