/* SPDX-License-Identifier: MIT */
/*
 * facts.jsonl: what each image was made of, one line for each, so that rgc asks the engine only once for an image. See
 * rgc/image_facts.h for the facts, and src/observe/observe_facts.c for who asks and when. A line that cannot be read is
 * left out, and rgc asks for that image again.
 */
#pragma once

#include <rgc/state.h>

/* Reads the facts, sorted by ID: none if the file is missing or may not be read. The caller frees the list, and clears
 * each item with image_facts_clear(). */
void facts_load(StateDirectory *state, ImageFacts **ret, size_t *ret_count);
/* Replaces the file with the facts of those images that the ledger remembers, 32 MiB at most (-EFBIG). -ENOLCK unless
 * this process holds the lock. */
int facts_save(StateDirectory *state, const ImageFacts *facts, size_t count, const Ledger *ledger, Error *err);
