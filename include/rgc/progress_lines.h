/* SPDX-License-Identifier: MIT */
/*
 * What a child tells the agent while it works: one JSON object for each line, with a "type", on the pipe whose
 * descriptor the agent has named in RGC_PROGRESS_FD. rgc/pass_lines.h has the lines of a pass; `rgc watch` tells
 * "connected", "gap" and "event".
 *
 * A child must do its work whatever becomes of the agent: one that has stopped reading delays a child for 10 s at most
 * each time, and one that is gone does not end it. Processes that no agent has started may call all of this; it does
 * nothing then.
 *
 *     progress_lines_open(&lines, "rgc-watch");
 *     progress_lines_tell(&lines, json_pack("{s:s}", "type", "gap"));
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

typedef struct ProgressLines {
    int fd; /* -1 = no agent has started this process */
} ProgressLines;

/* Takes the descriptor from the environment, and the variable out of it, so that no program that this process starts
 * writes there. If there is an agent, the process gets this name (at most 15 bytes), instead of "exe". */
void progress_lines_open(ProgressLines *ret, const char *name);
/* Sends a line without waiting: it is dropped if the agent does not keep up, or if it is longer than 4 KiB. Takes
 * ownership of `line`. */
void progress_lines_tell(const ProgressLines *lines, json_t *line);
/* Sends a line that must not be lost, such as the summary, and waits for the agent up to 10 s at a time. False if the
 * agent did not take all of it. Takes ownership of `line`. */
bool progress_lines_tell_surely(const ProgressLines *lines, json_t *line);
