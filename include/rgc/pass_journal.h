/* SPDX-License-Identifier: MIT */
/*
 * What the journal is told of a pass. The agent calls these functions for its child. A pass that a person or cron
 * starts calls journal_open_by_hand() first, so that its entries stand in the same place (journalctl -u rgc).
 */
#pragma once

#include <jansson.h>
#include <rgc/summary.h>

typedef struct PassCause {
    const char *trigger, *reason; /* NULL = none */
    bool is_stopping;             /* the agent was told to end, and the pass with it */
} PassCause;

/* From now on the entries of this process are sent to the journal, wherever standard error leads, and
 * `journalctl -u rgc` finds them if root has sent them. On a host without a journal they are lost. */
void journal_open_by_hand(void);
/* Tells of one outcome. `line` is an outcome as pass_outcome_line() makes it, and borrowed. */
void journal_outcome(const PassCause *cause, const json_t *line);
/* Tells of the end of a pass. `has_failed` makes it an error, unless the pass was only interrupted. */
void journal_pass(const PassCause *cause, const Summary *summary, bool has_failed);
