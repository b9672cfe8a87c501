/* SPDX-License-Identifier: MIT */
/* Notes since when no container has mounted a builder's volume: nothing else shows that nobody wants what is in it. A
 * pass that cannot list volumes changes nothing. */
#include "learn.h"

#include <rgc/builders.h>
#include <string.h>

void learn_volumes(Ledger *ledger, const Snapshot *snapshot, Time now)
{
    VolumeRecord *records = NULL;
    size_t count = 0;

    if (!snapshot->knows_volumes)
        return;
    for (size_t i = 0; i < snapshot->n_volumes; i++) {
        const char *name = snapshot->volumes[i].name;
        Time since = ledger_volume_alone_since(ledger, name);
        if (snapshot_volume_user(snapshot, name))
            continue;
        VolumeRecord *record = array_add(&records, &count);
        record->name = xstrdup(name);
        record->alone_since = since ? since : now;
    }
    for (size_t i = 0; i < ledger->n_volumes; i++)
        free(ledger->volumes[i].name);
    free(ledger->volumes);
    ledger->volumes = records;
    ledger->n_volumes = count;
}
