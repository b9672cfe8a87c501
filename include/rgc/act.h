/* SPDX-License-Identifier: MIT */
/*
 * Plan → outcomes: containers, then images, then build cache, then builders.
 */
#pragma once

#include <rgc/engine.h>
#include <rgc/ledger.h>
#include <rgc/plan.h>
#include <rgc/progress.h>
#include <rgc/removals.h>
#include <rgc/report.h>
#include <rgc/state.h>

/* All borrowed. */
typedef struct ActOrder {
    Engine *engine;
    const Snapshot *snapshot;
    const Plan *plan;
    Time planned_at;    /* before the plan's first list was asked for */
    const Strings *own; /* tags and IDs that this pass itself has tagged: no arrivals */
    StateDirectory *state;
    Ledger *ledger;         /* intents are taken out when they are done with */
    bool has_noted_intents; /* they are in the state directory; else (a full disk) no image may be half untagged */
    Report *report;
    Removals *removals; /* begun; each outcome is noted there. NULL: nobody wants to know */
    const PassProgress *progress;
} ActOrder;

/* Which tags are about to be removed: to be stored before act_run, as an engine that is killed leaves half of it. */
void act_note_intents(const Plan *plan, Ledger *ledger);
/* Never fails as a whole: what went wrong stands in the report. `ret_deleted`: IDs of images that the engine said it
 * deleted. */
void act_run(const ActOrder *order, Strings *ret_deleted);

/* Puts a tag back on the image that had it, unless another has it by now. An error: it is still owed. */
int act_give_back(Engine *engine, const char *image_id, const char *tag, Error *err);

/* The tags of all intents that are still owed: in the picture always, on the host where `engine` is not NULL. Drops the
 * intents. `ret`: tags and image IDs. */
int act_give_back_owed(Engine *engine, Ledger *ledger, Snapshot *snapshot, Strings *ret, Error *err);
