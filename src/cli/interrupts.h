/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C and SIGTERM in a command that only looks: the command ends at once, with 128 + the signal as its exit code,
 * and leaves neither half a document nor a progress line. A verb that changes something replaces these handlers with
 * its own (collect --here, watch, agent).
 */
#pragma once

#include <stdbool.h>

/* Installs the handlers, unless the parent has the signal ignored, as shells do for a job in the background. */
void interrupts_begin(void);
/* Says whether there is a progress line on standard error, which a handler has to wipe. */
void interrupts_wipe(bool has_line);
/* Returns 128 + the signal, as shells do: 130 for SIGINT, 143 for SIGTERM. */
int exit_code_of_signal(int number);
