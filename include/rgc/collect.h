/* SPDX-License-Identifier: MIT */
/*
 * Making a pass: observe → learn → decide → act → report (docs/ARCHITECTURE.md). rgc/pass.h has the values.
 *
 * pass_plan() is for commands that show what a pass would do (`rgc plan`, `status`, `why`, `check`, `audit`);
 * pass_collect() is the pass itself, `rgc collect --here`. Both decide with the same code, so that a plan shows what a
 * pass would do at that moment; tests/fault/plan_and_pass.py compares them on random hosts.
 *
 *     cleanup_with(pass_clear) Pass pass = {0};
 *     if ((r = state_open_or_make(path, &state, err)) < 0 || (r = state_lock(state, err)) < 0 ||
 *         (r = pass_collect(&config, state, &options, &pass, err)) < 0)
 *         return r;                                  pass.report says what was removed before the error
 */
#pragma once

#include <rgc/config.h>
#include <rgc/engine.h>
#include <rgc/host.h>
#include <rgc/pass.h>
#include <rgc/state.h>

/* Observes, learns in memory and decides. Writes nothing, neither on the engine nor in the state directory, except for
 * the sizes that a deep survey has measured. `state` may be NULL: the plan is then made without a ledger, as it is if
 * this user may not read it. The caller clears `ret`, which must be zeroed, also after an error. */
int pass_plan(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* Makes the whole pass. The state directory must be locked. After an error nothing more is removed, and `ret->report`
 * says what was removed before it; the refusal of a single removal is no error, but an outcome in the report. History
 * and metrics are written in any case, except for an app that does not exist. The caller clears `ret`, as above. */
int pass_collect(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* -EINVAL unless `app` is NULL or the plan has an app of this name; `err` names the app that is most like it. */
int pass_check_app(const Pass *pass, const char *app, Error *err);
