/* SPDX-License-Identifier: MIT */
/* A host's story: steps that follow from its seed, each by itself, so that any
 * of them can be left out. */
#include "story.h"
#include "happens.h"

#define INSTALLED_AT 25 /* the step before which a host that is not fresh has no rgc */

static void take_step(World *w, const Story *story, size_t step)
{
    w->rng = mix(story->seed, 1000 + step);
    if (step == INSTALLED_AT && !w->is_installed) {
        w->is_installed = true;
        tell(w, "rgc is installed");
        world_pass(w);
        world_wait(w, HOURS(25));
    } else if (chance(w, 25)) {
        world_pass(w);
    } else {
        act_something(w);
    }
}

void story_tell(const Story *story, World *ret)
{
    world_begin(ret, mix(story->seed, 0), &story->traits);
    if (ret->is_fresh) {
        ret->is_installed = true;
        world_pass(ret);
        world_wait(ret, HOURS(25));
    }
    for (size_t i = 0; i < story->n_steps && !ret->failure.has_failed; i++)
        if (!story->is_left_out || !story->is_left_out[i])
            take_step(ret, story, i);
    if (!ret->failure.has_failed && !ret->is_plain)
        lively_check(ret);
    world_wait(ret, SECONDS(1)); /* what the engine tells of the last second is not of the future */
}

static bool still_fails(const Story *story, Property property)
{
    World w = {0};
    story_tell(story, &w);
    bool has_failed = w.failure.has_failed && w.failure.property == property;
    world_clear(&w);
    return has_failed;
}

static void leave_out_traits(Story *story, Property property)
{
    for (Trait trait = 0; trait < TRAIT_MAX_; trait++) {
        bool had = story->traits.has[trait];
        story->traits.has[trait] = false;
        if (had && !still_fails(story, property))
            story->traits.has[trait] = true;
    }
}

/* Halves first, then smaller pieces, down to single steps. */
static void leave_out_steps(Story *story, Property property)
{
    for (size_t piece = story->n_steps / 2; piece > 0; piece /= 2)
        for (size_t from = 0; from < story->n_steps; from += piece) {
            bool *before = xcalloc(story->n_steps, sizeof(*before));
            for (size_t i = 0; i < story->n_steps; i++) {
                before[i] = story->is_left_out[i];
                story->is_left_out[i] |= i >= from && i < from + piece;
            }
            bool is_good = still_fails(story, property);
            for (size_t i = 0; i < story->n_steps && !is_good; i++)
                story->is_left_out[i] = before[i];
            free(before);
        }
}

void story_shrink(Story *story, Property property)
{
    story->is_left_out = xcalloc(story->n_steps + 1, sizeof(*story->is_left_out));
    size_t all = story->n_steps;
    for (story->n_steps = 1; story->n_steps < all && !still_fails(story, property);)
        story->n_steps++;
    leave_out_steps(story, property);
    leave_out_traits(story, property);
    leave_out_steps(story, property);
}
