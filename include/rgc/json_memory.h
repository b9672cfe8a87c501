/* SPDX-License-Identifier: MIT */
/*
 * When jansson finds no memory, it returns NULL; but NULL also means that a text is not JSON, or that a member is
 * missing. rgc would then take a sound ledger for a damaged one. So jansson gets an allocator that ends the process
 * instead, like all of rgc (rgc/memory.h). tests/fault/nth_allocation.py tests this.
 */
#pragma once

/* Must be called before jansson makes its first value: main() does so. */
void json_use_memory(void);
