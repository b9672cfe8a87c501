/* SPDX-License-Identifier: MIT */
/* A small host for targets that fuzz what a pass remembers of it. */
#pragma once

#include <rgc/ledger.h>
#include <rgc/state.h>

/* A pass that remembers `ledger` (taken as it is; NULL: what a sound pass remembers) and folds in what the state
 * directory has of the events (NULL: nothing). It ends the program if that would remove what a container uses, or a
 * current release. */
void fuzz_host_pass(const Ledger *ledger, StateDirectory *state);
