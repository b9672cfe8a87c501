/* SPDX-License-Identifier: MIT */
/*
 * The steps of plan_decide, in the order in which decide.c takes them. Each fills its part of the plan, and may need
 * the parts before it. Text that they put into the plan belongs to the plan.
 */
#pragma once

#include "rules.h"

/* Fills plan->images: one judgement for each membership, and from these the image's. */
void plan_images(const Context *context, Plan *plan);
/* Fills plan->containers. Needs the memberships. */
void plan_containers(const Context *context, Plan *plan);
/* Keeps images that the policy would remove, but that a container or a child needs which is kept, or a mount. */
void plan_images_in_use(const Context *context, Plan *plan);
/* The first image that is kept and was made from this one, by `docker commit` or the classic builder; NULL = there is
 * none. An engine refuses to remove an image that has children, but the containerd store does not: there it is NULL. */
const PlannedImage *plan_child_that_stays(const Plan *plan, const Image *image);
/* Fills plan->apps: app i of the plan is app i of the context. Needs the final verdicts of plan->images. */
void plan_apps(const Context *context, Plan *plan);
/* Fills plan->patterns. Needs plan->apps. */
void plan_patterns(const Context *context, Plan *plan);
/* Fills plan->cache. */
void plan_cache(const Context *context, Plan *plan);
/* Fills plan->builders. Needs plan->containers. */
void plan_builders(const Context *context, Plan *plan);
/* Lets the pass prune everything in this builder that is unused. Returns false if there is nothing to prune. */
bool plan_builder_wholly(const Context *context, PlannedBuilder *planned);
/* Why rgc removes a builder's container, as a phrase: it has been stopped for [build_cache] orphans. NULL = rgc keeps
 * it, or it is no builder. Caller frees. */
char *stopped_builder_goes(const Context *context, const Container *container);
/* Fills plan->pressure, and adds to what the plan removes, when a file system is too full. */
void plan_pressure(const Context *context, Plan *plan);
/* Sets plan->suspension, and turns removals into waits if the clock cannot be trusted. */
void plan_suspend(Plan *plan, Suspension suspension);
/* Leaves out what does not belong to the app; NULL = nothing is left out. */
void plan_restrict(Plan *plan, const char *app);
/* Does the container mount the image, or may it? The engine protects no mounts. */
bool container_may_mount(const Context *context, const Container *container, const Image *image);
/* May rgc remove this container with its release? Only a stopped one of a Kamal app, if rgc knows how it ran. */
bool container_is_removable(const Context *context, const Container *container);
