/* SPDX-License-Identifier: MIT */
/* What may be shown of a RUN: programs and words that rgc knows. Anything else could be a password. */
#pragma once

#include "shell_words.h"

/* Returns "apt-get update && apt-get install gcc ...", of at most about 90 bytes. Caller frees. */
char *run_gist(const ShellCommands *commands);
