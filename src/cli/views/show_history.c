/* SPDX-License-Identifier: MIT */
#include "labels.h"
#include "show.h"

#include <string.h>

char *hold_text(const SummaryView *pass)
{
    if (!pass->hold)
        return NULL;
    if (strcmp(pass->hold, "trial") == 0)
        return xasprintf("trial: %zu image%s would go", pass->would_go, plural(pass->would_go));
    if (strcmp(pass->hold, "clock") == 0)
        return xstrdup("held: the clock had jumped, so no age could be trusted");
    return xasprintf("held: %s", pass->hold);
}

static void add_result(Table *table, const SummaryView *pass)
{
    cleanup_with(free_charp) char *hold = hold_text(pass);
    if (pass->error)
        table_add(table, COLOR_REMOVE, "failed");
    else if (pass->interrupted)
        table_add(table, COLOR_WAIT, "interrupted");
    else if (pass->failed > 0)
        table_add(table, COLOR_REMOVE, "%zu failed", pass->failed);
    else if (hold)
        table_add(table, COLOR_WAIT, "%s", pass->hold);
    else if (pass->passes > 1)
        table_add(table, COLOR_PLAIN, "%d passes", pass->passes);
    else
        table_add(table, COLOR_PLAIN, "%s", "");
}

static void add_pass(Table *table, const SummaryView *pass, Time now)
{
    cleanup_with(free_charp) char *when = when_text(pass->ended ? pass->ended : pass->began, now);
    char bytes[TEXT_MAX];
    bool has_disk = pass->disk_before_percent > 0 && pass->disk_after_percent > 0;
    if (pass->number > 0)
        table_add(table, COLOR_PLAIN, "%d", pass->number);
    else
        table_add(table, COLOR_PLAIN, "-");
    table_add(table, COLOR_PLAIN, "%s", when);
    table_add(table, COLOR_PLAIN, "%s", pass->trigger ? pass->trigger : "");
    table_add(table, COLOR_PLAIN, "%zu", pass->removed_images);
    table_add(table, COLOR_PLAIN, "%zu", pass->removed_containers);
    table_add(table, COLOR_PLAIN, "%s", format_bytes(bytes, gained_bytes(&pass->freed)));
    if (has_disk)
        table_add(table, COLOR_PLAIN, "%.1f%% -> %.1f%%", pass->disk_before_percent, pass->disk_after_percent);
    else
        table_add(table, COLOR_PLAIN, "%s", "");
    add_result(table, pass);
}

/* In full, which no column has room for. */
static void show_why(const Screen *screen, const SummaryView *pass, Time now)
{
    cleanup_with(free_charp) char *when = when_text(pass->ended ? pass->ended : pass->began, now);
    cleanup_with(free_charp) char *hold = hold_text(pass);
    if (pass->error)
        screen_say(screen, 0, COLOR_REMOVE, "%s: failed: %s", when, pass->error);
    else if (hold)
        screen_say(screen, 0, COLOR_WAIT, "%s: %s", when, hold);
}

void show_history(const Screen *screen, const Strings *lines, Time now)
{
    static const Column columns[] = {
        {"PASS", COLUMN_NUMBER},  {"ENDED", COLUMN_WORD},   {"TRIGGER", COLUMN_NAME}, {"IMAGES", COLUMN_NUMBER},
        {"CONT.", COLUMN_NUMBER}, {"FREED", COLUMN_NUMBER}, {"DISK", COLUMN_WORD},    {"RESULT", COLUMN_TEXT},
    };
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 8);
    SummaryView *passes = xcalloc(lines->count + 1, sizeof(*passes));
    for (size_t i = 0; i < lines->count; i++)
        if (summary_parse(lines->items[i], &passes[i]))
            add_pass(&table, &passes[i], now);
    if (table.n_cells == 0)
        screen_say(screen, 0, COLOR_PLAIN, "no pass has run here yet");
    table_print(&table, 0);
    for (size_t i = 0; i < lines->count; i++) {
        show_why(screen, &passes[i], now);
        summary_view_clear(&passes[i]);
    }
    free(passes);
}
