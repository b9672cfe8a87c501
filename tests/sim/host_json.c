/* SPDX-License-Identifier: MIT */
/* A host as the scripted engine of tests/fault takes it, with rgc's ledger and
 * what was decided in this process. */
#include "look.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *texts(const Strings *strings)
{
    json_t *array = json_array();
    for (size_t i = 0; i < strings->count; i++)
        json_array_append_new(array, json_string(strings->items[i]));
    return array;
}

static void add_label(json_t *labels, const char *name, const char *value)
{
    if (value)
        json_object_set_new(labels, name, json_string(value));
}

static json_t *labels_of(const Labels *from)
{
    json_t *labels = json_object();
    add_label(labels, "service", from->service);
    add_label(labels, "role", from->role);
    add_label(labels, "destination", from->destination);
    add_label(labels, "com.docker.compose.project", from->compose_project);
    add_label(labels, "com.docker.compose.service", from->compose_service);
    add_label(labels, "com.docker.compose.config-hash", from->compose_hash);
    add_label(labels, "com.docker.compose.project.working_dir", from->compose_folder);
    add_label(labels, "com.docker.swarm.service.name", from->swarm_service);
    add_label(labels, "com.docker.swarm.task.id", from->swarm_task);
    add_label(labels, "rgc.keep", from->keep ? "true" : NULL);
    return labels;
}

static json_int_t seconds(Time time)
{
    return time / USEC_PER_SEC;
}

static json_t *image_of(const World *w, const SimImage *from, const Image *emitted)
{
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:o, s:s, s:b}", "id", from->id, "tags", texts(&from->tags), "digests",
                     texts(&from->digests), "size", (json_int_t)from->size_bytes, "created", seconds(from->built),
                     "labels", labels_of(&from->labels), "parent", emitted->parent_id ? emitted->parent_id : "",
                     "dangling", from->tags.count == 0 && w->store == STORE_CONTAINERD && from->digests.count == 0);
}

static json_t *mounts_of(const World *w, const SimContainer *c)
{
    json_t *mounts = json_array();
    if (c->mount >= 0)
        json_array_append_new(mounts, json_pack("{s:s, s:s}", "Type", "image", "Name", w->images[c->mount].id));
    return mounts;
}

static json_t *container_of(const World *w, const SimContainer *c)
{
    const Life *last = c->n_lives > 0 ? &c->lives[c->n_lives - 1] : NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:i, s:i, s:s, s:b, s:o, s:o}", "id", c->id, "name",
                     c->name, "image", w->images[c->image].id, "image_ref", c->ref, "state",
                     container_state_to_string(c->state), "created", seconds(c->created.wall), "started",
                     last ? seconds(last->start.wall) : 0, "finished",
                     last && last->end.t > 0 ? seconds(last->end.wall) : 0, "exit_code", last ? last->exit_code : 0,
                     "restarts", c->restarts, "restart_policy", c->has_policy ? "unless-stopped" : "no", "auto_remove",
                     c->is_auto_remove, "labels", labels_of(&c->labels), "mounts", mounts_of(w, c));
}

/* Engines tell all labels of a container with each of its events. */
static json_t *attributes_of(const World *w, const SimContainer *c, const char *name, const char *image)
{
    json_t *attributes = c ? labels_of(&c->labels) : json_object();
    json_object_set_new(attributes, "name", json_string(name));
    json_object_set_new(attributes, "image", json_string(image));
    if (c && c->labels.compose_hash)
        json_object_set_new(attributes, "com.docker.compose.image", json_string(w->images[c->image].id));
    return attributes;
}

static json_t *event_of(const World *w, const SimEvent *event)
{
    const SimContainer *c = event->container >= 0 ? &w->containers[event->container] : NULL;
    const char *id = c ? c->id : event->is_pull ? event->reference : w->images[event->image].id;
    const char *name = c ? c->name : event->is_pull ? "" : event->reference;
    if (event->is_commit)
        return json_pack("{s:s, s:s, s:{s:s, s:{s:s, s:s, s:s, s:s}}, s:s, s:I, s:I}", "Type", "container", "Action",
                         "commit", "Actor", "ID", id, "Attributes", "name", name, "image", c->ref, "imageID",
                         w->images[event->image].id, "imageRef", event->reference, "scope", "local", "time",
                         seconds(event->at.wall), "timeNano", (json_int_t)event->at.wall * 1000);
    return json_pack("{s:s, s:s, s:{s:s, s:o}, s:s, s:I, s:I}", "Type", c ? "container" : "image", "Action",
                     event->action, "Actor", "ID", id, "Attributes", attributes_of(w, c, name, event->reference),
                     "scope", "local", "time", seconds(event->at.wall), "timeNano", (json_int_t)event->at.wall * 1000);
}

static json_t *engine_of(const World *w, const Snapshot *snapshot)
{
    json_t *images = json_array(), *containers = json_array(), *events = json_array();
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && snapshot_image(snapshot, w->images[i].id))
            json_array_append_new(images, image_of(w, &w->images[i], snapshot_image(snapshot, w->images[i].id)));
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]))
            json_array_append_new(containers, container_of(w, &w->containers[i]));
    for (size_t i = events_seen_from(w); i < w->n_events; i++)
        json_array_append_new(events, event_of(w, &w->events[i]));
    return json_pack("{s:s, s:o, s:o, s:o}", "store", w->store == STORE_CONTAINERD ? "containerd" : "overlay2",
                     "images", images, "containers", containers, "events", events);
}

static json_t *plan_of(const Plan *plan)
{
    json_t *verdicts = json_object();
    for (size_t i = 0; i < plan->n_images; i++)
        json_object_set_new(verdicts, plan->images[i].image->id,
                            json_pack("[ss]", verdict_to_string(plan->images[i].judgement.verdict),
                                      reason_to_string(plan->images[i].judgement.reason)));
    for (size_t i = 0; i < plan->n_containers; i++)
        json_object_set_new(verdicts, plan->containers[i].container->id,
                            json_pack("[ss]", verdict_to_string(plan->containers[i].judgement.verdict),
                                      reason_to_string(plan->containers[i].judgement.reason)));
    return verdicts;
}

static json_t *policy_of(const Policy *policy)
{
    const Retention *retention = &policy->retention;
    json_t *keys = json_pack("{s:I}", "keep_previous", (json_int_t)retention->keep_previous);
    const struct {
        const char *key;
        int64_t usec;
    } durations[] = {{"min_age", retention->min_age_usec},
                     {"quiet", retention->quiet_usec},
                     {"jobs_max_unused", retention->jobs_max_unused_usec},
                     {"unmanaged_max_unused", retention->unmanaged_max_unused_usec},
                     {"keep_for", retention->keep_for_usec}};
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
        json_object_set_new(keys, durations[i].key,
                            durations[i].usec == DURATION_OFF
                                ? json_string("off")
                                : json_sprintf("%llds", (long long)seconds(durations[i].usec)));
    return json_pack("{s:o, s:o}", "retention", keys, "protect", texts(&policy->protect));
}

void host_print(const World *w)
{
    Round pass;
    const Look look = LOOK_PLAIN;
    round_make(w, &look, &w->policy, w->ledger, w->ledger_size, &pass);
    json_t *host = json_pack("{s:I, s:s#, s:o, s:o, s:o}", "now", seconds(pass.now), "ledger", w->ledger,
                             (size_t)w->ledger_size, "policy", policy_of(&w->policy), "engine",
                             engine_of(w, &pass.snapshot), "verdicts", plan_of(&pass.plan));
    json_dumpf(host, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(host);
    round_clear(&pass);
}
