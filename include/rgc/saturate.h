/* SPDX-License-Identifier: MIT */
/*
 * Sums of numbers that come from outside: from an engine, a builder or a file. A sum that would leave the range of
 * int64_t stops at its end instead. It is then wrong, but still on the right side of whatever it is compared with, and
 * a number that somebody sent cannot turn "very much" into "less than nothing".
 */
#pragma once

#include <stdint.h>

static inline int64_t saturating_add(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static inline int64_t saturating_subtract(int64_t a, int64_t b)
{
    int64_t difference;

    return __builtin_sub_overflow(a, b, &difference) ? (b < 0 ? INT64_MAX : INT64_MIN) : difference;
}

/* Adds to a sum in place. */
static inline void saturating_grow(int64_t *sum, int64_t by)
{
    *sum = saturating_add(*sum, by);
}
