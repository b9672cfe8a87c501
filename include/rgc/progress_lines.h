/* SPDX-License-Identifier: MIT */
/*
 * What a child tells the agent while it works: one JSON object a line, on the descriptor that the agent has handed over
 * in RGC_PROGRESS_FD. A reader that has stopped reading never holds it up for long, and never ends it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

typedef struct ProgressLines {
    int fd; /* -1: no agent has started this process */
} ProgressLines;

/* Takes the variable out of the environment. What it names is closed on exec. The agent's child gets this name (at most
 * 15 bytes), as the kernel otherwise calls it "exe". */
void progress_lines_open(ProgressLines *ret, const char *name);
/* Left out if the agent does not keep up. Steals `line`. */
void progress_lines_tell(const ProgressLines *lines, json_t *line);
/* Waits for the agent, but not for ever. Steals `line`. False: it was not taken. */
bool progress_lines_tell_surely(const ProgressLines *lines, json_t *line);
