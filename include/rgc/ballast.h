/* SPDX-License-Identifier: MIT */
/*
 * Ballast: a little space on the disk that rgc occupies while there is plenty, and gives up when there is none left.
 *
 * The problem: with not one byte or inode free, an engine on overlay2 cannot delete an image, because it writes
 * repositories.json to do so (moby#44632), and rgc cannot store the ledger with its intents. The pass that would make
 * room cannot begin.
 *
 * The idea: eight empty files of 512 KiB, ballast-0 to ballast-7 in the state directory, are allocated while the file
 * system has 16 times their size free. A pass that finds less than their size free deletes them before it asks the
 * engine anything, and its end takes them again. They are several files so that they also take inodes.
 *
 * What is never allowed: ballast must not fill a disk. It is taken only from plenty, or by the pass that dropped it and
 * then only as far as there is room; whatever cannot be allocated is done without. It helps only where the state
 * directory and the engine share a file system, which is the default on most hosts.
 *
 * tests/unit/act/ballast.c tests the limits, tests/fault/full_disk.py a whole pass, and tests/engine/scenarios_disk.py
 * real engines on file systems that are filled to the last block.
 */
#pragma once

#include <rgc/state.h>

/* Deletes the ballast if the file system of the state directory has less than its size, or its number of inodes, free.
 * pass_collect() calls it before everything else. Returns whether there was ballast to delete. */
bool ballast_drop(const StateDirectory *state);
/* Takes the ballast if there is plenty of room, or if this pass dropped it (`was_dropped`, from ballast_drop()).
 * pass_collect() calls it last. No failure is reported: a host without ballast works until its disk is full. */
void ballast_take(const StateDirectory *state, bool was_dropped);
