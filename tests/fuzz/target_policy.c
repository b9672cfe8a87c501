/* SPDX-License-Identifier: MIT */
/*
 * A host of tests/sim whose dice are the input: each byte is a throw, of a number with many sides two. Deploys, crashes,
 * rollbacks, people and trouble follow from them, passes look and act, and the oracle judges. What rgc does not hold yet
 * is left out, as in sim.hosts.
 */
#include "fuzz.h"

#include "story.h"

#include <string.h>

/* Story and dice are those of tests/sim, but for the roll: this one. Where the bytes end, the world's own goes on. */
static Bytes dice;

uint32_t roll(World *w, uint32_t sides)
{
    unsigned high = sides > 256 ? take_byte(&dice) : 0;

    if (dice.size == 0) {
        w->rng = mix(w->rng, 1);
        return (uint32_t)(w->rng >> 32) % sides;
    }
    return (high << 8 | take_byte(&dice)) % sides;
}

static uint64_t held_traits(void)
{
    static uint64_t traits;
    cleanup_with(free_charp) char *left_out = NULL;
    char *rest = NULL;

    if (traits)
        return traits;
    traits = ((uint64_t)1 << TRAIT_MAX_) - 1;
    left_out = xstrdup(SIM_WITHOUT);
    for (char *name = strtok_r(left_out, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        Trait trait = trait_from_name(name);
        REQUIRE(trait < TRAIT_MAX_, "there is no trait '%s'", name);
        traits &= ~((uint64_t)1 << trait);
    }
    return traits;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    World w = {.is_told = getenv("RGC_FUZZ_TELL") != NULL};
    Story story = {.seed = 1, .traits = held_traits(), .n_steps = 60};

    dice = (Bytes){(const char *)data, size};
    story_tell(&story, &w);
    for (size_t i = 0; i < w.story.count; i++)
        fprintf(stderr, "%s\n", w.story.items[i]);
    REQUIRE(!w.failure.has_failed, "%s: %s", property_name(w.failure.property), w.failure.text);
    w.is_told = false;
    world_clear(&w);
    return 0;
}
