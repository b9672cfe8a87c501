/* SPDX-License-Identifier: MIT */
/* Hands a pass's metrics to whoever collects them, where node_exporter's textfile collector finds them. */
#pragma once

#include <rgc/collect.h>
#include <rgc/totals.h>

/* `error`: why the pass ended early; NULL. */
PassResult pass_result(const Pass *pass, const char *error);

/* Counts the pass and writes [metrics] textfile; does neither where its directory is missing. No failure of this fails
 * a pass: pass->metrics_note says what went wrong. `error`: why the pass ended early; NULL. */
void metrics_publish(const Config *config, StateDirectory *state, const PassOptions *options, const char *error,
                     Pass *pass);
