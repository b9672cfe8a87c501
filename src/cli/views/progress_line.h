/* SPDX-License-Identifier: MIT */
/*
 * The progress line: one line on a terminal's standard error, which is rewritten while a pass is under way and wiped at
 * its end. If standard error is no terminal, all functions do nothing.
 */
#pragma once

#include "render.h"

#include <rgc/collect.h>

typedef struct Progress {
    Screen screen;
    bool is_shown;      /* standard error is a terminal */
    PassProgress calls; /* to be given to pass_collect(); empty unless it is shown */
} Progress;

void progress_init(Progress *ret);
void progress_end(Progress *progress);
