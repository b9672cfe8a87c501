/* SPDX-License-Identifier: MIT */
/*
 * The clocks of this host, in microseconds. There are three, because no clock is right for everything: one can be set,
 * one cannot but counts from an arbitrary moment, and one stands still while the host is suspended.
 *
 * Only code that meets the outside world reads a clock. Learning and deciding receive the time as an argument, so that
 * a test can set it (tests/architecture/core_is_pure.sh).
 *
 * Source: clock_gettime(2).
 */
#pragma once

#include <rgc/text.h>

/* The time of day (CLOCK_REALTIME), for what people read and what is compared with the engine's times. Anybody with the
 * right to do so may set it, backwards too. */
Time wall_clock(void);
/* The time since the boot, suspend included (CLOCK_BOOTTIME), for schedules. Nobody can set it. */
Time boot_clock(void);
/* The time since the boot, suspend not included (CLOCK_MONOTONIC), for how long a request takes: while the host is
 * suspended, the engine stands still too. */
Time awake_clock(void);
