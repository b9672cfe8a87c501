/* SPDX-License-Identifier: MIT */
/* Tells of what a pass cannot read or may not see. The pass continues without it, but somebody should know. */
#include "verb_check.h"

static void check_rows(const Snapshot *snapshot, Checks *ret)
{
    const UnreadableRow *hidden = snapshot_hidden_use(snapshot);

    for (size_t i = 0; i < snapshot->n_unreadable; i++) {
        const UnreadableRow *row = &snapshot->unreadable[i];
        bool keeps_all = hidden && row->kind == ROW_CONTAINER && !snapshot_container(snapshot, row->name);

        if (row->kind != ROW_EVENT)
            checks_add(ret, "rows", !keeps_all,
                       xasprintf("%s %.19s cannot be read (%s)%s", row_kind_to_string(row->kind),
                                 *row->name ? row->name : "without an ID", row->why,
                                 keeps_all                ? "; rgc does not know which image it uses, so no pass "
                                                            "removes images or containers"
                                 : row->kind == ROW_IMAGE ? "; it is kept"
                                                          : ""));
    }
}

static void check_builders(const Plan *plan, Checks *ret)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *planned = &plan->builders[i];
        const char *name = planned->builder->name, *error = planned->builder->error;

        if (error && planned->prune)
            checks_add(ret, "builder", true,
                       xasprintf("note: %s: rgc cannot read its cache; a pass prunes what has not been used for "
                                 "[build_cache] max_unused, but cannot know how much that is: %s",
                                 name, error));
        else if (error)
            checks_add(ret, "builder", true,
                       xasprintf("note: %s: rgc cannot read its cache, so no pass prunes it: %s", name, error));
    }
}

void check_gaps(const Pass *pass, Checks *ret)
{
    check_rows(&pass->snapshot, ret);
    for (size_t i = 0; i < pass->snapshot.unavailable.count; i++)
        checks_add(ret, "engine", true, xasprintf("not available: %s", pass->snapshot.unavailable.items[i]));
    check_builders(&pass->plan, ret);
}
