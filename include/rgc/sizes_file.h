/* SPDX-License-Identifier: MIT */
/*
 * sizes.jsonl: what `rgc status --deep` has measured, one line for each volume, container and store, with its date, so
 * that later calls of `rgc status` can show it. It is written without the lock of a pass, because no decision rests on
 * it and the next walk replaces the whole file.
 */
#pragma once

#include <rgc/state.h>
#include <rgc/survey.h>

/* Adds the sizes to `ret`. A missing file, or a line that cannot be read, only means that a size is not known. */
void sizes_load(StateDirectory *state, Sizes *ret);
/* Replaces the file. -EACCES or -EPERM if this user may not write there. */
int sizes_save(StateDirectory *state, const Sizes *sizes, Error *err);
