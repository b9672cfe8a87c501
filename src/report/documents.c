/* SPDX-License-Identifier: MIT */
/*
 * The documents that show a plan: of plan, status, collect, why and history. They render what the plan says and decide
 * nothing; json_plan.c has the parts that they share.
 */
#include <rgc/report_json.h>

#include "json_plan.h"
#include <rgc/json_document.h>
#include <rgc/json_values.h>

#include <rgc/holders.h>

#include <string.h>

char *json_plan(const Pass *pass)
{
    JsonDocument document;

    document_begin(&document, "rgc/plan/1");
    document_add_plan(&document, pass);
    return document_end(&document);
}

static json_t *json_outcome(const OutcomeEntry *entry)
{
    return json_pack("{s:s, s:o, s:o, s:s, s:o}", "kind", target_kind_to_string(entry->kind), "id",
                     json_text(entry->id), "ref", json_text(entry->ref), "outcome", outcome_to_string(entry->outcome),
                     "error", json_text(entry->error));
}

char *json_collect(const Pass *pass)
{
    const Report *report = &pass->report;
    JsonDocument document;

    document_begin(&document, "rgc/collect/1");
    document_add_plan(&document, pass);
    document_begin_array(&document, "outcomes");
    for (size_t i = 0; i < report->n_entries; i++)
        document_add_element(&document, json_outcome(&report->entries[i]));
    document_end_array(&document);
    document_add(&document, "freed", json_freed(&report->freed));
    document_add(&document, "disk_after", json_disks(report->disks_after, report->n_disks_after));
    document_add(&document, "began", json_time(report->began));
    document_add(&document, "ended", json_time(report->ended));
    document_add(&document, "duration_ms", json_integer(report->duration_ms));
    document_add(&document, "requests", json_integer((json_int_t)report->requests));
    document_add(&document, "interrupted", json_boolean(report->was_interrupted));
    document_add(&document, "trial_ended", json_boolean(pass->has_ended_trial));
    document_add(&document, "error", json_text(report->error));
    return document_end(&document);
}

static json_t *json_holder(const Holders *holders, const Holder *holder)
{
    const PlannedApp *app = holder->app;

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "kind",
                     holder_kind_to_string(holder->kind), "name", json_text(holder->name), "app",
                     json_text(app ? app->name : NULL), "destination", json_text(app ? app->destination : NULL),
                     "folder", json_text(app ? app->folder : NULL), "bytes", json_bytes(holder->bytes), "percent",
                     holder->bytes < 0 ? json_null() : json_percent(holder_percent(holders, holder)), "count",
                     (json_int_t)holder->count, "unmeasured", (json_int_t)holder->n_unmeasured, "measured_at",
                     json_time(holder->measured_at), "command", json_text(holder->command), "note",
                     json_text(holder->note));
}

/* The holders add up to holders_total_bytes; "holders_gaps" says what could not be measured. */
static void add_holders(JsonDocument *document, const Pass *pass)
{
    cleanup_with(holders_clear) Holders holders = {.total_bytes = -1};

    if (pass->plan.snapshot)
        holders_compute(&pass->plan, &pass->survey, &holders);
    document_begin_array(document, "holders");
    for (size_t i = 0; i < holders.count; i++)
        document_add_element(document, json_holder(&holders, &holders.items[i]));
    document_end_array(document);
    document_add(document, "holders_total_bytes", json_bytes(holders.total_bytes));
    document_add(document, "holders_note", json_text(holders.note));
    document_begin_array(document, "holders_gaps");
    for (size_t i = 0; i < pass->survey.gaps.count; i++)
        document_add_element(document, json_text_cut(pass->survey.gaps.items[i], 600));
    document_end_array(document);
}

static json_t *json_agent(const AgentFacts *agent)
{
    if (!agent)
        return json_null();
    return json_pack("{s:o, s:b, s:o}", "state", json_text(agent->state), "watching", agent->is_following,
                     "config_error", json_text(agent->config_error));
}

/* The agent knows when it makes its next pass. Without one, there is only the time at which the next image may be
 * removed. */
static json_t *json_next_pass(const Pass *pass, const AgentFacts *agent)
{
    if (!agent || agent->next_at == 0)
        return json_next(&pass->plan);
    return json_pack("{s:o, s:o}", "at", json_time(agent->next_at), "why", json_text(agent->next_why));
}

char *json_status(const Pass *pass, const Strings *history, const AgentFacts *agent)
{
    json_t *last = history->count > 0 ? json_loads(history->items[0], 0, NULL) : NULL;
    JsonDocument document;

    document_begin(&document, "rgc/status/1");
    document_add_plan(&document, pass);
    add_holders(&document, pass);
    document_add(&document, "last", last ? last : json_null());
    document_add(&document, "next", json_next_pass(pass, agent));
    document_add(&document, "agent", json_agent(agent));
    return document_end(&document);
}

