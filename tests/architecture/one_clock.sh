#!/bin/sh
# SPDX-License-Identifier: MIT
# one_clock.sh SOURCE_DIRECTORY: clock.c alone reads the clocks, so that what a test sets is the time everywhere.
set -eu
clocks='\b(time\((NULL|0|&)|gettimeofday\(|clock_gettime\(|sd_event_now\()'
if grep -rnE --include='*.[ch]' "$clocks" "$1" | grep -v '/base/clock\.c:'; then
    echo "a clock is read, but not by rgc/clock.h"
    exit 1
fi
grep -qE "$clocks" "$1/base/clock.c" || {
    echo "no clock in $1/base/clock.c: this test looks at the wrong place"
    exit 1
}
