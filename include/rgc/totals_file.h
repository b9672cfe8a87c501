/* SPDX-License-Identifier: MIT */
/*
 * totals.json: the counters of the metrics, which have to survive the pass that counts (rgc/totals.h). No decision
 * rests on them, so a file that is missing or damaged only means that they begin at 0 again.
 */
#pragma once

#include <rgc/state.h>
#include <rgc/totals.h>

/* Caller frees. */
char *totals_to_json(const Totals *totals, size_t *ret_size);
/* Reads all of it, or nothing: false if any member is not what it should be, and then `*ret` is not written. */
bool totals_from_json(const char *text, size_t size, Totals *ret);

/* Reads the file; the totals are empty if there is none, and if it cannot be used. */
void totals_load(StateDirectory *state, Totals *ret);
/* Replaces the file. -ENOLCK unless this process holds the lock. */
int totals_save(StateDirectory *state, const Totals *totals, Error *err);
