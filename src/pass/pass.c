/* SPDX-License-Identifier: MIT */
/*
 * The pass, from top to bottom: read make_plan() for what is decided on, act_and_save() for what is stored when, and
 * run() for the whole.
 *
 * What is stored, and when, makes each moment safe to end at:
 *  1. The ledger, with the intents of all tags that are about to be taken off, before the first removal.
 *  2. removed.jsonl, with all that is about to be removed, before the first removal; each outcome after it.
 *  3. The ledger without the intents that are done with, after the last removal.
 *  4. Only then are sightings dropped, because the ledger knows them now, and facts and history written.
 * A full disk may keep 1 and 2 from being written. The pass continues then, because it is the one that makes room, but
 * removes no image with several tags (src/act/intents.c). tests/fault/interruptions.py ends passes at these moments.
 */
#include "pass_parts.h"

#include <rgc/act.h>
#include <rgc/audit.h>
#include <rgc/ballast.h>
#include <rgc/clock.h>
#include <rgc/facts_file.h>
#include <rgc/interrupt.h>
#include <rgc/observe.h>

#include <rgc/report_json.h>
#include <rgc/saturate.h>
#include <rgc/watch.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

static int open_engine(const Config *config, Engine **ret, Error *err)
{
    const EngineOptions options = {
        .host = config->host,
        .timeout_usec = config->timeout_usec,
        .parallel = config->parallel,
        .is_interrupted = pass_is_interrupted,
    };
    return engine_open(&options, ret, err);
}

/* observe → learn → decide. Only a pass may write: a plan gives tags back in its picture of the host alone. */
static int make_plan(Engine *engine, const Config *config, StateDirectory *state, const PassOptions *options,
                     bool may_write, Pass *pass, Error *err)
{
    Time now;
    int r = observe(engine, config, &pass->ledger, options, &pass->snapshot, &pass->observed_from, &now, err);
    if (r == 0 && state)
        sightings_fold(state, &pass->ledger, &pass->snapshot, now);
    if (r == 0)
        r = observe_facts(engine, state, &pass->ledger, &config->policy, may_write || options->with_builds,
                          &pass->snapshot, now, &pass->has_new_facts, err);
    if (r == 0)
        r = act_give_back_owed(may_write ? engine : NULL, &pass->ledger, &pass->snapshot, &pass->given_back, err);
    if (r < 0)
        return r;

    ClockVerdict clock = ledger_enter(&pass->ledger, &pass->snapshot, now);
    DecideOptions decide = {.deployed = options->deployed, .app = options->app};
    if (may_write)
        pass->has_ended_trial = trial_update(&pass->ledger, options->trial_usec, options->ends_trial, now);
    decide.suspension = suspension_decide(&pass->ledger, clock, now);
    if (options->is_pressing)
        ledger_note_pressure(&pass->ledger, now);
    ledger_learn(&pass->ledger, &pass->snapshot, &config->policy, now);
    r = pass_decide(engine, config, options, &decide, now, pass, err);
    if (r == 0)
        audit_apps(&pass->plan, &config->policy, &pass->audit);
    return r;
}

int pass_plan(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err)
{
    cleanup_with(engine_freep) Engine *engine = NULL;
    int r = 0;

    if (state)
        r = ledger_load(state, &ret->ledger, &ret->has_ledger, &ret->ledger_note, err);
    if (r < 0 && r != -EACCES)
        return r;
    if (r == -EACCES)
        ret->ledger_note = xstrdup(err->text);
    if (!ret->has_ledger)
        ret->ledger.is_new = true;
    if ((r = open_engine(config, &engine, err)) < 0 ||
        (r = make_plan(engine, config, state, options, false, ret, err)) < 0)
        return r;
    if (options->with_survey)
        observe_survey(engine, config, state, &ret->snapshot, ret->plan.now, options->is_deep, options->progress,
                       &ret->survey);
    ret->engine_was_reached = true;
    ret->report.requests = engine_requests(engine);
    return 0;
}

static int save(StateDirectory *state, Pass *pass, Error *err)
{
    int r = ledger_save(state, &pass->ledger, err);
    pass->is_stored |= r == 0;
    return r;
}

