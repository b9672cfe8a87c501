/* SPDX-License-Identifier: MIT */
/*
 * The ledger as text, JSON lines: an object with the schema, one object for each image, container and intent, and
 * {"end": N} with their number, which proves that it is whole. Line by line, so that 10,000 images do not
 * stand in memory as a JSON tree.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/ledger.h>

/* Caller frees. */
char *ledger_to_json(const Ledger *ledger, size_t *ret_size);
/* `text` is NUL-terminated. Anything that is not a whole ledger of this schema is -EPROTO with line and cause. */
int ledger_from_json(const char *text, size_t size, Ledger *ret, Error *err);
