/* SPDX-License-Identifier: MIT */
/*
 * How an image was built, as a line of facts.jsonl has it: rgc/image_build.h in fields that record_fields.h can read
 * and write. Numbers, known words and names only; the texts of commands never come this far.
 */
#pragma once

#include "record_fields.h"

#include <rgc/image_build.h>

typedef struct BuildLine {
    int setup, hints;
    char *runtime, *base_name, *base_digest;
    Strings secrets, layers, steps;
} BuildLine;

/* The rows of the table of fields, for a struct `container` that has a BuildLine as its `member`. */
#define BUILD_FIELDS(container, member)                                                                                \
    {"setup", FIELD_INT, offsetof(container, member.setup)}, {"hints", FIELD_INT, offsetof(container, member.hints)},  \
        {"runtime", FIELD_TEXT, offsetof(container, member.runtime)},                                                  \
        {"base_name", FIELD_TEXT, offsetof(container, member.base_name)},                                              \
        {"base_digest", FIELD_TEXT, offsetof(container, member.base_digest)},                                          \
        {"secrets", FIELD_STRINGS, offsetof(container, member.secrets)},                                               \
        {"layers", FIELD_STRINGS, offsetof(container, member.layers)},                                                 \
    {                                                                                                                  \
        "built", FIELD_STRINGS, offsetof(container, member.steps)                                                      \
    }

void build_line_clear(BuildLine *line);
/* Copies the build into fields; the caller clears `ret`. */
void build_line_fill(const ImageBuild *build, BuildLine *ret);
/* NULL if the line has no build, or one that is damaged. Caller frees. */
ImageBuild *build_line_read(const BuildLine *line);
