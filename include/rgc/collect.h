/* SPDX-License-Identifier: MIT */
/*
 * A pass: observe → learn → decide → act → report. See docs/ARCHITECTURE.md.
 */
#pragma once

#include <rgc/config.h>
#include <rgc/engine.h>
#include <rgc/host.h>
#include <rgc/pass.h>
#include <rgc/state.h>

/* observe, learn in memory, decide. Writes nothing. `state` may be NULL: no ledger. */
int pass_plan(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* The whole pass. The state directory must be locked. On error nothing (more) has been removed and
 * `ret->report` says what was. */
int pass_collect(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* -EINVAL unless the plan has an app of this name; NULL is any. */
int pass_check_app(const Pass *pass, const char *app, Error *err);
