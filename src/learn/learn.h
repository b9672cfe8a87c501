/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/ledger.h>

/* Folds what containers tell into the records of their images, and remembers their inspects. */
void learn_uses(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);


/* Which builders' volumes are without a container, and since when. */
void learn_volumes(Ledger *ledger, const Snapshot *snapshot, Time now);
