/* SPDX-License-Identifier: MIT */
/* What shells can offer for a word that --help has for a value, or for the thing that a command takes. */
#pragma once

#include <stdbool.h>

typedef struct ValueKind {
    const char *value;
    const char *bash, *zsh, *fish;
} ValueKind;

/* Of other values nothing is known: names of apps, numbers. */
const ValueKind *value_kind(const char *value);

/* A shell's command that lists the things that an operand such as "[APP|IMAGE]" may name: by docker, as rgc itself would
 * first have to look at all of the host. Static; "" = nothing is known. */
const char *operand_command(const char *operand);
