/* SPDX-License-Identifier: MIT */
/*
 * A little of the disk, held while there is plenty and let go when there is nothing left: with not one byte or inode
 * free an overlay2 engine can delete no image (moby#44632: it writes a file for that), nor can a ledger be written.
 * It helps where the state directory lies on the engine's file system, as it usually does.
 */
#pragma once

#include <rgc/state.h>

/* At the beginning of a pass: lets it go, if the file system of the state directory is all but full. Was it there? */
bool ballast_drop(const StateDirectory *state);
/* After a pass: takes it (again), if there is plenty, or if this pass has dropped it: as much of it as there is. */
void ballast_take(const StateDirectory *state, bool was_dropped);
