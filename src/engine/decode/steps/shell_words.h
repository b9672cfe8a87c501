/* SPDX-License-Identifier: MIT */
/* A command of a shell as words: enough of its grammar to see which programs it runs with which arguments. */
#pragma once

#include <rgc/memory.h>

typedef struct ShellCommands {
    Strings *items; /* each begins with its program, without a path; assignments before it are left out */
    size_t count;
} ShellCommands;

void shell_commands_parse(const char *text, ShellCommands *ret);
void shell_commands_clear(ShellCommands *commands);
