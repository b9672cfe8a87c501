/* SPDX-License-Identifier: MIT */
/* The parts of holders_compute. Each adds the lines that it knows of. */
#pragma once

#include <rgc/holders.h>

/* Adds a line; bytes below 0 mean unknown. Takes `name` and `command`. Returns NULL, and adds nothing, for a line of 0
 * bytes. The line is borrowed until the next one is added. */
Holder *holders_add(Holders *holders, HolderKind kind, char *name, int64_t bytes, char *command);
/* Adds the images, in which each layer and each compressed file counts once. */
void holders_add_images(const Plan *plan, const Survey *survey, Holders *ret);
/* Adds volumes, logs, writable layers, hidden stores and leftovers; nothing if no survey was made. */
void holders_add_survey(const Plan *plan, const Survey *survey, Holders *ret);
