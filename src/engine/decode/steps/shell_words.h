/* SPDX-License-Identifier: MIT */
/*
 * A shell command as words: as much of the grammar of sh(1) as it takes to see which programs run with which arguments.
 *
 *     "cd /src && CC=gcc make -j4 | tee log"  gives  {cd /src} {make -j4} {tee log}
 */
#pragma once

#include <rgc/memory.h>

typedef struct ShellCommands {
    Strings *items; /* each begins with its program, without a path; assignments before it are left out */
    size_t count;
} ShellCommands;

/* Never fails. The caller clears `ret` with shell_commands_clear(). */
void shell_commands_parse(const char *text, ShellCommands *ret);
void shell_commands_clear(ShellCommands *commands);
