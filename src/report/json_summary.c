/* SPDX-License-Identifier: MIT */
/*
 * A pass in one line of at most 8 KiB. What always fits comes first; the lists are shortened until all of it does,
 * and "cut" says by how many entries.
 */
#include <rgc/report_json.h>

#include "json_plan.h"
#include <rgc/json_values.h>
#include <rgc/removed_images.h>

#include <string.h>

#define SUMMARY_LIMIT ((size_t)(8192 - 64)) /* room for what the child adds for the agent */
#define NAME_LIMIT ((size_t)128)
#define TEXT_LIMIT ((size_t)300)

static json_t *json_counts(const Plan *plan)
{
    size_t counts[VERDICT_MAX_][REASON_MAX_] = {0};
    json_t *all = json_object();

    for (size_t i = 0; i < plan->n_images; i++)
        counts[plan->images[i].judgement.verdict][plan->images[i].judgement.reason]++;
    for (int verdict = 0; verdict < VERDICT_MAX_; verdict++) {
        json_t *object = json_object();

        for (int reason = 0; reason < REASON_MAX_; reason++)
            if (counts[verdict][reason] > 0)
                json_object_set_new(object, reason_to_string((Reason)reason),
                                    json_integer((json_int_t)counts[verdict][reason]));
        json_object_set_new(all, verdict_to_string((Verdict)verdict), object);
    }
    return all;
}

static size_t count_removed_images(const Report *report)
{
    size_t count;

    free(removed_images(report, &count));
    return count;
}

static size_t count_removed(const Report *report, TargetKind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < report->n_entries; i++)
        count += report->entries[i].kind == kind && report->entries[i].outcome == OUTCOME_REMOVED;
    return count;
}

static json_t *json_removed(const Report *report)
{
    return json_pack("{s:I, s:I, s:I}", "images", (json_int_t)count_removed_images(report), "containers",
                     (json_int_t)count_removed(report, TARGET_CONTAINER), "build_cache_records",
                     (json_int_t)report->evicted_records);
}

static json_t *json_outcomes(const Report *report)
{
    json_t *object = json_object();

    for (int outcome = 0; outcome < OUTCOME_MAX_; outcome++)
        if (report->counts[outcome] > 0)
            json_object_set_new(object, outcome_to_string((Outcome)outcome),
                                json_integer((json_int_t)report->counts[outcome]));
    return object;
}

static const Disk *disk_after(const Report *report, const char *path)
{
    for (size_t i = 0; i < report->n_disks_after; i++)
        if (strcmp(report->disks_after[i].path, path) == 0)
            return &report->disks_after[i];
    return NULL;
}

static void add_disks(json_t *list, const Pass *pass)
{
    for (size_t i = 0; i < pass->snapshot.n_disks; i++) {
        const Disk *before = &pass->snapshot.disks[i];
        const Disk *after = disk_after(&pass->report, before->path);

        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:I}", "path", json_text_cut(before->path, TEXT_LIMIT),
                                        "before_percent", json_percent(before->used_percent), "after_percent",
                                        after ? json_percent(after->used_percent) : json_null(), "available_bytes",
                                        (json_int_t)(after ? after : before)->available_bytes));
    }
}

/* First those that cannot be rolled back as far as wanted: they must not be cut. */
static void add_rollback(json_t *list, const Plan *plan)
{
    for (int is_short = 1; is_short >= 0; is_short--)
        for (size_t i = 0; i < plan->n_apps; i++) {
            const PlannedApp *app = &plan->apps[i];

            if ((app->rollback_ready < app->rollback_wanted) != is_short)
                continue;
            json_array_append_new(
                list, json_pack("{s:o, s:o, s:i, s:i, s:o}", "app", json_text_cut(app->name, NAME_LIMIT), "destination",
                                json_text_cut(app->destination, NAME_LIMIT), "ready", app->rollback_ready, "wanted",
                                app->rollback_wanted, "version", json_text_cut(app->current_version, NAME_LIMIT)));
        }
}

