/* SPDX-License-Identifier: MIT */
/* How late the agent's timers may be, so that an idle machine wakes up less often. */
#pragma once

#include <rgc/clock.h>

#include <stdint.h>

/* How late a timer may be, in microseconds. Nothing in the agent is urgent: timers may wait for one another, so that
 * one wake-up serves several. The second is for what is minutes away. */
#define TIMER_ACCURACY_USEC 250000
#define IDLE_ACCURACY_USEC (15 * (uint64_t)1000000)
