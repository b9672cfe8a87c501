/* SPDX-License-Identifier: MIT */
/* The clock by which requests are timed: nobody sets it. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_usec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
