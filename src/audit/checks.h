/* SPDX-License-Identifier: MIT */
/* One function a row of rgc/checks.def: says whether the check fires, and fills text, remedy and layers. */
#pragma once

#include "gather.h"

typedef bool CheckFind(const Subject *subject, Finding *finding);

#define CHECK(id, name, level, of, find, ...) CheckFind find;
#include <rgc/checks.def>

/* Is it compiled to a program that needs no toolchain to run? Not by an interpreter's language. */
bool is_compiled(const Subject *subject);
/* Does it compile in its last stage, without need? */
bool is_built_here(const Subject *subject);
/* "cargo build --release", what a build of this language is. Static. */
const char *build_command(const Subject *subject);
/* "FROM rust:1.75 AS builder": what the first stage begins with. Caller frees. */
char *builder_stage(const Subject *subject);
/* "FROM debian:bookworm-slim": what the last one begins with. Caller frees. */
char *last_stage(const Subject *subject);
/* "COPY --from=builder …, CMD …": what it needs of the first, and how that starts. Static. */
const char *copy_of_result(const Subject *subject);
