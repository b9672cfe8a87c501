/* SPDX-License-Identifier: MIT */
/* Plan → outcomes: containers, then images, then build cache, then builders. */
#pragma once

#include <rgc/observe.h>
#include <rgc/recheck.h>

typedef struct Act {
    Engine *engine;
    const Plan *plan;
    StateDirectory *state;
    Ledger *ledger;         /* intents are taken out when they are done with */
    bool has_noted_intents; /* they are in the state directory; else (a full disk) no image may be half untagged */
    Recheck recheck;
    Report *report;
    const PassProgress *progress;
    size_t n_done, n_total; /* for progress */
    Strings deleted;        /* IDs of images that the engine said it deleted */
    bool is_stopped;        /* nothing more may start */
} Act;

/* Which tags are about to be removed of images with several: to be stored before act_run. */
void act_note_intents(const Plan *plan, Ledger *ledger);
/* Never fails as a whole: what went wrong stands in the report. */
void act_run(Act *act);
void act_clear(Act *act);

/* Parts. */
void act_containers(Act *act);
void act_images(Act *act);
void act_build_cache(Act *act);
void act_builders(Act *act);

/* Puts a tag back on the image that had it, unless another has it by now. An error: it is still owed. */
int act_give_back(Engine *engine, const char *image_id, const char *tag, Error *err);

void act_report(Act *act, TargetKind kind, const char *id, const char *ref, Outcome outcome, const char *error);
/* Remembers the first reason why the pass ends early. */
void act_stop(Act *act, const char *why);
/* To be called after requests side by side, which a signal ends by itself. */
void act_heed_signal(Act *act);
/* Is it time to end? (interrupted, or the fresh list could not be had) */
bool act_may_go_on(Act *act);
/* The same before caches and volumes. */
bool act_may_prune(Act *act);
Outcome act_outcome_of(Obstacle obstacle);
