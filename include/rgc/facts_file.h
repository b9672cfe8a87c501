/* SPDX-License-Identifier: MIT */
/*
 * facts.jsonl: what images were made of, a line each, so that each is asked for once. A line that cannot be read costs
 * that line: its image is asked for again.
 */
#pragma once

#include <rgc/state.h>

/* What is known; nothing where the file is missing or may not be read. */
void facts_load(StateDirectory *state, ImageFacts **ret, size_t *ret_count);
/* Of the images that the ledger remembers. For the holder of the lock. */
int facts_save(StateDirectory *state, const ImageFacts *facts, size_t count, const Ledger *ledger, Error *err);
