/* SPDX-License-Identifier: MIT */
/*
 * The members of engines, disks, apps, images, containers and builders in JSON, and the document of a plan, rgc/plan/1.
 */
#include "json_plan.h"

#include <rgc/json_values.h>
#include <rgc/labels.h>

static const char *store_name(const EngineInfo *engine)
{
    switch (engine->store) {
    case STORE_OVERLAY2:
        return "overlay2";
    case STORE_CONTAINERD:
        return "containerd";
    case STORE_OTHER:
        break;
    }
    return engine->driver;
}

json_t *json_engine(const EngineInfo *engine)
{
    if (!engine->version)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "version", json_text(engine->version), "api", json_text(engine->api),
                     "store", json_text(store_name(engine)), "root", json_text(engine->root), "podman",
                     engine->is_podman);
}

static json_t *json_disk(const Disk *disk)
{
    return json_pack("{s:o, s:I, s:I, s:o, s:o}", "path", json_text(disk->path), "total_bytes",
                     (json_int_t)disk->total_bytes, "available_bytes", (json_int_t)disk->available_bytes,
                     "used_percent", json_percent(disk->used_percent), "used_inodes_percent",
                     disk->total_inodes > 0 ? json_percent(disk->used_inodes_percent) : json_null());
}

json_t *json_disks(const Disk *disks, size_t n_disks)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n_disks; i++)
        json_array_append_new(array, json_disk(&disks[i]));
    return array;
}

static json_t *json_rollback(const PlannedApp *app)
{
    json_t *not_ready = json_array();

    for (size_t i = 0; i < app->n_not_ready; i++)
        json_array_append_new(not_ready, json_pack("{s:o, s:o}", "version", json_text(app->not_ready[i].version), "why",
                                                   json_text(app->not_ready[i].why)));
    return json_pack("{s:i, s:i, s:o, s:o}", "wanted", app->rollback_wanted, "ready", app->rollback_ready, "versions",
                     json_texts(&app->rollback_versions), "not_ready", not_ready);
}

json_t *json_app(const PlannedApp *app)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:i, s:o, s:o, s:b, s:b, s:b, s:o, s:o, s:I, s:I}", "name",
                     json_text(app->name), "destination", json_text(app->destination), "folder", json_text(app->folder),
                     "kind", app_kind_to_string(app->kind), "keep_previous", app->keep_previous, "current",
                     json_texts(&app->current), "current_version", json_text(app->current_version), "running",
                     app->is_running, "idle", app->is_idle, "ended_unseen", app->ended_unseen, "last_run",
                     json_time(app->last_run), "rollback", json_rollback(app), "size_bytes",
                     (json_int_t)app->size_bytes, "remove_bytes", (json_int_t)app->remove_bytes);
}

static json_t *json_membership(const Plan *plan, const Membership *membership)
{
    const PlannedApp *app = &plan->apps[membership->app];

    return json_pack("{s:o, s:o, s:o, s:s, s:s}", "name", json_text(app->name), "destination",
                     json_text(app->destination), "version", json_text(membership->version), "verdict",
                     verdict_to_string(membership->judgement.verdict), "reason",
                     reason_to_string(membership->judgement.reason));
}

/* Adds the members of a verdict to `object`, and returns it. */
static json_t *with_judgement(json_t *object, const Judgement *judgement)
{
    json_object_set_new(object, "verdict", json_string(verdict_to_string(judgement->verdict)));
    json_object_set_new(object, "reason", json_string(reason_to_string(judgement->reason)));
    json_object_set_new(object, "detail", json_text(judgement->detail));
    json_object_set_new(object, "eligible_at", json_time(judgement->eligible_at));
    return object;
}

/* "apps" has the verdict for each app that the image belongs to; the members of the image itself have the one that
 * counts. "frees_bytes" is its share of the plan's estimate, and 0 unless it is removed. */
json_t *json_image(const Plan *plan, const PlannedImage *planned)
{
    const Image *image = planned->image;
    json_t *apps = json_array();

    for (size_t i = 0; i < planned->n_apps; i++)
        json_array_append_new(apps, json_membership(plan, &planned->apps[i]));
    return with_judgement(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "id", json_text(image->id), "tags",
                                    json_texts(&image->tags), "digests", json_texts(&image->digests), "apps", apps,
                                    "created", json_time(image->created), "arrived", json_time(planned->arrived),
                                    "last_run", json_time(planned->last_run), "size_bytes",
                                    (json_int_t)image->size_bytes, "frees_bytes", (json_int_t)planned->frees_bytes),
                          &planned->judgement);
}

json_t *json_container(const Plan *plan, const PlannedContainer *planned)
{
    const Container *container = planned->container;
    const PlannedApp *app = planned->app != NO_APP ? &plan->apps[planned->app] : NULL;

    return with_judgement(json_pack("{s:o, s:o, s:o, s:o, s:o, s:s}", "id", json_text(container->id), "name",
                                    json_text(container->name), "app", json_text(app ? app->name : NULL), "destination",
                                    json_text(app ? app->destination : NULL), "image", json_text(container->image_id),
                                    "state", container_state_to_string(container->state)),
                          &planned->judgement);
}

/* Null if the engine could not tell its build cache: that is not the same as an empty one. */
static json_t *json_cache(const PlannedCache *cache)
{
    if (!cache->is_known)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "total_bytes", (json_int_t)cache->total_bytes, "evict_bytes",
                     (json_int_t)cache->evict_bytes, "evict_records", (json_int_t)cache->evict_records,
                     "max_unused_seconds", (json_int_t)(cache->max_unused_usec / USEC_PER_SEC), "max_size_bytes",
                     json_bytes(cache->max_size_bytes));
}

