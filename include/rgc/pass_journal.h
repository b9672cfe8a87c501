/* SPDX-License-Identifier: MIT */
/* What the journal is told of a pass, whoever has made it: the agent's child, or a person or cron by hand. */
#pragma once

#include <jansson.h>
#include <rgc/summary.h>

typedef struct PassCause {
    const char *trigger, *reason; /* NULL = none */
    bool is_stopping;             /* the agent was told to end, and the pass with it */
} PassCause;

/* From here on the entries of this process go straight to the journal, wherever standard error leads, and
 * `journalctl -u rgc` finds them if root has sent them. Where there is no journal they go nowhere. */
void journal_open_by_hand(void);
/* `line`: an outcome as pass_outcome_line() makes it. */
void journal_outcome(const PassCause *cause, const json_t *line);
void journal_pass(const PassCause *cause, const Summary *summary, bool has_failed);
