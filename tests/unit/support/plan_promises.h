/* SPDX-License-Identifier: MIT */
/*
 * What must be true of every plan, told once more from the public headers alone: the facts, the memory, the policy and
 * the plan. Nothing here calls what made the plan.
 */
#pragma once

#include <rgc/plan.h>

typedef struct Decision {
    const Snapshot *snapshot;
    const Ledger *ledger; /* has learned the snapshot */
    const Policy *policy;
    const char *deployed; /* NULL, or whose hook asked */
    const Plan *plan;
} Decision;

/* NULL, or the first promise that the plan breaks, as a sentence. Caller frees. */
char *broken_promise(const Decision *d);

/* How often each reason decided, over all calls: a generator that never leads to one proves nothing about it. */
extern size_t reasons_seen[REASON_MAX_][VERDICT_MAX_];
extern size_t rollbacks_checked;
