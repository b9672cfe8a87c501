/* SPDX-License-Identifier: MIT */
/* The table of verbs, from which dispatch, help, completions and the check against the man page are made. */
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

/* Help for one verb, or for all if NULL. */
void help_print(const Screen *screen, const Verb *verb);
