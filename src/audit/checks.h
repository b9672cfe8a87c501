/* SPDX-License-Identifier: MIT */
/*
 * The checks: one function for each row of rgc/checks.def. A function says whether its check fires. If it does, it has
 * filled text and remedy, and either the layers behind the finding or the numbers themselves; it may lower the level.
 * audit.c has already asked whether the check applies to the subject (column `of`).
 */
#pragma once

#include "gather.h"

typedef bool CheckFind(const Subject *subject, Finding *finding);

#define CHECK(id, name, level, of, find, ...) CheckFind find;
#include <rgc/checks.def>

/* Is its language compiled, so that the program runs without the toolchain? */
bool is_compiled(const Subject *subject);
/* Does a step of the last stage build, although the program does not need to be built when it starts? */
bool is_built_here(const Subject *subject);

/* "FROM debian:bookworm-slim": the line that begins a last stage for this program. Caller frees. */
char *last_stage(const Subject *subject);
/* Advises two stages: the lines of a Dockerfile, the same for each check that advises them (stages.c). */
void advise_stages(const Subject *subject, Finding *finding);
