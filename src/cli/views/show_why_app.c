/* SPDX-License-Identifier: MIT */
/* What `rgc why` says about an app: its images and containers, each with its verdict. */
#include "show.h"
#include "texts.h"

static const Color verdict_colors[VERDICT_MAX_] = {
    [VERDICT_KEEP] = COLOR_KEEP,
    [VERDICT_WAIT] = COLOR_WAIT,
    [VERDICT_REMOVE] = COLOR_REMOVE,
};

static void add_judgement(Table *table, const Judgement *judgement, Time now)
{
    cleanup_with(free_charp) char *why = judgement_text(judgement, now);
    table_add(table, verdict_colors[judgement->verdict], "%s", verdict_to_string(judgement->verdict));
    table_add(table, COLOR_PLAIN, "%s", reason_to_string(judgement->reason));
    table_add(table, COLOR_PLAIN, "%s", why);
}

static void show_images(const Screen *screen, const Plan *plan, size_t app)
{
    static const Column columns[] = {{"IMAGE", COLUMN_NAME},
                                     {"SIZE", COLUMN_NUMBER},
                                     {"VERDICT", COLUMN_WORD},
                                     {"REASON", COLUMN_WORD},
                                     {"", COLUMN_TEXT}};
    cleanup_with(table_clear) Table table;

    table_init(&table, screen, columns, 5);
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *image = &plan->images[i];
        const Membership *membership = planned_membership(image, app);
        char bytes[TEXT_MAX];
        if (!membership)
            continue;
        cleanup_with(free_charp) char *label = image_label(image->image);
        table_add(&table, COLOR_PLAIN, "%s", label);
        table_add(&table, COLOR_PLAIN, "%s", format_bytes(bytes, image->image->size_bytes));
        /* The verdict on the image, not that of this app alone: another app may keep it. */
        add_judgement(&table, &image->judgement, plan->now);
    }
    if (table.n_cells > 0)
        screen_title(screen, "Its images");
    table_print(&table, 2);
}

static void show_containers(const Screen *screen, const Plan *plan, size_t app)
{
    static const Column columns[] = {{"CONTAINER", COLUMN_NAME},
                                     {"STATE", COLUMN_WORD},
                                     {"VERDICT", COLUMN_WORD},
                                     {"REASON", COLUMN_WORD},
                                     {"", COLUMN_TEXT}};
    cleanup_with(table_clear) Table table;

    table_init(&table, screen, columns, 5);
    for (size_t i = 0; i < plan->n_containers; i++) {
        const PlannedContainer *planned = &plan->containers[i];
        if (planned->app != app)
            continue;
        table_add(&table, COLOR_PLAIN, "%s", planned->container->name);
        table_add(&table, COLOR_PLAIN, "%s", container_state_to_string(planned->container->state));
        add_judgement(&table, &planned->judgement, plan->now);
    }
    if (table.n_cells > 0)
        screen_title(screen, "Its containers");
    table_print(&table, 2);
}

static void show_rollback(const Screen *screen, const PlannedApp *app)
{
    cleanup_with(free_charp) char *versions = strings_join(&app->rollback_versions, ", ");
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%d of %d kept releases%s%s", "rollback", app->rollback_ready,
               app->rollback_wanted, versions[0] ? ": " : "", versions);
    for (size_t i = 0; i < app->n_not_ready; i++)
        screen_say(screen, 2, COLOR_WAIT, "%-11snot to %s: %s", "",
                   app->not_ready[i].version ? app->not_ready[i].version : "one release", app->not_ready[i].why);
}

static void show_app(const Screen *screen, const Plan *plan, size_t index)
{
    const PlannedApp *app = &plan->apps[index];
    cleanup_with(free_charp) char *label = app_label(plan, index);
    cleanup_with(free_charp) char *when = when_text(app->last_run, plan->now);
    char bytes[TEXT_MAX];

    screen_say(screen, 0, COLOR_TITLE, "App %s", label);
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "kind", app_kind_to_string(app->kind));
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s%s%s", "current", app->current_version ? app->current_version : "none",
               app->is_running ? ", running" : ", last run ", app->is_running ? "" : when);
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%d previous release%s", "keeps", app->keep_previous,
               plural((size_t)app->keep_previous));
    show_rollback(screen, app);
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "size", format_bytes(bytes, app->size_bytes));
    show_images(screen, plan, index);
    show_containers(screen, plan, index);
}

void show_why_apps(const Screen *screen, const Pass *pass, const size_t *apps, size_t count)
{
    show_notes(screen, pass);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc('\n', screen->out);
        show_app(screen, &pass->plan, apps[i]);
    }
    fputc('\n', screen->out);
    screen_say(screen, 0, COLOR_PLAIN, "rgc why NAME says more about one image or container.");
}
