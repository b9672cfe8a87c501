/* SPDX-License-Identifier: MIT */
/* One flag. It is apart so that a signal handler and the engine share it without knowing each other. */
#include <rgc/interrupt.h>

#include <signal.h>

static volatile sig_atomic_t interrupted;

void pass_interrupt(void)
{
    interrupted = 1;
}

bool pass_is_interrupted(void)
{
    return interrupted;
}
