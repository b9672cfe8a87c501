/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/ledger.h>

/* Folds what containers tell into the records of their images, and remembers their inspects. */
void learn_uses(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);
/* Which of the containers make an app of their repository: before learn_uses. */
void learn_services(Ledger *ledger, const Snapshot *snapshot, Time now);

/* What of containers that are gone is to be remembered, moved to `records`. */
void learn_departures(Ledger *ledger, const Snapshot *snapshot, ContainerRecord **records, size_t *count, Time now);

/* Which images were made here of an app's image, or of nothing: after learn_uses. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot);

/* Which builders' volumes are without a container, and since when. */
void learn_volumes(Ledger *ledger, const Snapshot *snapshot, Time now);
