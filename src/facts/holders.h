/* SPDX-License-Identifier: MIT */
/* What the files that add up the holders share. */
#pragma once

#include <rgc/holders.h>

/* Takes `name` and `command`. Borrowed until the next one is added. */
Holder *holders_add(Holders *holders, HolderKind kind, char *name, int64_t bytes, char *command);
/* Images, each layer and each compressed file once. */
void holders_add_images(const Plan *plan, const Survey *survey, Holders *ret);
/* Volumes, logs, layers, hidden stores, leftovers. */
void holders_add_survey(const Plan *plan, const Survey *survey, Holders *ret);
