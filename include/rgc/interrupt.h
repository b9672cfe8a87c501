/* SPDX-License-Identifier: MIT */
/*
 * A signal that asks a pass to end: it starts nothing more, and reports.
 */
#pragma once

#include <stdbool.h>

/* Asks a running pass to start nothing more. Async-signal-safe. */
void pass_interrupt(void);
bool pass_is_interrupted(void);
