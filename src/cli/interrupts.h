/* SPDX-License-Identifier: MIT */
/* Ctrl-C and SIGTERM in a command that only looks: it ends at once, with 128 + the signal, and leaves no half a line. */
#pragma once

#include <stdbool.h>

void interrupts_begin(void);
/* A line on standard error is rewritten as the work goes on: take it away before the end. */
void interrupts_wipe(bool has_line);
/* 130 for SIGINT, 143 for SIGTERM. */
int exit_code_of_signal(int number);