/* A full disk must not keep rgc from emptying it. Any other failure to store the ledger ends the pass. */
static int save_before_acting(StateDirectory *state, Pass *pass, bool *ret_is_saved, Error *err)
{
    int r = save(state, pass, err);
    *ret_is_saved = r == 0;
    if (r != -ENOSPC && r != -EDQUOT)
        return r;
    free(pass->ledger_note);
    pass->ledger_note = xasprintf("%s; the pass continued without it, to make room", err->text);
    return 0;
}

/* Notes what is about to be removed. The same failures as above end the pass, or do not. */
static int begin_log(StateDirectory *state, Pass *pass, RemovalLog *ret, Error *err)
{
    int r = removal_log_begin(ret, state, &pass->plan, pass->ledger.passes, err);
    if (r != -ENOSPC && r != -EDQUOT)
        return r;
    if (!pass->ledger_note)
        pass->ledger_note = xasprintf("%s; the pass continued without it, to make room", err->text);
    return 0;
}

static int act_and_save(Engine *engine, StateDirectory *state, const Config *config, const PassOptions *options,
                        Pass *pass, Error *err)
{
    cleanup_with(strings_clear) Strings deleted = {0};
    ActOrder order = {
        .engine = engine,
        .snapshot = &pass->snapshot,
        .plan = &pass->plan,
        .planned_at = pass->observed_from,
        .own = &pass->given_back,
        .state = state,
        .ledger = &pass->ledger,
        .report = &pass->report,
        .progress = options->progress,
    };

    act_note_intents(&pass->plan, &pass->ledger);
    int r = save_before_acting(state, pass, &order.has_noted_intents, err);
    if (r < 0)
        return r;
    cleanup_with(removal_log_end) RemovalLog log;
    order.log = &log;
    r = begin_log(state, pass, &log, err);
    if (r < 0)
        return r;
    act_run(&order, &deleted);
    saturating_grow(&pass->report.freed.engine_bytes, plan_bytes_of(&pass->plan, &deleted));
    pass_measure(config, pass);
    /* What this pass has learned is stored already; this stores that the intents are done with. */
    return save(state, pass, err);
}

int pass_check_app(const Pass *pass, const char *app, Error *err)
{
    if (!app)
        return 0;
    for (size_t i = 0; i < pass->plan.n_apps; i++)
        if (strcmp(pass->plan.apps[i].name, app) == 0)
            return 0;
    cleanup_with(free_charp) char *near = plan_nearest_app(&pass->plan, app);
    if (near)
        return error_set(err, EINVAL, "there is no app named '%s' on this host; did you mean %s?", app, near);
    return error_set(err, EINVAL, "there is no app named '%s' on this host; rgc status --all lists them", app);
}

static int run(const Config *config, StateDirectory *state, const PassOptions *options, Pass *pass, Error *err)
{
    cleanup_with(engine_freep) Engine *engine = NULL;
    int r;

    if ((r = ledger_load(state, &pass->ledger, &pass->has_ledger, &pass->ledger_note, err)) < 0 ||
        (r = open_engine(config, &engine, err)) < 0)
        return r;
    r = make_plan(engine, config, state, options, true, pass, err);
    if (r == 0) {
        r = pass_check_app(pass, options->app, err);
        pass->is_refused = r < 0;
    }
    if (r == 0) {
        pass->engine_was_reached = true;
        pass_number(state, &pass->ledger);
        r = pass->plan.suspension == SUSPENSION_TRIAL ? save(state, pass, err)
                                                      : act_and_save(engine, state, config, options, pass, err);
        pass->has_ended_trial &= pass->is_stored;
        if (r == 0 && !pass->ledger.stored) /* else a pass that may believe its clock has to learn from it */
            sightings_drop(state, &pass->ledger);
        Error ignored; /* facts that cannot be stored are asked for again */
        if (r == 0 && pass->has_new_facts)
            (void)facts_save(state, pass->snapshot.facts, pass->snapshot.n_facts, &pass->ledger, &ignored);
    }
    pass->report.requests = engine_requests(engine);
    return r;
}

int pass_collect(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err)
{
    ret->report.began = wall_clock();
    bool has_dropped_ballast = ballast_drop(state);
    int r = run(config, state, options, ret, err);
    ret->report.ended = wall_clock();
    ret->report.duration_ms = (ret->report.ended - ret->report.began) / 1000;
    const char *error = r < 0 ? err->text : ret->report.error;
    if (!ret->is_refused) {
        pass_write_history(state, options, ret, error);
        metrics_publish(config, state, options, error, ret);
    }
    ballast_take(state, has_dropped_ballast);
    return r;
}