json_t *json_builder(const PlannedBuilder *planned)
{
    const Builder *builder = planned->builder;
    const char *state = builder->container_id ? container_state_to_string(builder->state) : NULL;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:s, s:o}", "name", json_text(builder->name), "container",
                     json_text(builder->container_id), "state", json_text(state), "volume",
                     json_text(builder->volume ? builder->volume->name : NULL), "cache_bytes",
                     json_bytes(planned->cache_bytes), "evict_bytes", (json_int_t)planned->cache.evict_bytes,
                     "evict_records", (json_int_t)planned->cache.evict_records, "verdict",
                     planned->removes ? "remove"
                     : planned->prune ? "prune"
                                      : "keep",
                     "reason", json_text(planned->reason));
}

/* Null while no disk is above [disk] high. "acting" says that this pass removes more because of it. */
static json_t *json_pressure(const Pressure *pressure)
{
    if (!pressure->is_high)
        return json_null();
    return json_pack("{s:o, s:o, s:b, s:o}", "path", json_text(pressure->path), "used_percent",
                     json_percent(pressure->used_percent), "acting", pressure->is_acting, "explanation",
                     json_text(pressure->explanation));
}

static char *next_why(const PlannedImage *planned)
{
    cleanup_with(free_charp) char *label = image_label(planned->image);

    return xasprintf("%s is kept until then (%s)", label, reason_to_string(planned->judgement.reason));
}

char *plan_next_why(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.eligible_at == plan->next_at) {
            char *why = next_why(&plan->images[i]);
            if (why)
                return why;
        }
    return xstrdup("something may be removed then");
}

json_t *json_next(const Plan *plan)
{
    if (plan->next_at == 0)
        return json_null();
    cleanup_with(free_charp) char *why = plan_next_why(plan);
    return json_pack("{s:o, s:o}", "at", json_time(plan->next_at), "why", json_text_cut(why, 300));
}

json_t *json_freed(const Freed *freed)
{
    return json_pack("{s:I, s:I, s:I}", "estimated_bytes", (json_int_t)freed->estimated_bytes, "engine_bytes",
                     (json_int_t)freed->engine_bytes, "disk_bytes", (json_int_t)freed->disk_bytes);
}

static void add_lists(JsonDocument *document, const Plan *plan)
{
    document_begin_array(document, "apps");
    for (size_t i = 0; i < plan->n_apps; i++)
        if (!plan->apps[i].is_gone)
            document_add_element(document, json_app(&plan->apps[i]));
    document_end_array(document);
    document_begin_array(document, "images");
    for (size_t i = 0; i < plan->n_images; i++)
        document_add_element(document, json_image(plan, &plan->images[i]));
    document_end_array(document);
    document_begin_array(document, "containers");
    for (size_t i = 0; i < plan->n_containers; i++)
        document_add_element(document, json_container(plan, &plan->containers[i]));
    document_end_array(document);
}

static json_t *json_unreadable(const UnreadableRow *row)
{
    return json_pack("{s:s, s:o, s:o}", "kind", row_kind_to_string(row->kind), "name",
                     json_text_cut(*row->name ? row->name : NULL, 300), "why", json_text_cut(row->why, 300));
}

/* Adds the patterns of the configuration that match nothing on this host. */
static void add_unmatched(JsonDocument *document, const Plan *plan)
{
    document_begin_array(document, "unmatched");
    for (size_t i = 0; i < plan->n_patterns; i++) {
        const PatternMatch *match = &plan->patterns[i];
        if (match->n_apps + match->n_images == 0)
            document_add_element(document, json_pack("{s:o, s:o}", "where", json_text_cut(match->where, 300), "nearest",
                                                     json_text_cut(match->nearest, 300)));
    }
    document_end_array(document);
}

/* Adds what the pass could not see or not read. */
static void add_gaps(JsonDocument *document, const Snapshot *snapshot)
{
    document_begin_array(document, "unreadable");
    for (size_t i = 0; i < snapshot->n_unreadable; i++)
        document_add_element(document, json_unreadable(&snapshot->unreadable[i]));
    document_end_array(document);
    document_begin_array(document, "unseen");
    for (size_t i = 0; i < snapshot->unavailable.count; i++)
        document_add_element(document, json_text_cut(snapshot->unavailable.items[i], 600));
    document_end_array(document);
}

void document_add_plan(JsonDocument *document, const Pass *pass)
{
    const Plan *plan = &pass->plan;

    document_add(document, "time", json_time(plan->now));
    document_add(document, "engine", json_engine(&pass->snapshot.engine));
    document_add(document, "disk", json_disks(pass->snapshot.disks, pass->snapshot.n_disks));
    document_add(document, "ledger",
                 json_pack("{s:b, s:o}", "found", pass->has_ledger, "note", json_text(pass->ledger_note)));
    add_lists(document, plan);
    document_add(document, "build_cache", json_cache(&plan->cache));
    document_begin_array(document, "builders");
    for (size_t i = 0; i < plan->n_builders; i++)
        document_add_element(document, json_builder(&plan->builders[i]));
    document_end_array(document);
    add_gaps(document, &pass->snapshot);
    add_unmatched(document, plan);
    document_add(document, "hold", json_text(suspension_to_string(plan->suspension)));
    document_add(document, "pressure", json_pressure(&plan->pressure));
    document_add(document, "next_at", json_time(plan->next_at));
    document_add(document, "estimate",
                 json_pack("{s:I, s:o, s:b}", "bytes", (json_int_t)plan->estimate_bytes, "most_bytes",
                           json_bytes(plan->estimate_most_bytes), "exact", plan->estimate_is_exact));
}
