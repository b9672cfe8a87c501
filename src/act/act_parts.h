/* SPDX-License-Identifier: MIT */
/* What the files of this room share: one run of act_run(). */
#pragma once

#include "recheck.h"

#include <rgc/act.h>

typedef struct Act {
    Engine *engine;
    const Plan *plan;
    StateDirectory *state;
    Ledger *ledger;         /* intents are taken out when they are done with */
    bool has_noted_intents; /* they are in the state directory; else (a full disk) no image may be half untagged */
    Recheck recheck;
    Report *report;
    Removals *removals;
    const PassProgress *progress;
    size_t n_done, n_total; /* for progress */
    Strings deleted;        /* IDs of images that the engine said it deleted */
    bool is_stopped;        /* nothing more may start */
} Act;

/* Parts. */
void act_containers(Act *act);
void act_images(Act *act);
void act_build_cache(Act *act);
void act_builders(Act *act);

void act_report(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error);
/* Of cache: with what was freed. */
void act_report_cache(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error,
                      int64_t freed);
/* Remembers the first reason why the pass ends early. */
void act_stop(Act *act, const char *why);
/* To be called after requests side by side, which a signal ends by itself. */
void act_heed_signal(Act *act);
/* Is it time to end? (interrupted, or the fresh list could not be had) */
bool act_may_go_on(Act *act);
/* The same before caches and volumes. */
bool act_may_prune(Act *act);
Outcome act_outcome_of(Obstacle obstacle);
