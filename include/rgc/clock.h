/* SPDX-License-Identifier: MIT */
/*
 * The clocks of this host, in microseconds. Only what meets the outside world reads them: learning and deciding take the
 * time as an argument.
 */
#pragma once

#include <rgc/text.h>

/* The one on the wall (CLOCK_REALTIME), for what people read; it may be set. */
Time wall_clock(void);
/* Since the boot, time in suspend included (CLOCK_BOOTTIME); nobody sets it. For what happens when. */
Time boot_clock(void);
/* The same without time in suspend (CLOCK_MONOTONIC), as what runs on the machine stands still then too. For how long a
 * request takes. */
Time awake_clock(void);
