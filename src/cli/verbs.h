/* SPDX-License-Identifier: MIT */
/* The tables of verbs and exit codes of this program (options.h says what is made from them), and --help. */
#pragma once

#include "options.h"

extern const Verb verbs[];
extern const size_t n_verbs;

typedef struct ExitCodeSpec {
    int code;
    const char *meaning;
} ExitCodeSpec;

extern const ExitCodeSpec exit_codes[];
extern const size_t n_exit_codes;

/* Prints the help of one verb, or the overview if `verb` is NULL. */
void help_print(const Screen *screen, const Verb *verb);
