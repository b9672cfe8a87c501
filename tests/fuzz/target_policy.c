/* SPDX-License-Identifier: MIT */
/*
 * A host of tests/sim whose dice are the input: each byte is a throw, of a number with many sides two. Deploys,
 * crashes, rollbacks, people and trouble follow from them, passes look and act, and the oracle judges. What rgc does
 * not keep yet is left out, as in sim.hosts.
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

static Traits kept_traits(void)
{
    Traits traits = traits_all();
    const char *unknown = traits_leave_out(&traits, SIM_WITHOUT);

    REQUIRE(!unknown, "there is no trait '%s'", unknown);
    return traits;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    World w = {.is_told = getenv("RGC_FUZZ_TELL") != NULL};
    Story story = {.seed = 1, .traits = kept_traits(), .n_steps = 60};

    dice = (Bytes){(const char *)data, size};
    story_tell(&story, &w);
    for (size_t i = 0; i < w.story.count; i++)
        fprintf(stderr, "%s\n", w.story.items[i]);
    REQUIRE(!w.failure.has_failed, "%s: %s", property_name(w.failure.property), w.failure.text);
    w.is_told = false;
    world_clear(&w);
    return 0;
}
