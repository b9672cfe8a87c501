/* SPDX-License-Identifier: MIT */
/* A stream cut into lines of bounded length. Whatever is longer is skipped to its end, and counted. */
#pragma once

#include <rgc/buffer.h>
#include <rgc/memory.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Lines {
    size_t limit; /* bytes of a line, without its '\n' */
    Buffer text;
    bool is_skipping;
    size_t skipped; /* lines that were too long */
} Lines;

/* Once for each whole line; NUL-terminated, and the callee may write to it. */
typedef void OnLine(char *line, size_t length, void *userdata);

void lines_feed(Lines *lines, const char *data, size_t size, OnLine *on_line, void *userdata);
/* Was there something after the last '\n'? */
bool lines_have_rest(const Lines *lines);
void lines_clear(Lines *lines);

/* The lines of a whole file, without empty ones. A power cut leaves NULs where bytes were to come: they end a line, and
 * hide none of those behind them. Returns how many lines were damaged that way. */
size_t lines_split(const char *text, size_t size, Strings *ret);
