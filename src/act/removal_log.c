/* SPDX-License-Identifier: MIT */
/*
 * The log of removals: turns the plan, and then each outcome, into records of removed.jsonl.
 *
 * The problem: a person who misses an image asks what removed it and why, perhaps weeks later, and the pass that knows
 * may have been killed right after the engine's answer.
 *
 * The idea: a log that is written ahead. removal_log_begin() writes a "going" record for all that the plan removes,
 * before the first request. removal_log_note() appends the outcome after each answer, and of several records of one
 * thing in one pass the last one counts. So a "going" record that nothing follows means that no answer came. The next
 * pass looks whether the thing is in its snapshot: if it is not, the record becomes "assumed".
 *
 * What is never allowed: saying that something was removed that is still here; removing something without a record,
 * except on a full disk, where room is worth more. If the file cannot be written for any other reason, the pass ends
 * before its first removal. While a row of the snapshot cannot be read, open records are left open, because that row
 * may be the thing.
 *
 * tests/fault/removed.py kills a pass at each removal, has the engine refuse removals, and damages the file.
 */
#include <rgc/removal_log.h>

#include <rgc/clock.h>

#include <errno.h>
#include <string.h>

static void set_app(Removed *ret, const PlannedApp *app, const char *version)
{
    ret->app = xstrdup(app->name);
    ret->destination = xstrdup(app->destination);
    ret->version = xstrdup(version);
}

/* The membership whose reason is the image's own, or else the first one; NULL if the image belongs to no app. */
static const Membership *deciding(const PlannedImage *planned)
{
    for (size_t i = 0; i < planned->n_apps; i++)
        if (planned->apps[i].judgement.reason == planned->judgement.reason)
            return &planned->apps[i];
    return planned->n_apps > 0 ? &planned->apps[0] : NULL;
}

static const char *version_in(const Plan *plan, const char *image_id, size_t app)
{
    const PlannedImage *planned = plan_image(plan, image_id);

    for (size_t i = 0; planned && i < planned->n_apps; i++)
        if (planned->apps[i].app == app)
            return planned->apps[i].version;
    return NULL;
}

static Removed record_of(const RemovalLog *log, TargetKind kind, const char *id, Reason reason)
{
    Removed record = {.pass = log->pass, .at = wall_clock()};

    record.kind = xstrdup(target_kind_to_string(kind));
    record.id = xstrdup(id);
    record.reason = xstrdup(reason_to_string(reason));
    removed_set_state(&record, REMOVED_GOING);
    return record;
}

static Removed record_of_image(const RemovalLog *log, const PlannedImage *planned)
{
    const Image *image = planned->image;
    const Membership *membership = deciding(planned);
    Removed record = record_of(log, TARGET_IMAGE, image->id, planned->judgement.reason);

    strings_copy(&record.names, image->tags.count > 0 ? &image->tags : &image->digests);
    record.bytes = image->size_bytes;
    if (membership)
        set_app(&record, &log->plan->apps[membership->app], membership->version);
    return record;
}

static Removed record_of_container(const RemovalLog *log, const PlannedContainer *planned)
{
    const Plan *plan = log->plan;
    Removed record = record_of(log, TARGET_CONTAINER, planned->container->id, planned->judgement.reason);

    strings_add(&record.names, planned->container->name);
    if (planned->app != NO_APP)
        set_app(&record, &plan->apps[planned->app], version_in(plan, planned->container->image_id, planned->app));
    return record;
}

/* The record of the cache inside a running builder, or else of the volume that a builder has left behind. */
static Removed record_of_builder(const RemovalLog *log, const PlannedBuilder *planned)
{
    const Builder *builder = planned->builder;
    bool is_cache = builder->container_id != NULL;
    Removed record = record_of(log, is_cache ? TARGET_BUILDER : TARGET_VOLUME,
                               is_cache ? builder->container_id : builder->volume->name, REASON_UNUSED);

    strings_add(&record.names, builder->name);
    record.bytes = !is_cache && planned->cache_bytes > 0 ? planned->cache_bytes : 0;
    return record;
}

static void add(RemovedList *list, Removed record)
{
    *array_add(&list->items, &list->count) = record;
}

/* A stopped builder is noted as a container, so it does not count here. */
static bool goes(const PlannedBuilder *builder)
{
    return builder->prune || (builder->removes && !builder->builder->container_id);
}

/* Adds a record of each thing that the plan removes, in the order of the kinds in act_run(). */
static void add_going(const RemovalLog *log, RemovedList *ret)
{
    const Plan *plan = log->plan;

    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == VERDICT_REMOVE)
            add(ret, record_of_container(log, &plan->containers[i]));
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            add(ret, record_of_image(log, &plan->images[i]));
    if (plan->cache.evict_records > 0 && plan->suspension == SUSPENSION_NONE)
        add(ret, record_of(log, TARGET_BUILD_CACHE, "build-cache", REASON_UNUSED));
    for (size_t i = 0; i < plan->n_builders && plan->suspension == SUSPENSION_NONE; i++)
        if (goes(&plan->builders[i]))
            add(ret, record_of_builder(log, &plan->builders[i]));
}

