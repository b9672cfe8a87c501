/* SPDX-License-Identifier: MIT */
/* Two clocks: one that nobody sets, for what happens when; and the one on the wall, for what people read. */
#pragma once

#include <rgc/text.h>
#include <time.h>

/* Nothing here is urgent: timers may wait for one another, so that an idle machine wakes up once. */
#define TIMER_ACCURACY_USEC 250000
#define IDLE_ACCURACY_USEC (15 * (uint64_t)1000000)

static inline Time clock_read(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (Time)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static inline Time boot_clock(void)
{
    return clock_read(CLOCK_BOOTTIME);
}

/* Stands still while the machine is suspended, as what runs on it does. */
static inline Time awake_clock(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

static inline Time wall_clock(void)
{
    return clock_read(CLOCK_REALTIME);
}
