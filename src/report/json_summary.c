/* SPDX-License-Identifier: MIT */
/*
 * Fills the Summary of a pass from its plan and its report, for the history, the journal and the trigger socket. A
 * summary has counts where the plan has lists, and no more than 8 KiB: whatever must survive a cut comes first in its
 * list.
 */
#include <rgc/report_json.h>

#include "json_plan.h"
#include <rgc/removed_images.h>
#include <rgc/summary.h>

#include <string.h>

static void count_verdicts(const Plan *plan, SummaryCounts *ret)
{
    size_t counts[VERDICT_MAX_][REASON_MAX_] = {0};

    for (size_t i = 0; i < plan->n_images; i++)
        counts[plan->images[i].judgement.verdict][plan->images[i].judgement.reason]++;
    for (int verdict = 0; verdict < VERDICT_MAX_; verdict++) {
        const char *group = verdict_to_string((Verdict)verdict);

        summary_count(ret, group, NULL, 0); /* the group is there even if no image has this verdict */
        for (int reason = 0; reason < REASON_MAX_; reason++)
            if (counts[verdict][reason] > 0)
                summary_count(ret, group, reason_to_string((Reason)reason), (int64_t)counts[verdict][reason]);
    }
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

static const Disk *disk_after(const Report *report, const char *path)
{
    for (size_t i = 0; i < report->n_disks_after; i++)
        if (strcmp(report->disks_after[i].path, path) == 0)
            return &report->disks_after[i];
    return NULL;
}

static void count_outcomes(const Report *report, SummaryCounts *ret)
{
    for (int outcome = 0; outcome < OUTCOME_MAX_; outcome++)
        if (report->counts[outcome] > 0)
            summary_count(ret, NULL, outcome_to_string((Outcome)outcome), (int64_t)report->counts[outcome]);
}

/* Takes both measurements of each file system. If the second one failed, `after_percent` is -1. */
static void add_disks(const Pass *pass, Summary *ret)
{
    for (size_t i = 0; i < pass->snapshot.n_disks; i++) {
        const Disk *before = &pass->snapshot.disks[i];
        const Disk *after = disk_after(&pass->report, before->path);
        SummaryDisk *disk = array_add(&ret->disks, &ret->n_disks);

        disk->path = xstrdup(before->path);
        disk->before_percent = before->used_percent;
        disk->after_percent = after ? after->used_percent : -1;
        disk->available_bytes = (after ? after : before)->available_bytes;
    }
}

static char *copy_or_null(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

/* Apps that cannot be rolled back as far as wanted come first, because they must not be cut. */
static void add_apps(const Plan *plan, Summary *ret)
{
    for (int is_short = 1; is_short >= 0; is_short--)
        for (size_t i = 0; i < plan->n_apps; i++) {
            const PlannedApp *planned = &plan->apps[i];

            if (planned->is_gone || (planned->rollback_ready < planned->rollback_wanted) != is_short)
                continue;
            SummaryApp *app = array_add(&ret->apps, &ret->n_apps);
            app->app = xstrdup(planned->name);
            app->destination = copy_or_null(planned->destination);
            app->version = copy_or_null(planned->current_version);
            app->ready = planned->rollback_ready;
            app->wanted = planned->rollback_wanted;
        }
}

static void add_errors(const Report *report, Strings *ret)
{
    for (size_t i = 0; i < report->n_entries; i++) {
        const OutcomeEntry *entry = &report->entries[i];
        cleanup_with(free_charp) char *text = NULL;

        if (entry->outcome != OUTCOME_FAILED && entry->outcome != OUTCOME_UNKNOWN)
            continue;
        text = xasprintf("%s %s: %s", target_kind_to_string(entry->kind), entry->ref ? entry->ref : entry->id,
                         entry->error ? entry->error : outcome_to_string(entry->outcome));
        strings_add(ret, text);
    }
}

/* The end of the trial counts too, since it is a time from which things may be removed. */
static void set_next(const Pass *pass, Summary *ret)
{
    Time until = pass->ledger.trial_until;

    if (pass->plan.suspension == SUSPENSION_TRIAL && (pass->plan.next_at == 0 || until < pass->plan.next_at)) {
        ret->next_at = until;
        ret->next_why = xstrdup("the trial ends then");
    } else if (pass->plan.next_at > 0) {
        ret->next_at = pass->plan.next_at;
        ret->next_why = plan_next_why(&pass->plan);
    }
}

static void set_head(const Pass *pass, int number, const SummaryCause *cause, const char *error, Summary *ret)
{
    const Report *report = &pass->report;

    ret->pass = number;
    ret->trigger = copy_or_null(cause->trigger);
    ret->reason = copy_or_null(cause->reason);
    ret->error = copy_or_null(error ? error : report->error);
    ret->began = report->began;
    ret->ended = report->ended;
    ret->interrupted = report->was_interrupted;
    ret->duration_ms = report->duration_ms;
    ret->requests = (int64_t)report->requests;
    ret->suspension = copy_or_null(suspension_to_string(pass->plan.suspension));
    ret->trial_until = pass->ledger.trial_until;
    ret->trial_ended = pass->has_ended_trial;
}

static void set_freed(const Report *report, Summary *ret)
{
    ret->removed_images = (int64_t)count_removed_images(report);
    ret->removed_containers = (int64_t)count_removed(report, TARGET_CONTAINER);
    ret->removed_records = (int64_t)report->evicted_records;
    ret->estimated_bytes = report->freed.estimated_bytes;
    ret->engine_bytes = report->freed.engine_bytes;
    ret->disk_bytes = report->freed.disk_bytes;
}

char *json_summary(const Pass *pass, int number, const SummaryCause *cause, const char *error)
{
    cleanup_with(summary_clear) Summary summary;

    summary_init(&summary);
    summary.has_plan = true;
    set_head(pass, number, cause, error, &summary);
    set_next(pass, &summary);
    set_freed(&pass->report, &summary);
    count_verdicts(&pass->plan, &summary.counts);
    count_outcomes(&pass->report, &summary.outcomes);
    add_disks(pass, &summary);
    add_apps(&pass->plan, &summary);
    add_errors(&pass->report, &summary.errors);
    return summary_to_line(&summary);
}
