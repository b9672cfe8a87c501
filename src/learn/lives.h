/* SPDX-License-Identifier: MIT */
/* How a container lived: whether it served, judged beside the other containers of its role. */
#pragma once

#include <rgc/ownership.h>
#include <rgc/snapshot.h>

/* Evidence that a container served, and that it did not; neither if nothing is known yet. Never both. */
typedef struct Life {
    bool has_served, has_failed;
    bool may_have_served; /* as far as the engine can tell, nobody ever will: it had an earlier life, or a power cut */
} Life;

/* Kamal's containers, sorted by service, destination and role, and in each role by their creation. Borrows them. */
typedef struct Group {
    const Container **items;
    size_t count;
} Group;

/* Is it proven to be Kamal's (rgc/ownership.h)? */
bool is_kamals(const Snapshot *snapshot, const Container *container);
/* The caller frees the items. */
void group_make(const Snapshot *snapshot, Group *ret);
/* Until when an older container of the role ran beside this one, and until when one may have. Only after that does this
 * one serve alone. 0 = none did. */
typedef struct Beside {
    Time until, may_until;
} Beside;
/* Returns false if an older container could not be inspected; then *ret tells nothing. */
bool older_ran_until(const Group *group, const Container *container, Time now, Beside *ret);
/* `min_uptime` in microseconds: so long must a container have lived by itself in order to have served. */
Life judge_life(const Container *container, const Group *group, const Owner *owner, int64_t min_uptime, Time now);
