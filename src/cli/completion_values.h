/* SPDX-License-Identifier: MIT */
/* What shells can offer for a word that --help has for a value, or for the thing that a command takes. */
#pragma once

#include <stdbool.h>

typedef struct ValueKind {
    const char *value;
    const char *bash, *zsh, *fish;
} ValueKind;

/* For a value that nothing is known about, such as a number: one that offers nothing. */
const ValueKind *value_kind(const char *value);

/* The kinds of things that an operand such as "[APP|IMAGE]" may name, for `rgc names`; NULL = none of these. */
const char *operand_kinds(const char *operand);
