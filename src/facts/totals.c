/* SPDX-License-Identifier: MIT */
/* Adds a pass to the totals. Triggers are words from outside, so only so many of them get a line of their own. */
#include <rgc/saturate.h>
#include <rgc/totals.h>

#include <rgc/removed_images.h>

#include <string.h>

#define TRIGGERS_MAX 32
#define OTHER_TRIGGER "other"

const char *pass_result_to_string(PassResult result)
{
    static const char *const names[RESULT_MAX_] = {
        [RESULT_DONE] = "done",
        [RESULT_FAILED] = "failed",
        [RESULT_INTERRUPTED] = "interrupted",
        [RESULT_SUSPENDED] = "held",
    };
    return names[result < RESULT_MAX_ ? result : RESULT_FAILED];
}

static int compare_triggers(const void *a, const void *b)
{
    return strcmp(((const TriggerTotal *)a)->trigger, ((const TriggerTotal *)b)->trigger);
}

static TriggerTotal *find_trigger(const Totals *totals, const char *trigger)
{
    for (size_t i = 0; i < totals->n_triggers; i++)
        if (strcmp(totals->triggers[i].trigger, trigger) == 0)
            return &totals->triggers[i];
    return NULL;
}

/* The last place is for "other", under which all further words count. */
static TriggerTotal *trigger_total(Totals *totals, const char *trigger)
{
    TriggerTotal *total = find_trigger(totals, trigger);
    if (!total && totals->n_triggers + 1 >= TRIGGERS_MAX) {
        trigger = OTHER_TRIGGER;
        total = find_trigger(totals, trigger);
    }
    if (total)
        return total;
    total = array_add(&totals->triggers, &totals->n_triggers);
    total->trigger = xstrdup(trigger);
    qsort(totals->triggers, totals->n_triggers, sizeof(*totals->triggers), compare_triggers);
    return find_trigger(totals, trigger);
}

static void add_images(Totals *totals, const Plan *plan, const Report *report)
{
    size_t count;
    const char **ids = removed_images(report, &count);
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *image = &plan->images[i];
        if (removed_images_have(ids, count, image->image->id))
            saturating_grow(&totals->removed_images[image->judgement.reason], 1);
    }
    free(ids);
}

void totals_add(Totals *totals, const Plan *plan, const Report *report, const char *trigger, PassResult result)
{
    saturating_grow(&trigger_total(totals, trigger)->passes[result], 1);
    add_images(totals, plan, report);
    for (size_t i = 0; i < report->n_entries; i++)
        if (report->entries[i].kind == TARGET_CONTAINER && report->entries[i].outcome == OUTCOME_REMOVED)
            saturating_grow(&totals->removed_containers, 1);
    if (report->freed.engine_bytes > 0)
        saturating_grow(&totals->freed_bytes, report->freed.engine_bytes);
    saturating_grow(&totals->failed_removals,
                    (int64_t)(report->counts[OUTCOME_FAILED] + report->counts[OUTCOME_UNKNOWN]));
    if (result == RESULT_DONE || result == RESULT_SUSPENDED)
        totals->succeeded = report->ended;
}

void totals_clear(Totals *totals)
{
    for (size_t i = 0; i < totals->n_triggers; i++)
        free(totals->triggers[i].trigger);
    free(totals->triggers);
    *totals = (Totals){0};
}
