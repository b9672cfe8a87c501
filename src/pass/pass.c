/* SPDX-License-Identifier: MIT */
/* The pass, from top to bottom. */
#include "publish.h"

#include <rgc/act.h>
#include <rgc/ballast.h>
#include <rgc/clock.h>
#include <rgc/interrupt.h>
#include <rgc/observe.h>

#include <rgc/report_json.h>
#include <rgc/watch.h>

#include <errno.h>
#include <string.h>

/* Up to this many images, layers are asked for one by one to make the estimate exact. */
#define LAYERS_MAX 100

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

/* Tags that an interrupted pass took and did not give back: still nobody's, and the image is still here. */
static bool is_owed(const Snapshot *snapshot, const Intent *intent, const char *tag)
{
    return snapshot_image(snapshot, intent->image_id) && !snapshot_image_by_tag(snapshot, tag);
}

/* As if the interrupted pass had not happened: in the picture (always), and on the host (`engine` not NULL). */
static int give_back_tags(Engine *engine, Ledger *ledger, Snapshot *snapshot, Strings *ret, Error *err)
{
    for (size_t i = 0; i < ledger->n_intents; i++) {
        const Intent *intent = &ledger->intents[i];
        Time from = wall_clock();
        for (size_t j = 0; j < intent->tags.count; j++) {
            const char *tag = intent->tags.items[j];
            if (!is_owed(snapshot, intent, tag))
                continue;
            int r = engine ? act_give_back(engine, intent->image_id, tag, err) : 0;
            if (r < 0)
                return error_wrap(err, "giving back the tag %s, which an interrupted pass took", tag);
            strings_add_unique(&snapshot_image(snapshot, intent->image_id)->tags, tag);
            strings_add_unique(ret, intent->image_id);
            strings_add_unique(ret, tag);
            ledger_note_returned(ledger, intent->image_id, from, wall_clock());
        }
    }
    return 0;
}

static void clear_intents(Ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_intents; i++)
        intent_clear(&ledger->intents[i]);
    ledger->n_intents = 0;
}

static bool is_by_hand(const PassOptions *options)
{
    return options->trial_usec == 0;
}

/* Begins with the first pass that finds no ledger; a pass by hand ends it, but not that of the apps which it leaves
 * alone. */
static void mind_trial(Ledger *ledger, const Config *config, const PassOptions *options, Time now)
{
    int64_t trial = is_by_hand(options) ? config->trial_usec : options->trial_usec;
    if (is_by_hand(options) && !options->app)
        ledger->trial_until = 0;
    else if (ledger->is_new)
        ledger->trial_until = trial > 0 ? now + trial : 0;
    else if (ledger->trial_until > now + trial)
        ledger->trial_until = now + trial; /* the clock was wrong then, or the configuration is new */
}

static Hold hold_of(ClockVerdict clock, const Ledger *ledger, bool acts_on_trial, Time now)
{
    if (clock != CLOCK_FINE)
        return HOLD_CLOCK;
    return ledger->trial_until > now && !acts_on_trial ? HOLD_TRIAL : HOLD_NONE;
}

static bool has_image_to_remove(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    return false;
}

/* For an exact estimate: two requests an image. */
static int query_layers(Engine *engine, Snapshot *snapshot, Error *err)
{
    Image **images = xcalloc(snapshot->n_images + 1, sizeof(*images));
    for (size_t i = 0; i < snapshot->n_images; i++)
        images[i] = &snapshot->images[i];
    int r = engine_query_layers(engine, images, snapshot->n_images, err);
    free(images);
    return r;
}

/* What images free decides only how far a pass goes that has to make room: then their layers are observed before. Else
 * the layers only tell how much a plan frees that removes some, and nobody is asked for them where none goes. */
static int decide_once(Engine *engine, const Config *config, const PassOptions *options, const DecideOptions *decide,
                       Time now, Pass *pass, Error *err)
{
    Snapshot *snapshot = &pass->snapshot;
    bool wants_layers = options->with_layers && snapshot->n_images <= LAYERS_MAX;
    bool decides = wants_layers && plan_weighs_sizes(snapshot, &pass->ledger, &config->policy, now, decide);
    int r = decides ? query_layers(engine, snapshot, err) : 0;
    if (r < 0)
        return r;
    plan_decide(snapshot, &pass->ledger, &config->policy, now, decide, &pass->plan);
    if (!wants_layers || decides || !has_image_to_remove(&pass->plan))
        return 0;
    if ((r = query_layers(engine, snapshot, err)) == 0)
        plan_estimate(&pass->plan);
    return r;
}

