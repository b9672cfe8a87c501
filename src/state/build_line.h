/* SPDX-License-Identifier: MIT */
/* How an image was built, as facts.jsonl has it. */
#pragma once

#include "record_fields.h"

#include <rgc/image_build.h>

typedef struct BuildLine {
    int setup, hints;
    char *runtime, *base_name, *base_digest;
    Strings secrets, layers, steps;
} BuildLine;

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
void build_line_fill(const ImageBuild *build, BuildLine *ret);
/* NULL: the line has none, or it cannot be read. Caller frees. */
ImageBuild *build_line_read(const BuildLine *line);
