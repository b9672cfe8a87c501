/* SPDX-License-Identifier: MIT */
/*
 * What a pass that the agent has started tells the agent while it works: each step, each outcome, and at last its
 * summary, as lines of rgc/progress_lines.h. The agent passes them on to whoever follows the pass, and takes a pass
 * that says nothing for too long for one that hangs.
 *
 *     {"type":"step","text":"reading the list of images"}
 *     {"type":"outcome","kind":"image","id":"sha256:…","ref":"shop:v7","outcome":"removed","reason":"superseded",
 *      "error":null,"done":3,"total":9}
 *     {"type":"summary","schema":"rgc/summary/1",…,"exit":0}
 */
#pragma once

#include <rgc/pass.h>
#include <rgc/progress_lines.h>

/* Turns the calls of PassProgress into lines: pass `&lines.calls` as the progress of the pass. It borrows both. */
typedef struct PassLines {
    const ProgressLines *lines;
    const Pass *pass; /* its plan tells the reason of each outcome */
    PassProgress calls;
} PassLines;
/* One outcome as a line, also for the journal. The caller owns the new reference. */
json_t *pass_outcome_line(const Pass *pass, const OutcomeEntry *entry, size_t done, size_t total);
/* `ret` must not be moved afterwards. */
void pass_lines_init(PassLines *ret, const ProgressLines *lines, const Pass *pass);
/* Tells why the process ends before there is a pass, so that the agent can tell whoever asked for one. */
void pass_lines_fail(const ProgressLines *lines, const char *why);
/* Sends the last line: the summary of the pass, and the exit code with which the process is about to end. */
void pass_lines_end(const PassLines *lines, int exit_code);
