/* SPDX-License-Identifier: MIT */
/* The host as an engine tells it: a Snapshot without the truth. */
#include "look.h"

#include <string.h>

size_t events_seen_from(const World *w)
{
    size_t from = w->n_events > w->ring ? w->n_events - w->ring : 0;
    if (from < w->replay_from)
        from = w->replay_from;
    bool is_followed = w->is_agent && !w->has_gap && w->ledger;
    return is_followed && w->kept_event < from ? w->kept_event : from;
}

/* Engines tell when a container was created in whole seconds. */
static Time whole_seconds(Time time)
{
    return time - time % USEC_PER_SEC;
}

static void emit_image(const SimImage *from, Image *ret)
{
    *ret = (Image){.id = xstrdup(from->id), .created = from->built, .size_bytes = from->size_bytes, .shared_bytes = -1};
    strings_copy(&ret->tags, &from->tags);
    strings_copy(&ret->digests, &from->digests);
    labels_copy(&ret->labels, &from->labels);
}

/* Engines leave out what has no name and is only there for its children. */
static bool is_left_out(const World *w, size_t image)
{
    const SimImage *i = &w->images[image];
    for (size_t j = 0; j < w->n_images && i->tags.count == 0 && i->digests.count == 0; j++)
        if (w->images[j].is_here && w->images[j].is_committed && w->images[j].parent == (int)image &&
            w->store == STORE_OVERLAY2)
            return true;
    return false;
}

static void emit_images(const World *w, const Look *look, Snapshot *ret)
{
    for (size_t i = 0; i < w->n_images; i++) {
        const SimImage *from = &w->images[i];
        if (!from->is_here || is_left_out(w, i))
            continue;
        Image *image = array_add(&ret->images, &ret->n_images);
        if ((int)i == look->unreadable_image) {
            *image = (Image){.id = xstrdup(from->id),
                             .shared_bytes = -1,
                             .unreadable = xstrdup("it is no object"),
                             .hidden = IMAGE_HIDES_ALL};
            snapshot_add_unreadable(ret, ROW_IMAGE, from->id, "it is no object");
            continue;
        }
        emit_image(from, image);
        if (from->is_committed && from->parent >= 0 && w->images[from->parent].is_here && w->store == STORE_OVERLAY2)
            image->parent_id = xstrdup(w->images[from->parent].id);
        image->labels.keep |= (int)i == look->kept_image;
        if ((int)i == look->claimed_image) {
            free(image->labels.service);
            image->labels.service = xstrdup(look->claimed_service);
        }
        if ((int)i == look->relabelled_image) {
            free(image->labels.service);
            image->labels.service = xstrdup("shop");
            free(image->labels.role);
            image->labels.role = xstrdup("web");
        }
    }
}

bool emit_hides(const World *w, const Look *look, int container)
{
    (void)w;
    return container == look->failing_container ||
           mix(look->failing_seed, (uint64_t)container) % 100 < look->failing_percent;
}

/* Engines tell when a container started and ended to the nanosecond. */
#define FRACTION 123456

static Time exact(const World *w, Stamp stamp)
{
    bool is_at_change = false; /* what was before the clock was set has no fraction of the time after it */
    for (size_t i = 0; i < w->n_changes; i++)
        is_at_change |= w->changes[i].t == stamp.t;
    return stamp.t < w->now && !is_at_change ? stamp.wall + FRACTION : stamp.wall;
}

static Run run_of(const World *w, const SimContainer *c)
{
    const Life *last = c->n_lives > 0 ? &c->lives[c->n_lives - 1] : NULL;
    Run run = {.is_known = true,
               .restarts = c->restarts,
               .has_restart_policy = c->has_policy,
               .is_auto_remove = c->is_auto_remove};
    if (!last)
        return run;
    run.started = exact(w, last->start);
    run.finished = last->end.t > 0 ? exact(w, last->end) : 0;
    run.exit_code = last->exit_code;
    run.was_killed = last->end.t > 0 && (last->exit_code == 137 || last->exit_code == 143);
    return run;
}

static bool was_killed_in(const World *w, int container, size_t from)
{
    for (size_t i = from; i < w->n_events; i++)
        if (w->events[i].is_kill && w->events[i].container == container)
            return true;
    return false;
}

static bool resolves(const World *w, const SimContainer *c)
{
    const Strings *names[] = {&w->images[c->image].tags, &w->images[c->image].digests};
    return w->images[c->image].is_here && (strings_contain(names[0], c->ref) || strchr(c->ref, '@'));
}

