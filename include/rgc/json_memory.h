/* SPDX-License-Identifier: MIT */
/*
 * Where jansson finds no memory it returns NULL, which everywhere else says that a text is no JSON, or that a member is
 * missing: a sound ledger would be taken for a damaged one. So it gets memory that ends the process, like all of rgc.
 */
#pragma once

/* Before the first value of JSON. */
void json_use_memory(void);