static json_t *json_use(const Use *use)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "kind", app_kind_to_string(use->kind),
                     "app", json_text(use->app), "destination", json_text(use->destination), "role",
                     json_text(use->role), "version", json_text(use->version), "last_created",
                     json_time(use->last_created), "last_started", json_time(use->last_started), "last_run",
                     json_time(use->last_run), "last_ended", json_time(use->last_ended), "served", use->has_served,
                     "failed", use->has_failed);
}

static json_t *json_uses(const Pass *pass, const char *image_id)
{
    const ImageRecord *record = ledger_image(&pass->ledger, image_id);
    json_t *array = json_array();

    for (size_t i = 0; record && i < record->n_uses; i++)
        json_array_append_new(array, json_use(&record->uses[i]));
    return array;
}

static json_t *json_containers_of(const Plan *plan, const char *image_id)
{
    json_t *array = json_array();

    for (size_t i = 0; i < plan->n_containers; i++) {
        const PlannedContainer *planned = &plan->containers[i];

        if (strcmp(planned->container->image_id, image_id) == 0)
            json_array_append_new(array, json_container(plan, planned));
    }
    return array;
}

/* Makes a document in which the members of `element` stand at the top. Takes ownership of `element`. */
static char *why_document(const char *kind, json_t *element)
{
    JsonDocument document;
    const char *key;
    json_t *value;

    document_begin(&document, "rgc/why/1");
    document_add(&document, "kind", json_string(kind));
    json_object_foreach (element, key, value)
        document_add(&document, key, json_incref(value));
    json_decref(element);
    return document_end(&document);
}

char *json_why_image(const Pass *pass, const PlannedImage *image)
{
    json_t *element = json_image(&pass->plan, image);
    const ImageRecord *record = ledger_image(&pass->ledger, image->image->id);

    json_object_set_new(element, "arrived_known", json_boolean(record && !record->is_baseline));
    json_object_set_new(element, "uses", json_uses(pass, image->image->id));
    json_object_set_new(element, "containers", json_containers_of(&pass->plan, image->image->id));
    return why_document("image", element);
}

static json_t *json_run(const Container *container)
{
    const Run *run = &container->run;

    if (!run->is_known)
        return json_null();
    return json_pack("{s:o, s:o, s:i, s:i, s:b, s:b, s:b}", "started", json_time(run->started), "finished",
                     json_time(run->finished), "exit_code", run->exit_code, "restarts", run->restarts, "restart_policy",
                     run->has_restart_policy, "auto_remove", run->is_auto_remove, "killed", run->was_killed);
}

char *json_why_container(const Pass *pass, const PlannedContainer *planned)
{
    json_t *element = json_container(&pass->plan, planned);
    const PlannedBuilder *builder = plan_builder(&pass->plan, planned->container->id);

    json_object_set_new(element, "created", json_time(planned->container->created));
    json_object_set_new(element, "run", json_run(planned->container));
    json_object_set_new(element, "inspect_error", json_text(planned->container->inspect_error));
    json_object_set_new(element, "builder", builder ? json_builder(builder) : json_null());
    return why_document("container", element);
}

static json_t *json_why_app(const Plan *plan, size_t app)
{
    json_t *element = json_app(&plan->apps[app]), *images = json_array(), *containers = json_array();

    for (size_t i = 0; i < plan->n_images; i++)
        if (planned_membership(&plan->images[i], app))
            json_array_append_new(images, json_image(plan, &plan->images[i]));
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].app == app)
            json_array_append_new(containers, json_container(plan, &plan->containers[i]));
    json_object_set_new(element, "images", images);
    json_object_set_new(element, "containers", containers);
    return element;
}

char *json_why_apps(const Pass *pass, const size_t *apps, size_t count)
{
    JsonDocument document;

    document_begin(&document, "rgc/why/1");
    document_add(&document, "kind", json_string("app"));
    document_begin_array(&document, "apps");
    for (size_t i = 0; i < count; i++)
        document_add_element(&document, json_why_app(&pass->plan, apps[i]));
    document_end_array(&document);
    return document_end(&document);
}

/* A line of the history is a summary already, so it is copied as it is; a damaged one is left out. */
char *json_history(const Strings *lines)
{
    JsonDocument document;

    document_begin(&document, "rgc/history/1");
    document_begin_array(&document, "passes");
    for (size_t i = 0; i < lines->count; i++) {
        json_t *summary = json_loads(lines->items[i], 0, NULL);

        if (json_is_object(summary))
            document_add_element(&document, json_incref(summary));
        json_decref(summary);
    }
    document_end_array(&document);
    return document_end(&document);
}
