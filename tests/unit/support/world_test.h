/* SPDX-License-Identifier: MIT */
/* For tests that begin with a World of their own: state is the World. */
#pragma once

#include "unit.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

static inline int setup_world(void **state)
{
    World *w = xcalloc(1, sizeof(*w));
    world_init(w);
    *state = w;
    return 0;
}

static inline int teardown_world(void **state)
{
    world_clear(*state);
    free(*state);
    return 0;
}

#define world_test(function) cmocka_unit_test_setup_teardown(function, setup_world, teardown_world)

/* v`from` to v`to`, one an hour, each served and each followed by a look that learns. */
static inline void deploy_hourly(World *w, const KamalApp *app, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char version[16];
        snprintf(version, sizeof(version), "v%d", i);
        kamal_deploy(w, app, version);
        world_plan(w);
        world_wait(w, HOURS(1));
    }
}

static inline const Judgement *judgement_of(const World *w, const char *what)
{
    const Image *image = world_image(w, what);
    if (image)
        return &plan_image(&w->plan, image->id)->judgement;
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (strcmp(w->plan.containers[i].container->name, what) == 0)
            return &w->plan.containers[i].judgement;
    fail_msg("%s is not here", what);
    return NULL;
}

static inline void plan_at(World *w, Time now)
{
    w->now = now;
    world_plan(w);
}

/* Until `end` the verdict is `before`, from then on `after`; a wait says so. */
static inline void assert_changes_at(World *w, const char *what, const char *before, Time end, const char *after)
{
    plan_at(w, end - 1);
    assert_verdict(w, what, before);
    if (strncmp(before, "wait", 4) == 0)
        assert_int_equal(judgement_of(w, what)->eligible_at, end);
    plan_at(w, end);
    assert_verdict(w, what, after);
}
