/* SPDX-License-Identifier: MIT */
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
