/* SPDX-License-Identifier: MIT */
/* What an engine does with containers. */
#include "sim_engine.h"

#include <string.h>

static SimEvent *note_of_container(World *w, int container, const char *action)
{
    SimEvent *event = engine_note(w, w->containers[container].ref);
    event->image = w->containers[container].image;
    event->container = container;
    event->action = action;
    return event;
}

/* A container that runs since now; it has the labels of its image. */
int engine_run(World *w, const char *name, int image, const char *ref, int app)
{
    SimContainer *c = array_add(&w->containers, &w->n_containers);
    *c = (SimContainer){
        .name = xstrdup(name),
        .image = image,
        .ref = xstrdup(ref),
        .state = STATE_CREATED,
        .created = stamp_now(w),
        .mount = -1,
        .app = app,
        .seen_gen = -1,
        .judged_gen = -1,
    };
    engine_make_id(w, c->id, sizeof(c->id), "");
    labels_copy(&c->labels, &w->images[image].labels);
    int index = (int)(w->n_containers - 1);
    note_of_container(w, index, "create")->is_start = true;
    engine_start(w, index);
    return index;
}

void engine_start(World *w, int container)
{
    SimContainer *c = &w->containers[container];
    if (is_live(c))
        return;
    c->state = STATE_RUNNING;
    *array_add(&c->lives, &c->n_lives) = (Life){.start = stamp_now(w)};
    note_of_container(w, container, "start")->is_start = true;
}

static void end_life(World *w, int container, int exit_code, bool is_killed)
{
    SimContainer *c = &w->containers[container];
    Life *life = &c->lives[c->n_lives - 1];
    life->end = stamp_now(w);
    life->exit_code = exit_code;
    life->was_killed = is_killed;
    c->state = STATE_EXITED;
    if (is_killed)
        note_of_container(w, container, "stop")->is_kill = true;
    note_of_container(w, container, "die")->is_end = true;
}

void engine_end(World *w, int container, int exit_code, bool is_killed)
{
    SimContainer *c = &w->containers[container];
    if (!is_live(c))
        return;
    end_life(w, container, exit_code, is_killed);
    if (c->is_auto_remove)
        engine_remove(w, container);
}

void engine_remove(World *w, int container)
{
    SimContainer *c = &w->containers[container];
    if (!is_here(c))
        return;
    if (is_live(c))
        end_life(w, container, 137, true);
    c->removed = stamp_now(w);
}

/* Its restart policy starts it again and again; it stays as it is after the
 * last end. */
void engine_fail_and_restart(World *w, int container, int times)
{
    SimContainer *c = &w->containers[container];
    for (int i = 0; i < times; i++) {
        world_wait(w, SECONDS(1 + roll(w, 5)));
        end_life(w, container, 1, false);
        world_wait(w, SECONDS(1));
        c->state = STATE_RUNNING;
        *array_add(&c->lives, &c->n_lives) = (Life){.start = stamp_now(w)};
        c->restarts++;
    }
}

/* The host, or the engine, is away for so long. What has a restart policy comes
 * back; what has not ends. */
void engine_restart_all(World *w, int64_t down)
{
    bool *was_live = xcalloc(w->n_containers + 1, sizeof(*was_live));
    for (size_t i = 0; i < w->n_containers; i++) {
        was_live[i] = is_live(&w->containers[i]);
        if (was_live[i])
            end_life(w, (int)i, 143, true);
    }
    world_wait(w, down);
    w->replay_from = w->n_events;
    for (size_t i = 0; i < w->n_containers; i++) {
        SimContainer *c = &w->containers[i];
        if (was_live[i] && c->has_policy)
            engine_start(w, (int)i);
        else if (was_live[i] && c->is_auto_remove)
            engine_remove(w, (int)i);
    }
    free(was_live);
}
