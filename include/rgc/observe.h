/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/config.h>
#include <rgc/engine.h>
#include <rgc/host.h>
#include <rgc/ledger.h>
#include <rgc/pass.h>
#include <rgc/state.h>

/* engine → Snapshot. Any failure ends the pass: nothing is decided on half a picture. `ledger` says which containers
 * need no inspect. `began` is the time before the first list, `now` that of the snapshot. */
int observe(Engine *engine, const Config *config, const Ledger *ledger, const PassOptions *options, Snapshot *ret,
            Time *ret_began, Time *ret_now, Error *err);

/* What the images were made of: what is remembered in the state directory (NULL: nothing is), and, at most 1000 in a
 * pass, what is asked for now. `with_builds`: also how they were built, which decides nothing, of at most 1000 images in
 * all. `ret_is_new`: there is something to remember. */
int observe_facts(Engine *engine, StateDirectory *state, const Ledger *ledger, bool with_builds, Snapshot *snapshot,
                  Time now, bool *ret_is_new, Error *err);

/* The layers of all images, for an exact estimate: two requests an image. */
int observe_layers(Engine *engine, Snapshot *snapshot, Error *err);

/* What else is on the engine's file systems. What cannot be measured is named in the survey, and ends nothing.
 * `is_deep`: volumes, writable layers and the like are walked through, and `state` (NULL: nowhere) keeps what was found;
 * else what it has kept is taken. */
void observe_survey(Engine *engine, const Config *config, StateDirectory *state, const Snapshot *snapshot, Time now,
                    bool is_deep, const PassProgress *progress, Survey *ret);
