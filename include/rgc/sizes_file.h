/* SPDX-License-Identifier: MIT */
/*
 * The file in which `rgc status --deep` keeps what it has measured. It is written without the lock of a pass: no
 * decision rests on it, and a later walk replaces it whole.
 */
#pragma once

#include <rgc/state.h>
#include <rgc/survey.h>

/* A missing file, and each line that cannot be read, is a size that is not known. */
void sizes_load(StateDirectory *state, Sizes *ret);
/* -EACCES or -EPERM where this user may not write there. */
int sizes_save(StateDirectory *state, const Sizes *sizes, Error *err);
