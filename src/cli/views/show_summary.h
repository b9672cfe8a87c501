/* SPDX-License-Identifier: MIT */
/* A pass in one line, with which `rgc collect` ends and which the deploy hook prints. */
#pragma once

#include <jansson.h>
#include <rgc/text.h>

/* `document`: rgc/summary/1. "blog v42: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36 GB free), rollback
 * 3/3", or why nothing was removed. `deployed` is the app that the line is about; NULL = all apps. The caller frees the
 * text and makes it safe for a terminal (screen_text). */
char *summary_line(const json_t *document, const char *deployed, Time now);
/* Returns the "exit" of the summary; if it has none, what the rest of it says. */
int summary_exit_code(const json_t *document);
