/* SPDX-License-Identifier: MIT */
/* What the completions of all shells are made with. */
#pragma once

#include "options.h"
#include "verbs.h"

#include <stdio.h>

#define MADE_FROM "# Made by the build of rgc from its tables of commands and options.\n"

bool verb_is_hidden(const Verb *verb);
bool option_is_offered(unsigned int set, unsigned int id);
/* Inside single quotes of any of the three; `escaped` are characters that the completion itself gives a meaning. */
void shell_quote(FILE *out, const char *text, const char *escaped);

void completion_write_zsh(FILE *out);
