/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: the state of one act_run(). act.c creates it, the four parts work on it one after
 * the other, and a part that finds `is_stopped` set starts nothing more.
 */
#pragma once

#include "recheck.h"

#include <rgc/act.h>

typedef struct Act {
    Engine *engine;
    const Plan *plan;
    StateDirectory *state;
    Ledger *ledger;         /* its intents; each one that is done with is removed */
    bool has_noted_intents; /* the intents are stored. If not (a full disk), no image with several tags is removed */
    Recheck recheck;
    Report *report;
    RemovalLog *log;              /* NULL if nobody wants the notes */
    const PassProgress *progress; /* NULL if nobody follows the pass */
    size_t n_done, n_total;       /* of what the plan removes; for progress */
    Strings deleted;              /* IDs of the images that the engine named as deleted */
    bool is_stopped;              /* nothing more may start */
} Act;

/* The four parts, in the order in which act_run() calls them. */
void act_containers(Act *act);
void act_images(Act *act);
void act_build_cache(Act *act);
void act_builders(Act *act);

/* Adds an outcome to the report, the notes and the progress. All texts are copied; `ref` and `error` may be NULL. */
void act_report(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error);
/* The same for cache, whose freed bytes only the engine's answer tells. */
void act_report_cache(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error,
                      int64_t freed);
/* Starts nothing more. The first `why` becomes report->error; NULL, after a signal, leaves that empty. */
void act_stop(Act *act, const char *why);
/* Stops the run if a signal has come. A part calls it after requests, which a signal ends by itself. */
void act_heed_signal(Act *act);
/* Whether the next removal may start, with the host looked at again if the last look is too old (recheck_refresh). */
bool act_may_go_on(Act *act);
/* The same before caches and volumes, which no arrival concerns (recheck_containers). */
bool act_may_prune(Act *act);
/* The outcome of a removal that did not start because of this obstacle. */
Outcome act_outcome_of(Obstacle obstacle);