/* "Up 3 hours", "Exited (0) 3 hours ago": as engines round it, the other way round. */
static int64_t in_state_for(const SimContainer *c, Time now)
{
    static const int64_t units[] = {DAYS(365), DAYS(30), DAYS(7), DAYS(1), HOURS(1)};
    static const int64_t from[] = {DAYS(730), DAYS(60), DAYS(14), DAYS(2), HOURS(1)};
    const Life *last = c->n_lives > 0 ? &c->lives[c->n_lives - 1] : NULL;
    if (!last || (c->state != STATE_EXITED && c->state != STATE_RUNNING))
        return 0;
    int64_t usec = now - (c->state == STATE_RUNNING ? last->start.wall : last->end.wall);
    for (size_t i = 0; i < 5; i++)
        if (usec + MINUTES(30) >= from[i] && usec >= HOURS(1))
            return (usec + MINUTES(30)) / units[i] * units[i] - MINUTES(30);
    return usec < SECONDS(1) ? 1 : usec >= MINUTES(1) ? usec / MINUTES(1) * MINUTES(1) : usec / SECONDS(1) * SECONDS(1);
}

/* Of its row only the two IDs are sure. */
static void garble(Container *container)
{
    labels_clear(&container->labels);
    container->state = STATE_UNKNOWN;
    container->run = (Run){0};
    container->unreadable = xstrdup("its labels are no object");
}

/* The list shows what the user wrote while that names this image, an inspect
 * shows it always. */
static void emit_container(const World *w, const Look *look, int index, const Ledger *ledger, size_t from,
                           const Snapshot *snapshot, Time now, Container *ret)
{
    const SimContainer *c = &w->containers[index];
    *ret = (Container){
        .id = xstrdup(c->id),
        .name = xstrdup(c->name),
        .image_id = xstrdup(w->images[c->image].id),
        .state = c->state,
        .created = whole_seconds(c->created.wall),
    };
    labels_copy(&ret->labels, &c->labels);
    if (index == look->relabelled_container) {
        free(ret->labels.service);
        ret->labels.service = xstrdup("shop");
        free(ret->labels.role);
        ret->labels.role = xstrdup("web");
    }
    if (index == look->renamed_container && ret->labels.compose_project) {
        free(ret->labels.compose_project);
        ret->labels.compose_project = xstrdup("renamed");
    }
    if (c->mount >= 0 && w->images[c->mount].is_here)
        strings_add(&ret->mounted_images, w->images[c->mount].id);
    ret->has_unresolved_mount = c->mount >= 0 && !w->images[c->mount].is_here;
    ret->image_ref = xstrdup(resolves(w, c) ? c->ref : ret->image_id);
    ret->in_state_for_usec = in_state_for(c, now);
    ret->is_asked = ledger_tells_of_earlier_life(ledger, snapshot, ret, now) || !ledger_recall(ledger, ret);
    if (ret->is_asked && emit_hides(w, look, index)) {
        ret->inspect_error = "the engine did not answer in time";
    } else if (!ret->run.is_known) {
        ret->run = run_of(w, c);
        free(ret->image_ref);
        ret->image_ref = xstrdup(c->ref);
    }
    if (index == look->restarted_container && ret->run.is_known) {
        ret->run.started = w->now + w->clock_error;
        ret->run.restarts = 0;
    }
    if (was_killed_in(w, index, from))
        ret->run.was_killed = true;
    if (index == look->unreadable_container)
        garble(ret);
}

/* What the agent has seen come and go since the last pass that kept it. */
static void emit_gone(const World *w, Snapshot *ret)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_here(c) || c->removed.t <= w->kept_pass)
            continue;
        Container *gone = array_add(&ret->gone, &ret->n_gone);
        *gone = (Container){
            .id = xstrdup(c->id),
            .name = xstrdup(c->name),
            .image_id = xstrdup(w->images[c->image].id),
            .image_ref = xstrdup(c->ref),
            .state = STATE_EXITED,
            .created = c->created.t > w->kept_pass ? c->created.wall : 0,
        };
        labels_copy(&gone->labels, &c->labels);
        const Run all = run_of(w, c);
        bool has_started = c->n_lives > 0 && c->lives[c->n_lives - 1].start.t > w->kept_pass;
        gone->run = (Run){
            .is_known = has_started,
            .is_auto_remove = true,
            .started = has_started ? all.started : 0,
            .finished = all.finished,
            .exit_code = all.exit_code,
            .was_killed = all.was_killed,
        };
    }
}

static bool is_told(const World *w, int container, size_t from, Time t)
{
    for (size_t i = from; i < w->n_events; i++)
        if (w->events[i].container == container && w->events[i].at.t == t)
            return true;
    return false;
}

static bool is_gone_known(const Snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->n_gone; i++)
        if (strcmp(snapshot->gone[i].id, id) == 0)
            return true;
    return false;
}

