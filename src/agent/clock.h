/* SPDX-License-Identifier: MIT */
/* How exactly the agent's timers keep the time. */
#pragma once

#include <rgc/clock.h>

#include <stdint.h>

/* Nothing here is urgent: timers may wait for one another, so that an idle machine wakes up once. */
#define TIMER_ACCURACY_USEC 250000
#define IDLE_ACCURACY_USEC (15 * (uint64_t)1000000)