static bool is_kind(const Removed *record, TargetKind kind)
{
    return strcmp(record->kind, target_kind_to_string(kind)) == 0;
}

/* Whether the thing is still on the host. Cache that a pass was evicting is never found again, so it counts as gone. */
static bool is_here(const Plan *plan, const Removed *record)
{
    if (is_kind(record, TARGET_IMAGE))
        return snapshot_image(plan->snapshot, record->id) != NULL;
    if (is_kind(record, TARGET_CONTAINER))
        return snapshot_container(plan->snapshot, record->id) != NULL;
    for (size_t i = 0; is_kind(record, TARGET_VOLUME) && i < plan->n_builders; i++) {
        const Volume *volume = plan->builders[i].builder->volume;
        if (volume && strcmp(volume->name, record->id) == 0)
            return true;
    }
    return false;
}

/* Settles what earlier passes left open, unless the snapshot has a row that cannot be read, which may be it. */
static void settle_open(const Plan *plan, RemovedList *list)
{
    for (size_t i = 0; i < list->count && plan->snapshot->n_unreadable == 0; i++)
        if (removed_is(&list->items[i], REMOVED_GOING))
            removed_set_state(&list->items[i], is_here(plan, &list->items[i]) ? REMOVED_NOT : REMOVED_ASSUMED);
    removed_list_settle(list);
}

int removal_log_begin(RemovalLog *log, StateDirectory *state, const Plan *plan, int pass, Error *err)
{
    cleanup_with(removed_list_clear) RemovedList list = {0};
    bool has_open = false;

    *log = (RemovalLog){.plan = plan, .pass = pass, .appender = {.state = state}};
    int r = removed_load(state, &list, err);
    if (r < 0 && r != -EFBIG) /* rgc never writes a file that is too large, so it begins a new one */
        return r;
    for (size_t i = 0; i < list.count; i++)
        has_open |= removed_is(&list.items[i], REMOVED_GOING);
    settle_open(plan, &list);
    size_t before = list.count;
    add_going(log, &list);
    return has_open || list.count > before ? removed_save(state, &list, plan->now, err) : 0;
}

/* The record of one outcome, with what the plan knows of the thing. Build cache is in no list of the plan. */
static Removed record_of_entry(const RemovalLog *log, const OutcomeEntry *entry)
{
    const Plan *plan = log->plan;

    for (size_t i = 0; entry->kind == TARGET_CONTAINER && i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->id, entry->id) == 0)
            return record_of_container(log, &plan->containers[i]);
    for (size_t i = 0; i < plan->n_builders; i++) {
        const Builder *builder = plan->builders[i].builder;
        const char *id = builder->container_id                             ? builder->container_id
                         : entry->kind == TARGET_VOLUME && builder->volume ? builder->volume->name
                                                                           : NULL;
        if ((entry->kind == TARGET_BUILDER || entry->kind == TARGET_VOLUME) && id && strcmp(id, entry->id) == 0)
            return record_of_builder(log, &plan->builders[i]);
    }
    const PlannedImage *planned = entry->kind == TARGET_IMAGE ? plan_image(plan, entry->id) : NULL;
    return planned ? record_of_image(log, planned) : record_of(log, entry->kind, entry->id, REASON_UNUSED);
}

void removal_log_note(RemovalLog *log, const OutcomeEntry *entry, int64_t bytes)
{
    if (entry->outcome == OUTCOME_UNKNOWN) {
        strings_add(&log->unanswered, entry->id);
        return;
    }
    cleanup_with(removed_clear) Removed record = record_of_entry(log, entry);
    removed_set_state(&record, entry->outcome == OUTCOME_REMOVED ? REMOVED_DONE : REMOVED_NOT);
    if (bytes >= 0)
        record.bytes = bytes;
    removed_append(&log->appender, &record);
}

/* Closes the records of this pass that are still open: each such thing was kept, unless the engine did not answer. */
static void close_own(const RemovalLog *log, RemovedList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        Removed *record = &list->items[i];
        if (record->pass == log->pass && removed_is(record, REMOVED_GOING) &&
            !strings_contain(&log->unanswered, record->id))
            removed_set_state(record, REMOVED_NOT);
    }
    removed_list_settle(list);
}

void removal_log_end(RemovalLog *log)
{
    cleanup_with(removed_list_clear) RemovedList list = {0};
    StateDirectory *state = log->appender.state;
    Error ignored;

    removed_flush(&log->appender);
    if (!log->appender.owed && removed_load(state, &list, &ignored) == 0 && list.count > 0) {
        close_own(log, &list);
        (void)removed_save(state, &list, log->plan->now, &ignored);
    }
    removed_appender_clear(&log->appender);
    strings_clear(&log->unanswered);
}
