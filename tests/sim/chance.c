/* SPDX-License-Identifier: MIT */
#include "sim.h"

/* SplitMix64 */
uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + (b + 1) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

/* Weak: tests/fuzz/target_policy.c has dice of its own. */
__attribute__((__weak__)) uint32_t roll(World *w, uint32_t sides)
{
    w->rng += 0x9e3779b97f4a7c15ULL;
    return (uint32_t)(mix(w->rng, 0) >> 32) % sides;
}

bool chance(World *w, uint32_t percent)
{
    return roll(w, 100) < percent;
}

bool perhaps(World *w, Trait trait, uint32_t percent)
{
    return chance(w, percent) && has_trait(w, trait);
}

int64_t some_time(World *w)
{
    static const int64_t units[] = {USEC_PER_SEC,  USEC_PER_MINUTE, USEC_PER_MINUTE, USEC_PER_HOUR,
                                    USEC_PER_HOUR, USEC_PER_HOUR,   USEC_PER_DAY};
    return units[roll(w, 7)] * (1 + (int64_t)roll(w, 30));
}
