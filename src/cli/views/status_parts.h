/* SPDX-License-Identifier: MIT */
/*
 * The parts of `rgc status`. A part is written into memory first, so that show_status.c knows how many lines it takes
 * and can divide a screen among the parts:
 *
 *     part_begin(&part, screen);
 *     show_apps(&part.screen, plan);
 *     lines = part_end(&part);                    the text is in part.text
 *     part_clear(&part);
 */
#pragma once

#include "show.h"

#include <rgc/holders.h>

/* A part of the screen that is being written. */
typedef struct Part {
    Screen screen;
    char *text;
    size_t size;
} Part;

void part_begin(Part *part, const Screen *screen);
size_t part_end(Part *part); /* returns how many lines it has */
void part_clear(Part *part);

/* Prints what holds the disk, in at most `rows` lines beside title and total; the smaller holders share one. `is_all`
 * prints all of them, with notes. */
void show_holders(const Screen *screen, const Holders *holders, const Pass *pass, size_t rows, bool is_all);
/* Prints what could be removed now, what later, and what with another setting. `is_all` adds what only docker
 * removes. */
void show_removable(const Screen *screen, const Pass *pass, bool has_agent, bool is_all);
/* Prints every app with the releases that it can be rolled back to. */
void show_apps(const Screen *screen, const Plan *plan);
/* Lists a sentence for everything that somebody should look at, the most urgent first. */
void list_attention(const Pass *pass, const Strings *history, const AgentLines *agent, Strings *ret);
