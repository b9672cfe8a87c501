/* SPDX-License-Identifier: MIT */
/*
 * Observing: the engine and the host into a Snapshot, the first step of every pass and of every command that shows what
 * is on the host. Nothing here changes the engine. src/observe/observe.c tells the order of the lists, and why.
 *
 *     r = observe(engine, config, &ledger, options, &snapshot, &began, &now, err);
 *     sightings_fold(state, &ledger, &snapshot, now);                    rgc/watch.h: what happened between passes
 *     r = observe_facts(engine, state, &ledger, &policy, with_builds, &snapshot, now, &is_new, err);
 *
 * Errors: a list that fails is an error, because nothing may be decided on half a picture. A row that cannot be read is
 * named in snapshot.unreadable, and a thing that rgc can do without, such as the build cache, in snapshot.unavailable.
 */
#pragma once

#include <rgc/config.h>
#include <rgc/engine.h>
#include <rgc/host.h>
#include <rgc/ledger.h>
#include <rgc/pass.h>
#include <rgc/state.h>

/* Fills the snapshot, indexed (snapshot_index()). `ledger` tells which containers need no inspect, because rgc has
 * inspected them in this state before. `*ret_began` is a moment before the first list: what comes later may be missing
 * from the snapshot. `*ret_now` is a moment after the list of containers: the time of the snapshot, up to which its
 * events reach. The caller clears the snapshot. */
int observe(Engine *engine, const Config *config, const Ledger *ledger, const PassOptions *options, Snapshot *ret,
            Time *ret_began, Time *ret_now, Error *err);

/* Fills snapshot->facts with what is remembered in `state` (NULL: nothing is), and asks the engine for what is missing,
 * at most 1000 images in a pass. `with_builds` also asks how images were built, which decides nothing, for at most 1000
 * images in all. `policy` tells whether images that nobody used may be removed: then what they were made of decides.
 * `*ret_is_new` is whether there is something that the caller should store with facts_save(). */
int observe_facts(Engine *engine, StateDirectory *state, const Ledger *ledger, const Policy *policy, bool with_builds,
                  Snapshot *snapshot, Time now, bool *ret_is_new, Error *err);

/* Fills the layers of all images, for an exact estimate. This takes two requests for each image. */
int observe_layers(Engine *engine, Snapshot *snapshot, Error *err);

/* Finds what else is on the engine's file systems, for `rgc status`. It cannot fail: what cannot be measured is named
 * in the survey. With `is_deep`, volumes, writable layers and the like are walked through, and the sizes are stored in
 * `state` (NULL: nowhere). Without it, the survey contains the sizes that an earlier walk has stored there. */
void observe_survey(Engine *engine, const Config *config, StateDirectory *state, const Snapshot *snapshot, Time now,
                    bool is_deep, const PassProgress *progress, Survey *ret);
