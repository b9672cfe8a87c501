/* SPDX-License-Identifier: MIT */
/* The apps of a host with the releases that each can be rolled back to. */
#include "status_parts.h"
#include "texts.h"

static void add_bytes(Table *table, int64_t bytes)
{
    char text[TEXT_MAX];

    table_add(table, COLOR_PLAIN, "%s", bytes > 0 ? format_bytes(text, bytes) : "");
}

static void add_app(Table *table, const Plan *plan, size_t index)
{
    const PlannedApp *app = &plan->apps[index];
    bool is_ready = app->rollback_ready >= app->rollback_wanted;
    cleanup_with(free_charp) char *label = app_label(plan, index);
    cleanup_with(free_charp) char *id = app->current.count > 0 ? short_id(app->current.items[0]) : xstrdup("");
    cleanup_with(free_charp) char *when = when_text(app->last_run, plan->now);

    table_add(table, COLOR_PLAIN, "%s", label);
    table_add(table, COLOR_KEEP, "%s", app->current_version ? app->current_version : id);
    table_add(table, is_ready ? COLOR_KEEP : COLOR_WAIT, "%d/%d", app->rollback_ready, app->rollback_wanted);
    add_bytes(table, app->size_bytes);
    add_bytes(table, app->remove_bytes);
    table_add(table, app->is_idle ? COLOR_WAIT : COLOR_PLAIN, "%s%s", app->is_running ? "running" : when,
              app->is_idle ? ", idle" : "");
}

/* Prints "v7, v6, v5", the releases to which a rollback is possible. */
static void show_releases(const Screen *screen, const Plan *plan, size_t index)
{
    const PlannedApp *app = &plan->apps[index];
    cleanup_with(free_charp) char *label = app_label(plan, index);
    cleanup_with(free_charp) char *versions = strings_join(&app->rollback_versions, ", ");

    if (versions[0])
        screen_say(screen, 2, COLOR_PLAIN, "%s can be rolled back to %s", label, versions);
}

void show_apps(const Screen *screen, const Plan *plan)
{
    static const Column columns[] = {
        {"APP", COLUMN_NAME},    {"CURRENT", COLUMN_NAME}, {"ROLLBACK", COLUMN_WORD},
        {"SIZE", COLUMN_NUMBER}, {"FREES", COLUMN_NUMBER}, {"LAST RUN", COLUMN_WORD},
    };
    cleanup_with(table_clear) Table table;
    size_t count = 0;

    table_init(&table, screen, columns, 6);
    screen_title(screen, "Apps");
    for (size_t i = 0; i < plan->n_apps; i++) {
        if (plan->apps[i].is_gone)
            continue;
        add_app(&table, plan, i);
        count++;
    }
    if (count == 0)
        screen_say(screen, 2, COLOR_PLAIN, "rgc knows of no app that has run here.");
    table_print(&table, 2);
    for (size_t i = 0; i < plan->n_apps; i++)
        if (!plan->apps[i].is_gone)
            show_releases(screen, plan, i);
}
