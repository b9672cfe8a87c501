/* SPDX-License-Identifier: MIT */
/*
 * Completion for shells, made from the same tables as dispatch and --help. The build writes one file for each shell
 * with it; rgc itself does not contain this code.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Writes the completion for "bash", "zsh" or "fish". Returns false, and writes nothing, for any other shell. */
bool completion_write(FILE *out, const char *shell);
