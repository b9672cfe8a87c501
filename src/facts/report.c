/* SPDX-License-Identifier: MIT */
/* Adds outcomes to a report, counts them, and gives their words. */
#include <rgc/report.h>

static const char *const outcomes[OUTCOME_MAX_] = {
    [OUTCOME_REMOVED] = "removed", [OUTCOME_IN_USE] = "in-use",   [OUTCOME_GONE] = "gone",
    [OUTCOME_FAILED] = "failed",   [OUTCOME_UNKNOWN] = "unknown", [OUTCOME_SKIPPED] = "skipped",
};

static const char *const target_kinds[TARGET_MAX_] = {
    [TARGET_CONTAINER] = "container", [TARGET_IMAGE] = "image",   [TARGET_BUILD_CACHE] = "build-cache",
    [TARGET_BUILDER] = "builder",     [TARGET_VOLUME] = "volume",
};

const char *outcome_to_string(Outcome outcome)
{
    return outcomes[outcome < OUTCOME_MAX_ ? outcome : OUTCOME_UNKNOWN];
}

const char *target_kind_to_string(TargetKind kind)
{
    return kind < TARGET_MAX_ ? target_kinds[kind] : "thing";
}

OutcomeEntry *report_add(Report *report, TargetKind kind, const char *id, const char *ref, Outcome outcome,
                         const char *error)
{
    OutcomeEntry *entry = array_add(&report->entries, &report->n_entries);

    *entry = (OutcomeEntry){
        .kind = kind, .id = xstrdup(id), .ref = xstrdup(ref), .outcome = outcome, .error = xstrdup(error)};
    report->counts[outcome]++;
    return entry;
}

bool report_has_failures(const Report *report)
{
    return report->error || report->counts[OUTCOME_FAILED] > 0 || report->counts[OUTCOME_UNKNOWN] > 0;
}

void report_clear(Report *report)
{
    for (size_t i = 0; i < report->n_entries; i++) {
        free(report->entries[i].id);
        free(report->entries[i].ref);
        free(report->entries[i].error);
    }
    for (size_t i = 0; i < report->n_disks_after; i++)
        free(report->disks_after[i].path);
    free(report->entries);
    free(report->disks_after);
    free(report->error);
    *report = (Report){0};
}
