/* SPDX-License-Identifier: MIT */
/*
 * Text cut into lines: a stream whose pieces may end anywhere, or a whole file. The agent reads its children this way,
 * and state files with one document a line are read this way. A line from outside may have any length; one that is
 * longer than `limit` is skipped to its end and counted, and the following lines are read as usual.
 *
 *     Lines lines = {.limit = 4096};
 *
 *     while ((size = read(fd, data, sizeof(data))) > 0)
 *         lines_feed(&lines, data, (size_t)size, on_line, userdata);
 *     if (lines_have_rest(&lines))
 *         … the last line was cut off …
 *     lines_clear(&lines);
 */
#pragma once

#include <rgc/buffer.h>
#include <rgc/memory.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Lines {
    size_t limit; /* bytes of a line, its '\n' not counted */
    Buffer text;
    bool is_skipping; /* the line that is arriving is too long */
    size_t skipped;   /* how many lines were too long */
} Lines;

/* Called once for each whole line. The line is NUL-terminated and borrowed, and the callee may write to it. */
typedef void OnLine(char *line, size_t length, void *userdata);

void lines_feed(Lines *lines, const char *data, size_t size, OnLine *on_line, void *userdata);
/* Whether something came after the last '\n'. */
bool lines_have_rest(const Lines *lines);
void lines_clear(Lines *lines); /* keeps `limit` */

/* Adds the lines of a whole file to `ret`, without empty ones. After a power failure a file may have NULs in place of
 * its last bytes. They end a line as '\n' does, so the lines after them are not lost. Returns how many lines had NULs
 * (tests/unit/state/torn_files.c). */
size_t lines_split(const char *text, size_t size, Strings *ret);
