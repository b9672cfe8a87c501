/* SPDX-License-Identifier: MIT */
/*
 * One run of act_run(): the order of its four parts, and what they share, which is reporting, ending early, and the
 * question whether the next removal may start. Each part has its own file; none of them calls another.
 */
#include "act_parts.h"

#include <rgc/interrupt.h>

#include <errno.h>

static void report(Act *act, const OutcomeEntry *entry, int64_t bytes)
{
    act->n_done++;
    if (act->log)
        removal_log_note(act->log, entry, bytes);
    if (act->progress && act->progress->on_outcome)
        act->progress->on_outcome(entry, act->n_done, act->n_total, act->progress->userdata);
}

void act_report(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error)
{
    report(act, report_add(act->report, kind, id, ref, outcome, error), -1);
}

void act_report_cache(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error,
                      int64_t freed)
{
    report(act, report_add(act->report, kind, id, ref, outcome, error), freed);
}

void act_stop(Act *act, const char *why)
{
    act->is_stopped = true;
    if (!act->report->error && why)
        act->report->error = xstrdup(why);
}

void act_heed_signal(Act *act)
{
    if (act->is_stopped || !pass_is_interrupted())
        return;
    act->report->was_interrupted = true;
    act_stop(act, NULL);
}

/* `refresh` has the host looked at again. If that fails, rgc does not know what has come meanwhile, and the pass
 * removes nothing more. The signal is asked for again, because it ends the refresh too, and that is no failure. */
static bool may_go_on(Act *act, int (*refresh)(Recheck *recheck, Error *err))
{
    Error error = {0};

    act_heed_signal(act);
    if (!act->is_stopped && refresh(&act->recheck, &error) < 0) {
        act_heed_signal(act);
        error_wrap(&error, "the list of containers could not be read again, so nothing more was removed");
        act_stop(act, error.text);
    }
    return !act->is_stopped;
}

bool act_may_go_on(Act *act)
{
    return may_go_on(act, recheck_refresh);
}

bool act_may_prune(Act *act)
{
    return may_go_on(act, recheck_containers);
}

Outcome act_outcome_of(Obstacle obstacle)
{
    switch (obstacle) {
    case OBSTACLE_IN_USE:
        return OUTCOME_IN_USE;
    case OBSTACLE_GONE:
        return OUTCOME_GONE;
    default:
        return OUTCOME_SKIPPED;
    }
}

/* The total of "3 of 7 removed". The engine's build cache is not counted. */
static size_t count_removals(const Plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->n_containers; i++)
        count += plan->containers[i].judgement.verdict == VERDICT_REMOVE;
    for (size_t i = 0; i < plan->n_images; i++)
        count += plan->images[i].judgement.verdict == VERDICT_REMOVE;
    for (size_t i = 0; i < plan->n_builders; i++)
        count += plan->builders[i].prune || (plan->builders[i].removes && !plan->builders[i].builder->container_id);
    return count;
}

void act_run(const ActOrder *order, Strings *ret_deleted)
{
    Act act = {
        .engine = order->engine,
        .plan = order->plan,
        .state = order->state,
        .ledger = order->ledger,
        .has_noted_intents = order->has_noted_intents,
        .recheck = {.engine = order->engine,
                    .before = order->snapshot,
                    .ledger = order->ledger,
                    .planned_at = order->planned_at,
                    .looked_until = order->plan->now,
                    .own = order->own},
        .report = order->report,
        .log = order->log,
        .progress = order->progress,
        .n_total = count_removals(order->plan),
    };

    if (order->plan->suspension == SUSPENSION_NONE) {
        act_containers(&act);
        act_images(&act);
        act_build_cache(&act);
        act_builders(&act);
    }
    *ret_deleted = act.deleted;
    recheck_clear(&act.recheck);
}
