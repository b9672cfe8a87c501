/* SPDX-License-Identifier: MIT */
/*
 * What pass.c leaves to the files beside it: deciding once (decide_once.c), and what is measured, counted and published
 * when the pass has ended (publish.c).
 */
#pragma once

#include <rgc/collect.h>
#include <rgc/totals.h>

/* How the pass counts in the metrics. `error` is why it ended early, or NULL. */
PassResult pass_result(const Pass *pass, const char *error);

/* Counts the pass and writes [metrics] textfile, or does neither if the directory of that file is missing. No failure
 * of this fails a pass: pass->metrics_note says what went wrong. `error` is why the pass ended early, or NULL. */
void metrics_publish(const Config *config, StateDirectory *state, const PassOptions *options, const char *error,
                     Pass *pass);

/* Calls plan_decide() once, with layers if sizes decide, and makes the estimate as exact as it can be. */
int pass_decide(Engine *engine, const Config *config, const PassOptions *options, const DecideOptions *decide, Time now,
                Pass *pass, Error *err);
/* Gives the pass the next number. Without a ledger, numbers continue from the history, so that each names one pass. */
void pass_number(StateDirectory *state, Ledger *ledger);
/* Measures the file systems again and fills report.freed with what they gained. If they cannot be read, it is 0. */
void pass_measure(const Config *config, Pass *pass);
/* Fills pass->summary and adds it to the history. `error` is why the pass ended early, or NULL. */
void pass_write_history(StateDirectory *state, const PassOptions *options, Pass *pass, const char *error);
