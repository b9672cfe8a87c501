/* SPDX-License-Identifier: MIT */
/*
 * What holds the disk, as lines that add up to its used space. If not all fit, the smallest ones share a line, so that
 * the sum is right on any screen.
 */
#include "status_parts.h"
#include "texts.h"

#include <rgc/saturate.h>

#include <string.h>

#define BAR_WIDTH 10
/* On a narrower screen the bar is left out, because the command that removes something is worth more. */
#define WIDTH_WITH_BAR 76

/* Returns the name of a line, with the number of things for kinds of which a size alone says little. Caller frees. */
static char *name_of(const Holder *holder)
{
    switch (holder->kind) {
    case HOLDER_VOLUMES:
    case HOLDER_ANONYMOUS:
    case HOLDER_LOGS:
    case HOLDER_WRITABLE:
    case HOLDER_HIDDEN:
    case HOLDER_LEFTOVERS:
        return holder->count > 0 ? xasprintf("%s (%zu)", holder->name, holder->count) : xstrdup(holder->name);
    default:
        return xstrdup(holder->name);
    }
}

static char *bar_of(const Screen *screen, int64_t bytes, int64_t largest)
{
    size_t full = largest > 0 && bytes > 0 ? (size_t)((double)bytes / (double)largest * BAR_WIDTH + 0.5) : 0;
    const char *on = screen->has_utf8 ? "█" : "#";
    char *bar = xcalloc(BAR_WIDTH + 1, 4), *end = bar;

    for (size_t i = 0; i < full && i < BAR_WIDTH; i++)
        end = stpcpy(end, on);
    return bar;
}

typedef struct Rows {
    Table table;
    const Holders *holders;
    int64_t largest;
    bool has_bar;
} Rows;

static void add_row(Rows *rows, const char *name, int64_t bytes, const char *command)
{
    const Screen *screen = rows->table.screen;
    const Holder same = {.bytes = bytes};
    double percent = holder_percent(rows->holders, &same);
    cleanup_with(free_charp) char *bar = bar_of(screen, bytes, rows->largest);
    char text[TEXT_MAX];

    table_add(&rows->table, COLOR_PLAIN, "%s", name);
    table_add(&rows->table, COLOR_PLAIN, "%s", bytes < 0 ? "?" : format_bytes(text, bytes));
    if (bytes < 0 || rows->holders->total_bytes <= 0)
        table_add(&rows->table, COLOR_PLAIN, "%s", "");
    else
        table_add(&rows->table, COLOR_PLAIN, bytes > 0 && percent < 1 ? "<1%%" : "%.0f%%", percent);
    table_add(&rows->table, COLOR_PLAIN, "%s", rows->has_bar && command ? bar : "");
    table_add(&rows->table, COLOR_PLAIN, "%s", command ? command : "");
}

/* If the size is unknown, the command is the one that measures it, not the one that removes. */
static void add_holder(Rows *rows, const Holder *holder)
{
    cleanup_with(free_charp) char *name = name_of(holder);
    const char *command = holder->command;

    if (holder->bytes < 0 && holder->note && strstr(holder->note, "--deep"))
        command = "sudo rgc status --deep";
    else if (holder->bytes < 0 && holder->note && strstr(holder->note, "sudo rgc status"))
        command = "sudo rgc status";
    add_row(rows, name, holder->bytes, command ? command : "");
}

/* Adds one line for the holders that have none of their own. */
static void add_smaller(Rows *rows, const Holder *items, size_t count)
{
    int64_t bytes = 0;
    size_t n_unknown = 0;

    for (size_t i = 0; i < count; i++) {
        saturating_grow(&bytes, items[i].bytes > 0 ? items[i].bytes : 0);
        n_unknown += items[i].bytes < 0;
    }
    if (count == 0)
        return;
    cleanup_with(free_charp) char *name = n_unknown == count ? xasprintf("%zu not measured", count)
                                          : n_unknown > 0
                                              ? xasprintf("%zu more, %zu not measured", count - n_unknown, n_unknown)
                                              : xasprintf("%zu more", count);
    add_row(rows, name, n_unknown == count ? -1 : bytes, "rgc status --all");
}

/* Adds the largest holders, then one line for the smaller ones, and last the rest: what rgc cannot explain, which has a
 * line of its own on any screen, because without it the lines would not add up to the total. */
static void add_rows(Rows *rows, size_t most)
{
    const Holders *holders = rows->holders;
    bool has_rest = holders->count > 0 && holders->items[holders->count - 1].kind == HOLDER_REST;
    size_t named = holders->count - has_rest, room = most > has_rest ? most - has_rest : 1;

    if (named > room) /* one of the lines is for the other holders */
        named = room > 1 ? room - 1 : 0;
    for (size_t i = 0; i < named; i++)
        add_holder(rows, &holders->items[i]);
    add_smaller(rows, &holders->items[named], holders->count - has_rest - named);
    if (has_rest)
        add_holder(rows, &holders->items[holders->count - 1]);
    if (holders->total_bytes >= 0)
        add_row(rows, "total used", holders->total_bytes, NULL);
}

/* Says how old the sizes are that only a walk can measure. */
static void show_age(const Screen *screen, const Holders *holders, Time now)
{
    Time oldest = 0;

    for (size_t i = 0; i < holders->count; i++)
        if (holders->items[i].measured_at > 0 && (oldest == 0 || holders->items[i].measured_at < oldest))
            oldest = holders->items[i].measured_at;
    if (oldest == 0 || oldest >= now)
        return;
    cleanup_with(free_charp) char *when = when_text(oldest, now);
    screen_say(screen, 2, COLOR_PLAIN, "volumes and written layers: as of %s (sudo rgc status --deep)", when);
}

static void show_notes_of(const Screen *screen, const Holders *holders, const Pass *pass)
{
    for (size_t i = 0; i < holders->count; i++)
        if (holders->items[i].note)
            screen_say(screen, 2, COLOR_PLAIN, "%s: %s", holders->items[i].name, holders->items[i].note);
    if (holders->note)
        screen_say(screen, 2, COLOR_PLAIN, "%s", holders->note);
    for (size_t i = 0; i < pass->survey.gaps.count; i++)
        screen_say(screen, 2, COLOR_WAIT, "Not measured: %s", pass->survey.gaps.items[i]);
}

void show_holders(const Screen *screen, const Holders *holders, const Pass *pass, size_t rows, bool is_all)
{
    static const Column columns[] = {
        {"", COLUMN_NAME}, {"", COLUMN_NUMBER}, {"", COLUMN_NUMBER}, {"", COLUMN_WORD}, {"", COLUMN_TEXT}};
    Rows all = {.holders = holders, .has_bar = screen->width >= WIDTH_WITH_BAR};

    if (holders->count == 0)
        return;
    for (size_t i = 0; i < holders->count; i++)
        if (holders->items[i].bytes > all.largest)
            all.largest = holders->items[i].bytes;
    table_init(&all.table, screen, columns, 5);
    all.table.has_no_titles = true;
    add_rows(&all, is_all ? holders->count : rows);
    screen_title(screen, "What holds the disk");
    table_print(&all.table, 2);
    table_clear(&all.table);
    show_age(screen, holders, pass->plan.now);
    if (is_all)
        show_notes_of(screen, holders, pass);
}
