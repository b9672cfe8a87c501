/* SPDX-License-Identifier: MIT */
/* A pass that no agent follows: its progress is shown on the terminal, and its outcomes are sent to the journal. */
#pragma once

#include "cli/session.h"
#include "cli/views/progress_line.h"

#include <rgc/pass_journal.h>

typedef struct ByHand {
    const Progress *progress;
    const Pass *pass;
    PassCause cause;
    bool has_journal;
    PassProgress calls; /* for pass_collect */
} ByHand;

/* Borrows all of its arguments. A pass with --state is somebody's own affair, and the journal is not told of it. */
void by_hand_init(ByHand *ret, const Session *session, const Progress *progress, const Pass *pass);
/* Tells the journal how the pass ended. */
void by_hand_end(const ByHand *by_hand, int exit_code);
