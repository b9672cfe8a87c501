/* SPDX-License-Identifier: MIT */
/*
 * Text for people: a screen with a width, colours that never stand alone, tables that fit.
 * Whatever comes from the engine goes through here, so that no name can steer a terminal.
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
    size_t width;  /* columns */
    size_t height; /* lines; 0 = not known */
    bool has_color;
    bool has_utf8;
} Screen;

/* Asks terminal, environment and locale. */
void screen_init(Screen *ret, FILE *out, ColorMode mode);

/* Safe to print on this screen: no control characters, ASCII only where the locale has no UTF-8. Caller frees. */
char *screen_text(const Screen *screen, const char *s);

typedef enum Cut { CUT_MIDDLE, CUT_END } Cut;
/* Columns that `s` takes. */
size_t text_width(const char *s);
/* `s` in at most `width` columns, with "…" ("~" in ASCII) where something was left out. Caller frees. */
char *text_cut(const Screen *screen, const char *s, size_t width, Cut where);

/* A paragraph, broken between words; every line begins with `indent` spaces, those after the first with 2 more. */
void screen_say(const Screen *screen, size_t indent, Color color, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
/* The same, where the lines after the first begin with `later` spaces. */
void screen_hang(const Screen *screen, size_t indent, size_t later, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
/* `text` as it is, in colour. */
void screen_color(const Screen *screen, Color color, const char *text);
void screen_title(const Screen *screen, const char *title); /* an empty line before it */
/* "[#####-----]" of `width` columns. Caller frees. */
char *screen_bar(const Screen *screen, double percent, size_t width);

typedef enum ColumnKind {
    COLUMN_WORD,   /* short: cut only when nothing else can give */
    COLUMN_NUMBER, /* right-aligned, else as a word */
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

/* Columns in which no row has anything are left out. */
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
/* A row of its own, two columns further left: what the rows below it belong to. */
void table_heading(Table *table, const char *text);
void table_print(const Table *table, size_t indent);
void table_clear(Table *table);
