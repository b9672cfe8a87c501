/* SPDX-License-Identifier: MIT */
/*
 * Completion for shells, from the same tables as dispatch and --help. The build writes one file a shell with it; the
 * program itself does not contain it.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* "bash", "zsh" or "fish"; false: another shell, nothing was written. */
bool completion_write(FILE *out, const char *shell);
