/* SPDX-License-Identifier: MIT */
/* What a pass that the agent has started tells it. */
#pragma once

#include <rgc/pass.h>
#include <rgc/progress_lines.h>

/* The steps and outcomes of a pass as such lines; borrows both. */
typedef struct PassLines {
    const ProgressLines *lines;
    const Pass *pass; /* its plan says why something goes */
    PassProgress calls;
} PassLines;
/* One outcome, as such a line; a new reference. */
json_t *pass_outcome_line(const Pass *pass, const OutcomeEntry *entry, size_t done, size_t total);
void pass_lines_init(PassLines *ret, const ProgressLines *lines, const Pass *pass);
/* Of what ends before there is a pass: the agent has no other way to tell who asked for it. */
void pass_lines_fail(const ProgressLines *lines, const char *why);
/* The last line: the pass's summary, with the exit code that follows. */
void pass_lines_end(const PassLines *lines, int exit_code);
