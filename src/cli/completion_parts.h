/* SPDX-License-Identifier: MIT */
/* What the completions of all shells have in common. */
#pragma once

#include "options.h"
#include "verbs.h"

#include <stdio.h>

#define MADE_FROM "# Made by the build of rgc from its tables of commands and options.\n"

/* Is it a verb that people need not know of? */
bool verb_is_hidden(const Verb *verb);
/* Is the option one of this set of OPTION_BITs? */
bool option_is_offered(unsigned int set, unsigned int id);
/* Writes text that stands inside single quotes, which all three shells read alike. A backslash precedes each character
 * of `escaped`, because the completion itself would give it a meaning. */
void shell_quote(FILE *out, const char *text, const char *escaped);

void completion_write_zsh(FILE *out);
