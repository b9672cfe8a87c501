/* SPDX-License-Identifier: MIT */
/*
 * Tables that fit a screen: columns in which no row has anything are left out, and the widest names are cut before
 * anything else is.
 */
#include "render.h"

#include <string.h>

#define GAP 2
/* A shorter name can no longer be told from its neighbours, so from here on the other columns are cut too. */
#define NAME_MIN 10

void table_init(Table *ret, const Screen *screen, const Column *columns, size_t n_columns)
{
    *ret = (Table){.screen = screen, .columns = columns, .n_columns = n_columns};
}

void table_add(Table *table, Color color, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *raw = xvasprintf(format, args);
    va_end(args);
    Cell *cell = array_add(&table->cells, &table->n_cells);
    *cell = (Cell){.text = screen_text(table->screen, raw), .color = color};
}

void table_heading(Table *table, const char *text)
{
    Cell *cell = array_add(&table->cells, &table->n_cells);
    *cell = (Cell){.text = screen_text(table->screen, text), .is_heading = true};
    for (size_t i = 1; i < table->n_columns; i++)
        table_add(table, COLOR_PLAIN, "%s", "");
}

void table_clear(Table *table)
{
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i].text);
    free(table->cells);
    table->cells = NULL;
    table->n_cells = 0;
}

/* Finds the widest entry of each column; 0 for a column that is empty in every row. */
static void measure(const Table *table, size_t *widths)
{
    for (size_t i = 0; i < table->n_cells; i++) {
        if (table->cells[i].is_heading)
            continue;
        size_t width = text_width(table->cells[i].text), *widest = &widths[i % table->n_columns];
        if (width > *widest)
            *widest = width;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        size_t title = table->has_no_titles ? 0 : strlen(table->columns[i].title);
        if (widths[i] > 0 && widths[i] < title)
            widths[i] = title;
    }
}

static size_t total(const Table *table, const size_t *widths)
{
    size_t sum = 0;
    for (size_t i = 0; i < table->n_columns; i++)
        sum += widths[i] ? widths[i] + (sum ? GAP : 0) : 0;
    return sum;
}

/* Returns the widest column that may still be narrowed, or NULL; `any_kind` allows words and numbers too. */
static size_t *widest(const Table *table, size_t *widths, bool any_kind)
{
    size_t *found = NULL;
    for (size_t i = 0; i < table->n_columns; i++) {
        bool is_flexible = table->columns[i].kind == COLUMN_NAME || table->columns[i].kind == COLUMN_TEXT;
        if (widths[i] <= (any_kind ? 1 : NAME_MIN) || !(is_flexible || any_kind))
            continue;
        if (!found || widths[i] > *found)
            found = &widths[i];
    }
    return found;
}

/* Narrows the widest column by one, again and again, so that columns end up about equally cut. Names and texts give
 * first; when all of them are at NAME_MIN, words and numbers give too, since a table must never be wider than its
 * screen. */
static void shrink(const Table *table, size_t *widths, size_t available)
{
    while (total(table, widths) > available) {
        size_t *width = widest(table, widths, false);
        if (!width)
            width = widest(table, widths, true);
        if (!width)
            return;
        --*width;
    }
}

static void spaces(const Table *table, size_t count)
{
    fprintf(table->screen->out, "%*s", (int)count, "");
}

static void print_cell(const Table *table, size_t column, size_t width, const char *text, Color color, bool is_last)
{
    bool is_text = table->columns[column].kind == COLUMN_TEXT;
    cleanup_with(free_charp) char *cut = text_cut(table->screen, text, width, is_text ? CUT_END : CUT_MIDDLE);
    size_t padding = width - text_width(cut);
    bool is_right = table->columns[column].kind == COLUMN_NUMBER;
    if (is_right)
        spaces(table, padding);
    screen_color(table->screen, color, cut);
    if (!is_right && !is_last)
        spaces(table, padding);
}

/* Returns the text of a cell, or the title of the column if `cells` is NULL. */
static const char *text_at(const Table *table, const Cell *cells, size_t column)
{
    return cells ? cells[column].text : table->columns[column].title;
}

static void print_row(const Table *table, const size_t *widths, const Cell *cells, size_t indent)
{
    size_t last = table->n_columns - 1;
    while (last > 0 && (widths[last] == 0 || text_at(table, cells, last)[0] == '\0'))
        last--;
    for (size_t i = 0, margin = indent; i <= last; i++) {
        if (widths[i] == 0)
            continue;
        spaces(table, margin);
        margin = GAP;
        print_cell(table, i, widths[i], text_at(table, cells, i), cells ? cells[i].color : COLOR_TITLE, i == last);
    }
    fputc('\n', table->screen->out);
}

static void print_heading(const Table *table, const char *text, size_t indent)
{
    size_t margin = indent < GAP ? 0 : indent - GAP;
    cleanup_with(free_charp) char *cut = text_cut(table->screen, text, table->screen->width - margin, CUT_MIDDLE);
    spaces(table, margin);
    fprintf(table->screen->out, "%s\n", cut);
}

void table_print(const Table *table, size_t indent)
{
    if (table->n_cells == 0)
        return;
    size_t *widths = xcalloc(table->n_columns, sizeof(*widths));
    measure(table, widths);
    shrink(table, widths, table->screen->width - indent);
    if (!table->has_no_titles)
        print_row(table, widths, NULL, indent);
    for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns) {
        if (table->cells[i].is_heading)
            print_heading(table, table->cells[i].text, indent);
        else
            print_row(table, widths, &table->cells[i], indent);
    }
    free(widths);
}
