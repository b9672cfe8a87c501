/* SPDX-License-Identifier: MIT */
/* What monitoring reads of a pass, in the text format of Prometheus, where node_exporter's textfile collector finds it.
 */
#pragma once

#include <rgc/totals.h>

/* Counts the pass and writes [metrics] textfile; does neither where its directory is missing. No failure of this fails
 * a pass: pass->metrics_note says what went wrong. `error`: why the pass ended early; NULL. */
void metrics_publish(const Config *config, StateDirectory *state, const PassOptions *options, const char *error,
                     Pass *pass);

/* The text; caller frees. */
char *metrics_text(const Pass *pass, const Totals *totals);
