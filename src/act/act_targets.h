/* SPDX-License-Identifier: MIT */
/* Images on their way out: what act_images.c and act_untagged.c share. */
#pragma once

#include "act_parts.h"

typedef struct Target {
    const PlannedImage *planned;
    Strings untagged; /* tags that this pass has taken from it */
    /* The last one, when the engine has refused the removal by ID: it may have taken that tag before. NULL */
    const char *doubtful_tag;
    Strings names; /* of an image without a tag: the names through which it is removed, in this order */
    size_t n_names_gone;
    bool is_open;    /* the engine did not answer: what it left half done, the next pass mends by the intent */
    bool is_settled; /* reported */
    size_t depth;    /* 0 = has no child that goes too */
} Target;

typedef struct Step {
    Act *act;
    Removal *removals;
    size_t count;
} Step;

void step_add(Step *step, Target *target, const char *name);
/* Removes all of them side by side. `done` may be NULL. */
void step_run(Step *step, RemovalDone *done);
void step_clear(Step *step);
void target_settle(Act *act, Target *target, Outcome outcome, const char *error);

/* The names through which an image without a tag is removed; none for one with tags. */
void untagged_names(const Act *act, const Image *image, Strings *ret);
/* Just before such a name is removed: makes the tag. */
RemovalGo untagged_prepare(Act *act, Removal *removal);
void remove_untagged(Act *act, Target *targets, size_t count);
/* Of images that are kept: what an interrupted pass has left. */
void take_off_own_tags(Act *act);
