/* SPDX-License-Identifier: MIT */
/* A pass in one line, as rgc collect ends and as the deploy hook prints it. */
#pragma once

#include <jansson.h>
#include <rgc/text.h>

/* `document`: rgc/summary/1. "blog v42: removed 2 releases, 1.3 GB freed, disk 71 % -> 64 % (36 GB free), rollback 3/3",
 * or why nothing went. `deployed`: tell of this app; NULL: of all. Caller frees; not yet fit for a terminal. */
char *summary_line(const json_t *document, const char *deployed, Time now);
/* Its "exit"; without one, what the summary says otherwise. */
int summary_exit_code(const json_t *document);
