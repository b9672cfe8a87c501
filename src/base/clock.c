/* SPDX-License-Identifier: MIT */
/* One function for all clocks: seconds and nanoseconds become microseconds. */
#include <rgc/clock.h>

#include <time.h>

static Time read_clock(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (Time)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

Time wall_clock(void)
{
    return read_clock(CLOCK_REALTIME);
}

Time boot_clock(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

Time awake_clock(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
