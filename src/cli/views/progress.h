/* SPDX-License-Identifier: MIT */
/* One line on a terminal's standard error, rewritten as a pass goes on and gone at its end. */
#pragma once

#include "render.h"

#include <rgc/collect.h>

typedef struct Progress {
    Screen screen;
    bool is_shown;      /* only on a terminal */
    PassProgress calls; /* for pass_collect */
} Progress;

void progress_init(Progress *ret);
void progress_end(Progress *progress);
