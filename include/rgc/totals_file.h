/* SPDX-License-Identifier: MIT */
/* totals.json of the state directory. */
#pragma once

#include <rgc/state.h>
#include <rgc/totals.h>

char *totals_to_json(const Totals *totals, size_t *ret_size);
/* All or nothing. */
bool totals_from_json(const char *text, size_t size, Totals *ret);

/* Empty where there is no file, and where it cannot be used. */
void totals_load(StateDirectory *state, Totals *ret);
int totals_save(StateDirectory *state, const Totals *totals, Error *err);
