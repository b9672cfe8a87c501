/* SPDX-License-Identifier: MIT */
/* What the sentence in pass.c leaves to the files beside it. */
#pragma once

#include <rgc/collect.h>
#include <rgc/totals.h>

/* `error`: why the pass ended early; NULL. */
PassResult pass_result(const Pass *pass, const char *error);

/* Counts the pass and writes [metrics] textfile; does neither where its directory is missing. No failure of this fails
 * a pass: pass->metrics_note says what went wrong. `error`: why the pass ended early; NULL. */
void metrics_publish(const Config *config, StateDirectory *state, const PassOptions *options, const char *error,
                     Pass *pass);

/* plan_decide, once, with the layers where sizes decide, and an estimate that is as exact as can be. */
int pass_decide(Engine *engine, const Config *config, const PassOptions *options, const DecideOptions *decide, Time now,
                Pass *pass, Error *err);
/* Gives the pass the next number. Where the ledger was lost numbers go on from the history: each names one pass. */
void pass_number(StateDirectory *state, Ledger *ledger);
/* What the file systems gained. */
void pass_measure(const Config *config, Pass *pass);
/* One line; `error`: why the pass ended early; NULL. */
void pass_write_history(StateDirectory *state, const PassOptions *options, Pass *pass, const char *error);
