/* SPDX-License-Identifier: MIT */
/* Past passes as a table, with a sentence below it for what fits no column. */
#include "show.h"
#include "texts.h"

#include <string.h>

char *suspension_text(const Summary *pass)
{
    size_t would_remove = (size_t)summary_sum(&pass->counts, "remove", NULL);
    if (!pass->suspension)
        return NULL;
    if (strcmp(pass->suspension, "trial") == 0)
        return xasprintf("on trial, it would have removed %zu image%s", would_remove, plural(would_remove));
    if (strcmp(pass->suspension, "clock") == 0)
        return xstrdup("held, as the clock had jumped and ages could not be trusted");
    return xasprintf("held, %s", pass->suspension);
}

static void add_result(Table *table, const Summary *pass)
{
    cleanup_with(free_charp) char *suspension = suspension_text(pass);
    if (pass->error)
        table_add(table, COLOR_REMOVE, "failed");
    else if (pass->interrupted)
        table_add(table, COLOR_WAIT, "interrupted");
    else if (summary_failures(pass) > 0)
        table_add(table, COLOR_REMOVE, "%lld failed", (long long)summary_failures(pass));
    else if (suspension)
        table_add(table, COLOR_WAIT, "%s", pass->suspension);
    else if (pass->passes > 1)
        table_add(table, COLOR_PLAIN, "%lld passes", (long long)pass->passes);
    else
        table_add(table, COLOR_PLAIN, "%s", "");
}

static void add_pass(Table *table, const Summary *pass, Time now)
{
    cleanup_with(free_charp) char *when = when_text(pass->ended ? pass->ended : pass->began, now);
    char bytes[TEXT_MAX];
    const SummaryDisk *disk = summary_fullest(pass);
    bool has_disk = disk && disk->before_percent > 0 && disk->after_percent > 0;
    if (pass->pass > 0)
        table_add(table, COLOR_PLAIN, "%lld", (long long)pass->pass);
    else
        table_add(table, COLOR_PLAIN, "-");
    table_add(table, COLOR_PLAIN, "%s", when);
    table_add(table, COLOR_PLAIN, "%s", pass->trigger ? pass->trigger : "");
    table_add(table, COLOR_PLAIN, "%lld", (long long)pass->removed_images);
    table_add(table, COLOR_PLAIN, "%lld", (long long)pass->removed_containers);
    table_add(table, COLOR_PLAIN, "%s", format_bytes(bytes, gained_bytes(pass->disk_bytes)));
    if (has_disk)
        table_add(table, COLOR_PLAIN, "%.1f%% -> %.1f%%", disk->before_percent, disk->after_percent);
    else
        table_add(table, COLOR_PLAIN, "%s", "");
    add_result(table, pass);
}

/* Prints why a pass failed or was suspended, as a sentence, for which no column has room. */
static void show_why(const Screen *screen, const Summary *pass, Time now)
{
    cleanup_with(free_charp) char *when = when_text(pass->ended ? pass->ended : pass->began, now);
    cleanup_with(free_charp) char *suspension = suspension_text(pass);
    if (pass->error)
        screen_say(screen, 0, COLOR_REMOVE, "%s: failed: %s", when, pass->error);
    else if (suspension)
        screen_say(screen, 0, COLOR_WAIT, "%s: %s", when, suspension);
}

void show_history(const Screen *screen, const Strings *lines, Time now)
{
    static const Column columns[] = {
        {"PASS", COLUMN_NUMBER},       {"ENDED", COLUMN_WORD},   {"TRIGGER", COLUMN_NAME}, {"IMAGES", COLUMN_NUMBER},
        {"CONTAINERS", COLUMN_NUMBER}, {"FREED", COLUMN_NUMBER}, {"DISK", COLUMN_WORD},    {"RESULT", COLUMN_TEXT},
    };
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 8);
    Summary *passes = xcalloc(lines->count + 1, sizeof(*passes));
    for (size_t i = 0; i < lines->count; i++)
        if (summary_from_line(lines->items[i], &passes[i]))
            add_pass(&table, &passes[i], now);
    if (table.n_cells == 0)
        screen_say(screen, 0, COLOR_PLAIN, "No pass has run here yet.");
    table_print(&table, 0);
    for (size_t i = 0; i < lines->count; i++) {
        show_why(screen, &passes[i], now);
        summary_clear(&passes[i]);
    }
    free(passes);
}
