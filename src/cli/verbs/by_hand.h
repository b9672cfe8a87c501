/* SPDX-License-Identifier: MIT */
/* A pass that no agent follows: the terminal has its progress, and the journal its outcomes. */
#pragma once

#include "cli/session.h"
#include "cli/views/progress.h"

#include <rgc/pass_journal.h>

typedef struct ByHand {
    const Progress *progress;
    const Pass *pass;
    PassCause cause;
    bool has_journal;
    PassProgress calls; /* for pass_collect */
} ByHand;

/* Borrows all. With --state the state, and so the pass, is somebody's own affair: the journal hears nothing of it. */
void by_hand_init(ByHand *ret, const Session *session, const Progress *progress, const Pass *pass);
void by_hand_end(const ByHand *by_hand, int exit_code);
