/* SPDX-License-Identifier: MIT */
/*
 * Text for people: a screen with a width, paragraphs, colours that never carry a meaning alone, and tables that fit.
 * Whatever comes from the engine is printed through here, so that no name can steer a terminal. All sizes are columns,
 * in which an ideograph takes two and a combining character none.
 *
 *     static const Column columns[] = {{"IMAGE", COLUMN_NAME}, {"SIZE", COLUMN_NUMBER}};
 *     cleanup_with(table_clear) Table table;
 *     table_init(&table, screen, columns, 2);
 *     table_add(&table, COLOR_REMOVE, "%s", name);          row by row, one call for each cell
 *     table_add(&table, COLOR_PLAIN, "%s", size);
 *     table_print(&table, 2);
 */
#pragma once

#include <rgc/memory.h>
#include <stdio.h>

typedef enum ColorMode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorMode;

typedef enum Color {
    COLOR_PLAIN,
    COLOR_REMOVE, /* red */
    COLOR_KEEP,   /* green */
    COLOR_WAIT,   /* yellow */
    COLOR_TITLE,  /* bold */
    COLOR_MAX_,
} Color;

typedef struct Screen {
    FILE *out;
    size_t width;  /* in columns */
    size_t height; /* in lines; 0 = not known */
    bool has_color;
    bool has_utf8;
} Screen;

/* Asks the terminal, the environment (COLUMNS, NO_COLOR, TERM) and the locale. */
void screen_init(Screen *ret, FILE *out, ColorMode mode);

/* Returns the text in a form that is safe to print on this screen: without control characters, and only ASCII if the
 * locale has no UTF-8. Caller frees. */
char *screen_text(const Screen *screen, const char *s);

typedef enum Cut { CUT_MIDDLE, CUT_END } Cut;
/* Returns how many columns `s` takes. */
size_t text_width(const char *s);
/* Returns `s` in at most `width` columns, with "…" ("~" in ASCII) in place of what was left out. Caller frees. */
char *text_cut(const Screen *screen, const char *s, size_t width, Cut where);

/* Prints a paragraph, broken between words. The first line begins with `indent` spaces, all others with 2 more. */
void screen_say(const Screen *screen, size_t indent, Color color, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
/* Prints a paragraph whose lines after the first begin with `later` spaces. */
void screen_hang(const Screen *screen, size_t indent, size_t later, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
/* Prints `text` in colour and as it is: it must be safe already. */
void screen_color(const Screen *screen, Color color, const char *text);
/* Prints an empty line and a title. */
void screen_title(const Screen *screen, const char *title);
/* Returns "[#####-----]" of `width` columns. Caller frees. */
char *screen_bar(const Screen *screen, double percent, size_t width);

typedef enum ColumnKind {
    COLUMN_WORD,   /* short: cut only if cutting names and texts is not enough */
    COLUMN_NUMBER, /* right-aligned, and otherwise like a word */
    COLUMN_NAME,   /* cut in the middle */
    COLUMN_TEXT,   /* cut at the end */
} ColumnKind;

typedef struct Column {
    const char *title;
    ColumnKind kind;
} Column;

typedef struct Cell {
    char *text;
    Color color;
    bool is_heading; /* stands for its whole row */
} Cell;

/* A table is filled cell by cell and printed once. Columns in which no row has anything are left out. */
typedef struct Table {
    const Screen *screen;
    const Column *columns;
    size_t n_columns;
    Cell *cells; /* row by row */
    size_t n_cells;
    bool has_no_titles;
} Table;

void table_init(Table *ret, const Screen *screen, const Column *columns, size_t n_columns);
void table_add(Table *table, Color color, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
/* Adds a row that says what the rows below it belong to. It begins two columns further left. */
void table_heading(Table *table, const char *text);
void table_print(const Table *table, size_t indent);
void table_clear(Table *table);
