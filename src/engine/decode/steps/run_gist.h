/* SPDX-License-Identifier: MIT */
/* What may be shown of a RUN: its programs and words that are known. Anything else could be a password. */
#pragma once

#include "shell_words.h"

/* "apt-get update && apt-get install gcc ...". Caller frees. */
char *run_gist(const ShellCommands *commands);
