/* SPDX-License-Identifier: MIT */
/*
 * The parts of a plan as JSON values, which several documents share, so that an image has the same members wherever it
 * appears. Each function that returns json_t * returns a new reference. docs/json.md describes the members.
 */
#pragma once

#include <rgc/json_document.h>

#include <rgc/pass.h>

json_t *json_engine(const EngineInfo *engine); /* null if no engine has answered */
json_t *json_disks(const Disk *disks, size_t n_disks);
json_t *json_app(const PlannedApp *app);
json_t *json_image(const Plan *plan, const PlannedImage *image);
json_t *json_builder(const PlannedBuilder *planned);
json_t *json_container(const Plan *plan, const PlannedContainer *container);
json_t *json_next(const Plan *plan); /* {"at", "why"} or null */
/* Says what waits until plan->next_at. Caller frees. */
char *plan_next_why(const Plan *plan);
json_t *json_freed(const Freed *freed);

/* Adds all members of rgc/plan/1. */
void document_add_plan(JsonDocument *document, const Pass *pass);
