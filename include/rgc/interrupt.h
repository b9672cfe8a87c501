/* SPDX-License-Identifier: MIT */
/*
 * How a signal asks a pass to end. A pass that is killed in the middle leaves work to the next one; a pass that is
 * asked to end starts nothing more, waits a moment for what is under way, and reports. A signal handler calls the first
 * function, and whatever may take long calls the second, such as the engine while it waits (EngineOptions).
 */
#pragma once

#include <stdbool.h>

/* Async-signal-safe. Cannot be undone: the process then ends. */
void pass_interrupt(void);
/* Whether pass_interrupt was called. */
bool pass_is_interrupted(void);