/* observe → learn → decide. */
static int make_plan(Engine *engine, const Config *config, StateDirectory *state, const PassOptions *options,
                     bool may_write, Pass *pass, Error *err)
{
    Time now;
    int r = observe(engine, config, &pass->ledger, options, &pass->snapshot, &pass->observed_from, &now, err);
    if (r == 0 && state)
        seen_fold(state, &pass->ledger, &pass->snapshot, now);
    if (r == 0)
        r = give_back_tags(may_write ? engine : NULL, &pass->ledger, &pass->snapshot, &pass->given_back, err);
    if (r < 0)
        return r;
    clear_intents(&pass->ledger);

    DecideOptions decide = {.deployed = options->deployed, .app = options->app};
    if (may_write)
        mind_trial(&pass->ledger, config, options, now);
    decide.hold = hold_of(ledger_clock(&pass->ledger, &pass->snapshot.engine, now), &pass->ledger,
                          may_write && is_by_hand(options), now);
    if (options->is_pressing)
        ledger_note_pressure(&pass->ledger, now);
    ledger_learn(&pass->ledger, &pass->snapshot, &config->policy, now);
    return decide_once(engine, config, options, &decide, now, pass, err);
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
    ret->engine_was_reached = true;
    ret->report.requests = engine_requests(engine);
    return 0;
}

/* A full disk must not keep rgc from emptying it; anything else that keeps the ledger from being written ends the pass.
 */
static int save_before_acting(StateDirectory *state, Pass *pass, bool *ret_is_saved, Error *err)
{
    int r = ledger_save(state, &pass->ledger, err);
    *ret_is_saved = r == 0;
    if (r != -ENOSPC && r != -EDQUOT)
        return r;
    free(pass->ledger_note);
    pass->ledger_note = xasprintf("%s: the pass went on, to make room", err->text);
    return 0;
}

static int64_t available_bytes(const Disk *disks, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += disks[i].available_bytes;
    return sum;
}

static void measure(const Config *config, Pass *pass)
{
    Report *report = &pass->report;
    const Snapshot *snapshot = &pass->snapshot;

    if (host_read_disks(&snapshot->engine, &config->storage, &report->disks_after, &report->n_disks_after, NULL) == 0)
        report->freed.disk_bytes = available_bytes(report->disks_after, report->n_disks_after) -
                                   available_bytes(snapshot->disks, snapshot->n_disks);
    report->freed.estimated_bytes = pass->plan.estimate_bytes;
}

static int act_and_save(Engine *engine, StateDirectory *state, const Config *config, const PassOptions *options,
                        Pass *pass, Error *err)
{
    cleanup_with(strings_clear) Strings deleted = {};
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
    act_run(&order, &deleted);
    pass->report.freed.engine_bytes += plan_bytes_of(&pass->plan, &deleted);
    measure(config, pass);
    /* Facts are safe already; what is written now is that the intents are done. */
    return ledger_save(state, &pass->ledger, err);
}

int pass_check_app(const Pass *pass, const char *app, Error *err)
{
    for (size_t i = 0; app && i < pass->plan.n_apps; i++)
        if (strcmp(pass->plan.apps[i].name, app) == 0)
            return 0;
    return app ? error_set(err, EINVAL, "there is no app named '%s' on this host; rgc status lists them", app) : 0;
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
        pass->ledger.is_new = false;
        pass->ledger.passes++;
        r = pass->plan.hold == HOLD_TRIAL ? ledger_save(state, &pass->ledger, err)
                                          : act_and_save(engine, state, config, options, pass, err);
        if (r == 0)
            seen_drop(state);
    }
    pass->report.requests = engine_requests(engine);
    return r;
}

static void write_history(StateDirectory *state, const PassOptions *options, Pass *pass, const char *error)
{
    const Report *report = &pass->report;
    const SummaryCause cause = {options->trigger ? options->trigger : "collect", options->reason};
    bool removed_nothing = report->counts[OUTCOME_REMOVED] == 0;
    Error ignored = {};
    pass->summary = json_summary(pass, pass->ledger.passes, &cause, error);
    /* A history that cannot be written (a full disk) fails no pass; what it did stands in the report. */
    (void)history_append(state, pass->summary, removed_nothing, &ignored);
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
        write_history(state, options, ret, error);
        metrics_publish(config, state, options, error, ret);
    }
    ballast_take(state, has_dropped_ballast);
    return r;
}
