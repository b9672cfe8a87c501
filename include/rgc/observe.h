/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/collect.h>

/* engine → Snapshot. Any failure ends the pass: nothing is decided on half a picture. `ledger` says which containers
 * need no inspect. `began` is the time before the first list, `now` that of the snapshot. */
int observe(Engine *engine, const Config *config, const Ledger *ledger, const PassOptions *options, Snapshot *ret,
            Time *ret_began, Time *ret_now, Error *err);

/* The restricted kind of progress report that all steps make. */
void progress_step(const PassProgress *progress, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
