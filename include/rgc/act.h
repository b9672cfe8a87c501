/* SPDX-License-Identifier: MIT */
/*
 * Acting: carries out a Plan on the engine and records an outcome for each thing that was to be removed. Only
 * pass_collect() acts. Commands that only show a plan call act_give_back_owed(), without an engine, and nothing else.
 *
 * The order is containers, images, build cache, builders. A container uses its image, and build cache has layers of
 * images, so each step makes the next one possible.
 *
 * Acting never fails as a whole. A refusal (HTTP 409), a thing that is gone already (404) and a missing answer are
 * outcomes of that one thing and part of the report; `report->error` says why the pass ended early, if it did.
 * Whatever may be left half done is stored first, unless the disk is full, so the calls have one order:
 *
 *     act_give_back_owed(engine, &ledger, &snapshot, &own, err);     before the plan: mends an interrupted pass
 *     plan_decide(…, &plan);
 *     act_note_intents(&plan, &ledger);
 *     has_noted_intents = ledger_save(state, &ledger, err) == 0;
 *     removal_log_begin(&log, state, &plan, ledger.passes, err);
 *     act_run(&order, &deleted);
 *     removal_log_end(&log);
 *     ledger_save(state, &ledger, err);                              the intents that are done with are out of it
 *
 * The requests are those of the Docker Engine API: DELETE /containers/ID, DELETE /images/NAME, POST /images/ID/tag,
 * POST /build/prune, and `buildctl prune` by exec in a builder. None of them has `force` or `v=1`.
 */
#pragma once

#include <rgc/engine.h>
#include <rgc/ledger.h>
#include <rgc/plan.h>
#include <rgc/progress.h>
#include <rgc/removal_log.h>
#include <rgc/report.h>
#include <rgc/state.h>

/* What act_run() works with. It borrows all of it, and changes the ledger, the report and the removals. */
typedef struct ActOrder {
    Engine *engine;
    const Snapshot *snapshot; /* the one that the plan was made from */
    const Plan *plan;
    Time planned_at;    /* a moment before the plan's first list was requested: whatever comes later is news */
    const Strings *own; /* tags and image IDs that act_give_back_owed() has tagged; their events are no arrivals */
    StateDirectory *state;
    Ledger *ledger;         /* its intents; act_run() removes each one that is done with */
    bool has_noted_intents; /* the intents are stored. If not (a full disk), no image with several tags is removed */
    Report *report;
    RemovalLog *log; /* begun by the caller; act_run() notes each outcome in it. NULL if nobody wants the notes */
    const PassProgress *progress; /* NULL if nobody follows the pass */
} ActOrder;

/* Adds an intent to the ledger for each tagged image that the plan removes. The caller stores the ledger before
 * act_run(), because an engine that is killed between untagging and deleting leaves an image without its name. */
void act_note_intents(const Plan *plan, Ledger *ledger);

/* Removes what the plan says, and waits until it is done: up to 10 minutes for each removal. `ret_deleted` receives the
 * IDs of the images that the engine named as deleted, and belongs to the caller.
 *
 * A suspended plan makes act_run() do nothing, whatever it lists, so the parts need not ask. Neither case should come
 * this far: a pass on trial does not act (src/pass/pass.c), and plan_suspend() leaves nothing to remove in the plan of
 * an untrusted clock. */
void act_run(const ActOrder *order, Strings *ret_deleted);

/* Puts `tag` back on the image that had it. Returns 0 also if somebody has put the tag on an image meanwhile, which
 * then keeps it, and if the image is gone. A negative code means that the tag is still owed. */
int act_give_back(Engine *engine, const char *image_id, const char *tag, Error *err);

/* Gives back every tag that an earlier pass took and whose intent is still in the ledger, if its image is here and no
 * image has the tag. The snapshot receives the tags in any case, the host only if `engine` is not NULL: a command that
 * only reads shows what the next pass will find. Then the ledger has no intents any more. `ret` receives the tags and
 * image IDs, which are ActOrder.own. On an error, some tags may have been given back and all intents are kept. */
int act_give_back_owed(Engine *engine, Ledger *ledger, Snapshot *snapshot, Strings *ret, Error *err);
