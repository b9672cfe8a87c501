/* SPDX-License-Identifier: MIT */
/* The parts of `rgc status`. Each is written into memory first, so that they can share a screen. */
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

/* What holds the disk: at most `rows` lines of it beside title and total, the smaller ones as one. `is_all`: all of
 * them, with notes. */
void show_holders(const Screen *screen, const Holders *holders, const Pass *pass, size_t rows, bool is_all);
/* What could be removed, now, later, and by which setting. `is_all`: also what nothing but docker removes. */
void show_removable(const Screen *screen, const Pass *pass, bool has_agent, bool is_all);
/* Every app with what it can be rolled back to. */
void show_apps(const Screen *screen, const Plan *plan);
/* A sentence each for what somebody should look at. */
void list_attention(const Pass *pass, const Strings *history, const AgentLines *agent, Strings *ret);