/* What the engine's replay tells of containers that are gone: they are named, but what they were made of is not. */
static void emit_replayed(const World *w, size_t from, Snapshot *ret)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_here(c) || c->n_lives == 0 || !is_told(w, (int)i, from, c->created.t) || is_gone_known(ret, c->id))
            continue;
        Container *gone = array_add(&ret->gone, &ret->n_gone);
        *gone = (Container){.id = xstrdup(c->id),
                            .name = xstrdup(c->name),
                            .image_ref = xstrdup(c->ref),
                            .state = STATE_EXITED,
                            .created = c->created.wall,
                            .run = run_of(w, c)};
        gone->run.is_auto_remove = true;
        labels_copy(&gone->labels, &c->labels);
        if (c->labels.compose_hash)
            gone->labels.compose_image = xstrdup(w->images[c->image].id);
    }
}

static void emit_end(const World *w, const SimEvent *event, Snapshot *ret)
{
    const char *id = w->containers[event->container].id;
    if (event->is_kill)
        strings_add_unique(&ret->killed, id);
    else
        *array_add(&ret->ends, &ret->n_ends) = (ArrivalEvent){.reference = xstrdup(id), .time = event->at.wall};
}

static void emit_events(const World *w, size_t from, bool is_followed, Snapshot *ret)
{
    for (size_t i = from; i < w->n_events; i++) {
        const SimEvent *event = &w->events[i];
        if (event->is_kill || event->is_end) {
            emit_end(w, event, ret);
            continue;
        }
        /* A pull names the tag alone, but who watches asks which image has it. */
        bool has_id = is_followed || (!event->is_start && !event->is_pull) || event->is_commit;
        const char *names[] = {event->reference, has_id ? w->images[event->image].id : NULL};
        for (size_t j = 0; j < 2; j++) {
            if (!names[j] || (j == 1 && strcmp(names[0], names[1]) == 0))
                continue;
            ArrivalEvent *told =
                event->is_start ? array_add(&ret->starts, &ret->n_starts) : array_add(&ret->arrivals, &ret->n_arrivals);
            *told = (ArrivalEvent){.reference = xstrdup(names[j]),
                                   .time = event->at.wall,
                                   .is_transfer = event->is_transfer,
                                   .is_made_here = event->is_commit};
        }
    }
}

/* From when on no event is missing. What was seen before the last pass is in that one's ledger: an older one does not
 * know of it. */
static void emit_reach(const World *w, const Ledger *ledger, size_t from, bool is_followed, Snapshot *ret)
{
    Time since = ledger->learned > w->kept_wall ? ledger->learned : w->kept_wall;
    /* What was stamped years before the next event was stamped by a wrong clock. */
    for (size_t i = from; i < w->n_events; i++) {
        Time next = i + 1 < w->n_events ? w->events[i + 1].at.wall : w->now + w->clock_error;
        if (i == from)
            ret->arrivals_since = w->events[from].at.wall;
        if (next - w->events[i].at.wall > DAYS(400))
            ret->arrivals_since = next;
    }
    if (is_followed && ledger->learned > 0 && since < ret->arrivals_since)
        ret->arrivals_since = since;
    ret->is_replay_full = w->n_events - from >= w->ring;
}

void emit(const World *w, const Look *look, const Ledger *ledger, Snapshot *ret, Time *ret_now)
{
    size_t from = look->has_no_replay ? w->n_events : events_seen_from(w);
    bool is_followed = w->is_agent && !w->has_gap && w->ledger && !look->has_no_replay;

    *ret = (Snapshot){.engine = {.version = xstrdup("28.5.2"), .api = xstrdup("1.51"), .store = w->store}};
    *ret_now = w->now + w->clock_error + look->clock_step + look->later;
    ret->engine.driver = xstrdup(w->store == STORE_CONTAINERD ? "overlayfs" : "overlay2");
    ret->engine.root = xstrdup("/var/lib/docker");
    ret->engine.boot_id = xasprintf("00000000-0000-4000-8000-%012d", w->boot);
    ret->engine.clock_offset_usec = w->booted + w->clock_error + look->clock_step;
    if (look->has_hidden_row)
        snapshot_add_unreadable(ret, ROW_CONTAINER, "", "it has no ID");
    ret->arrivals_since = *ret_now;
    emit_images(w, look, ret);
    emit_facts(w, *ret_now, ret);
    emit_events(w, from, is_followed, ret);
    emit_reach(w, ledger, from, is_followed, ret);
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]))
            emit_container(w, look, (int)i, ledger, from, ret, *ret_now,
                           array_add(&ret->containers, &ret->n_containers));
    if (is_followed)
        emit_gone(w, ret);
    emit_replayed(w, from, ret);
    snapshot_index(ret);
}
