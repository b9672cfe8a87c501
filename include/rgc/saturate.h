/* SPDX-License-Identifier: MIT */
/*
 * Sums of numbers that come from outside (an engine, a builder, a file): at the end of the range they stay there. A sum
 * that is too small or too large is then still on the right side of what it is compared with.
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

static inline void saturating_grow(int64_t *sum, int64_t by)
{
    *sum = saturating_add(*sum, by);
}
