/* SPDX-License-Identifier: MIT */
/* What a shell can offer for the value of an option ("FILE" in --help) or for the operand of a command. */
#pragma once

#include <stdbool.h>

typedef struct ValueCompletion {
    const char *value;             /* the word in --help */
    const char *bash, *zsh, *fish; /* a command; an action of _arguments; options of complete */
} ValueCompletion;

/* Returns what belongs to this word. For a word that rgc knows nothing about, such as a number, nothing is offered. */
const ValueCompletion *value_completion(const char *value);

/* Returns the kinds of things that an operand such as "[APP|IMAGE]" may name, as `rgc names` takes them; NULL if it
 * names none of these. */
const char *operand_kinds(const char *operand);
