/* SPDX-License-Identifier: MIT */
/* What somebody should look at, the most urgent first: `rgc status` prints as much of it as fits its screen. */
#include "status_parts.h"
#include "texts.h"

#include <rgc/saturate.h>

static void add(Strings *list, char *sentence)
{
    *array_add(&list->items, &list->count) = sentence;
}

static void add_last_pass(const Strings *history, Strings *ret)
{
    cleanup_with(summary_clear) Summary last = {0};

    if (history->count == 0 || !summary_from_line(history->items[0], &last))
        return;
    if (last.error)
        add(ret, xasprintf("The last pass failed: %s", last.error));
    cleanup_with(free_charp) char *suspension = suspension_text(&last);
    if (suspension && !last.error)
        add(ret, xasprintf("The last pass removed nothing: %s", suspension));
    size_t failed = (size_t)summary_failures(&last);
    if (failed > 0)
        add(ret, xasprintf("%zu removal%s failed in the last pass: rgc history", failed, plural(failed)));
}

/* Only a disk about which the notes say nothing: they tell when a pass removes more, and when that does not help. */
static void add_pressure(const Pressure *pressure, Strings *ret)
{
    if (pressure->is_high && !pressure->explanation)
        add(ret, xasprintf("%s is %.1f%% full, which is above [disk] high; after 5 minutes above it, a pass removes "
                           "more than usual.",
                           pressure->path, pressure->used_percent));
}

static void add_builders(const Plan *plan, Strings *ret)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        const Builder *builder = plan->builders[i].builder;
        if (builder->error)
            add(ret, xasprintf("The cache of builder %s cannot be read: %s", builder->name, builder->error));
    }
}

static void add_not_ready(const Plan *plan, Strings *ret)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        cleanup_with(free_charp) char *label = app_label(plan, i);
        for (size_t j = 0; j < plan->apps[i].n_not_ready; j++)
            add(ret, xasprintf("%s cannot be rolled back to %s: %s", label,
                               plan->apps[i].not_ready[j].version ? plan->apps[i].not_ready[j].version : "one release",
                               plan->apps[i].not_ready[j].why));
    }
}

/* With cron and without the agent, rgc does not notice when a container ends. */
static void add_unseen_ends(const Plan *plan, bool has_agent, Strings *ret)
{
    size_t count = 0;
    int64_t bytes = 0;
    const char *name = NULL;
    char text[TEXT_MAX];

    for (size_t i = 0; i < plan->n_apps; i++)
        if (plan->apps[i].ended_unseen) {
            name = plan->apps[i].name;
            saturating_grow(&bytes, plan->apps[i].size_bytes);
            count++;
        }
    if (count > 0)
        add(ret,
            xasprintf(
                "%s%s (up to %s): kept as %s own, because rgc did not see when the containers ended.%s docker image "
                "rm removes the images",
                name, count > 1 ? " and others" : "", format_bytes(text, bytes),
                count > 1 ? "apps of their" : "an app of its", has_agent ? "" : " A running agent would see it;"));
}

void list_attention(const Pass *pass, const Strings *history, const AgentLines *agent, Strings *ret)
{
    list_notes(pass, ret);
    add_last_pass(history, ret);
    for (size_t i = 0; i < agent->troubles.count; i++)
        strings_add(ret, agent->troubles.items[i]);
    add_pressure(&pass->plan.pressure, ret);
    add_not_ready(&pass->plan, ret);
    add_builders(&pass->plan, ret);
    add_unseen_ends(&pass->plan, agent->is_there, ret);
    list_audit_hints(pass, ret);
}
