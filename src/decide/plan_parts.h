/* SPDX-License-Identifier: MIT */
/* The steps of plan_decide, in order. */
#pragma once

#include "rules.h"

/* plan->images: one judgement for each membership, and from these the image's. */
void plan_images(const Context *context, Plan *plan);
/* plan->containers; needs the memberships. */
void plan_containers(const Context *context, Plan *plan);
/* Images that would go but that a container, a mount or a child holds which this pass does not remove. */
void plan_held_images(const Context *context, Plan *plan);
/* An engine refuses to remove an image of which a child is here: one that was committed or built from it. NULL = none. */
const PlannedImage *plan_child_that_stays(const Plan *plan, const Image *image);
/* plan->apps; app i of the plan is app i of the context. Needs plan->images as they stay. */
void plan_apps(const Context *context, Plan *plan);
/* After plan_apps. */
void plan_patterns(const Context *context, Plan *plan);
void plan_cache(const Context *context, Plan *plan);
/* Needs plan->containers. */
void plan_builders(const Context *context, Plan *plan);
/* All of it that is unused goes from this one; false: there is nothing. */
bool plan_builder_wholly(const Context *context, PlannedBuilder *planned);
/* A builder's container that has been stopped for [build_cache] orphans goes; the phrase says since when, else NULL. */
char *stopped_builder_goes(const Context *context, const Container *container);
/* Goes further when a file system is too full. */
void plan_pressure(const Context *context, Plan *plan);
/* Turns removals into waits. */
void plan_apply_hold(Plan *plan, Hold hold);
/* Leaves out what is not the app's. */
void plan_restrict(Plan *plan, const char *app);
/* Does it mount the image, or may it? The engine protects no mounts. */
bool container_may_mount(const Context *context, const Container *container, const Image *image);
bool container_is_removable(const Context *context, const Container *container);