static void add_errors(json_t *list, const Report *report)
{
    for (size_t i = 0; i < report->n_entries; i++) {
        const OutcomeEntry *entry = &report->entries[i];
        cleanup_with(free_charp) char *text = NULL;

        if (entry->outcome != OUTCOME_FAILED && entry->outcome != OUTCOME_UNKNOWN)
            continue;
        text = xasprintf("%s %s: %s", target_kind_to_string(entry->kind), entry->ref ? entry->ref : entry->id,
                         entry->error ? entry->error : outcome_to_string(entry->outcome));
        json_array_append_new(list, json_text_cut(text, TEXT_LIMIT));
    }
}

/* Shortens a list to `limit` entries and counts in `cut` how many went. */
static void cut_list(json_t *summary, const char *name, size_t limit, json_t *cut)
{
    json_t *list = json_object_get(summary, name);
    size_t before =
        json_integer_value(json_object_get(cut, name)) > 0 ? (size_t)json_integer_value(json_object_get(cut, name)) : 0;
    size_t size = json_array_size(list), removed = 0;

    for (; size > limit; size--, removed++)
        json_array_remove(list, size - 1);
    if (removed > 0)
        json_object_set_new(cut, name, json_integer((json_int_t)before + (json_int_t)removed));
}

/* Steals `summary`. */
static char *line_within_limit(json_t *summary)
{
    static const char *const lists[] = {"rollback", "errors", "disk"};
    json_t *cut = json_object_get(summary, "cut");

    for (size_t limit = 1024;; limit = limit * 3 / 4) {
        char *line;

        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
            cut_list(summary, lists[i], limit, cut);
        line = json_line(json_incref(summary));
        if (strlen(line) <= SUMMARY_LIMIT || limit == 0) {
            json_decref(summary);
            return line;
        }
        free(line);
    }
}

/* The end of a trial is a time from which things may go, too. */
static json_t *json_next_pass(const Pass *pass)
{
    Time until = pass->ledger.trial_until;
    bool is_trial_first = pass->plan.hold == HOLD_TRIAL && (pass->plan.next_at == 0 || until < pass->plan.next_at);

    return is_trial_first ? json_pack("{s:o, s:s}", "at", json_time(until), "why", "the trial ends then")
                          : json_next(&pass->plan);
}

static json_t *json_head(const Pass *pass, int number, const SummaryCause *cause, const char *error)
{
    const Report *report = &pass->report;

    return json_pack(
        "{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:I, s:o, s:o, s:o}", "schema", "rgc/summary/1", "pass",
        number, "passes", 1, "trigger", json_text_cut(cause->trigger, TEXT_LIMIT), "reason",
        json_text_cut(cause->reason, TEXT_LIMIT), "error", json_text_cut(error ? error : report->error, TEXT_LIMIT),
        "began", json_time(report->began), "ended", json_time(report->ended), "interrupted", report->was_interrupted,
        "duration_ms", (json_int_t)report->duration_ms, "requests", (json_int_t)report->requests, "hold",
        json_hold(pass->plan.hold), "trial_until", json_time(pass->ledger.trial_until), "next", json_next_pass(pass));
}

char *json_summary(const Pass *pass, int number, const SummaryCause *cause, const char *error)
{
    json_t *summary = json_head(pass, number, cause, error);
    json_t *disks = json_array(), *rollback = json_array(), *errors = json_array();

    add_disks(disks, pass);
    add_rollback(rollback, &pass->plan);
    add_errors(errors, &pass->report);
    json_object_set_new(summary, "counts", json_counts(&pass->plan));
    json_object_set_new(summary, "removed", json_removed(&pass->report));
    json_object_set_new(summary, "outcomes", json_outcomes(&pass->report));
    json_object_set_new(summary, "freed", json_freed(&pass->report.freed));
    json_object_set_new(summary, "disk", disks);
    json_object_set_new(summary, "rollback", rollback);
    json_object_set_new(summary, "errors", errors);
    json_object_set_new(summary, "cut", json_object());
    return line_within_limit(summary);
}
