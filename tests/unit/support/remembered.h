/* SPDX-License-Identifier: MIT */
/*
 * A host and what the state directory remembers of it: two apps of Kamal, a service of Compose, jobs that left nothing
 * behind, a stranger. The same host is looked at again and again, each time with another memory.
 */
#pragma once

#include "world.h"

#include <rgc/sightings_file.h>

typedef struct Remembered {
    World w;
    char *ledger; /* as a pass stored it a day ago */
    size_t size;
    Time learned;
    Sighting *sightings; /* what happened since, as it was watched */
    size_t n_sightings;
} Remembered;

void remembered_make(Remembered *ret);
void remembered_clear(Remembered *host);

/* A pass that remembers this ledger (NULL: none), whose engine has forgotten its events, and which reads what was
 * watched (NULL: nothing). The plan is in w.plan; of what it removes `ret` has the IDs. */
void remembered_pass(Remembered *host, const Ledger *ledger, StateDirectory *state, Strings *ret);
