/* SPDX-License-Identifier: MIT */
/* What is true of images and containers, and what of it a pass may not know. */
#pragma once

#include "sim.h"

typedef struct Span {
    Time low, high;
} Span;
Span truth_span(const World *w, Stamp stamp);   /* what a pass may take it for, on its own clock */
int64_t truth_age(const World *w, Stamp stamp); /* the most that a pass may take for its age */
bool truth_has_served(const World *w, int container);
bool truth_may_have_served(const World *w, int container); /* as far as a pass can know */
bool truth_image_served(const World *w, int image, int group);
Stamp truth_last_run(const World *w, int container);
Time truth_last_use(const World *w, int image); /* by any container; 0 = never */
bool truth_ran_since(const World *w, int image, Time t);
/* Would a pass see a step of the clock: was the last one in this boot, and does no other step hide it? */
bool truth_shows_step(const World *w);
