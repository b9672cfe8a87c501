/* SPDX-License-Identifier: MIT */
/* How a container lived, judged beside those of its role. */
#pragma once

#include <rgc/ownership.h>
#include <rgc/snapshot.h>

/* Did it serve? Evidence for, evidence against; neither where nothing is known yet. */
typedef struct Life {
    bool has_served, has_failed;
} Life;

/* Kamal's containers in groups of one (service, destination, role), oldest first. */
typedef struct Group {
    const Container **items;
    size_t count;
} Group;

/* Is it Kamal's, by rgc/ownership.h? */
bool is_kamals(const Snapshot *snapshot, const Container *container);
/* The caller frees the items. */
void group_make(const Snapshot *snapshot, Group *ret);
/* Until when an older container of the role ran beside this one, and until when one may have: only then does a deploy tool
 * send traffic to it. */
typedef struct Beside {
    Time until, may_until;
} Beside;
/* False: one of them could not be inspected. */
bool older_ran_until(const Group *group, const Container *container, Time now, Beside *ret);
Life judge_life(const Container *container, const Group *group, const Owner *owner, int64_t min_uptime, Time now);
