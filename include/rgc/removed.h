/* SPDX-License-Identifier: MIT */
/*
 * Removed: what is remembered of one thing that a pass has removed, or is about to remove.
 *
 * A pass notes what it is about to remove before it begins, and each removal once the engine has answered. So a pass
 * that is killed between the two hides nothing: the next pass looks for what is still open, and says that it was
 * removed if it is not there any more.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum RemovedState {
    REMOVED_GOING,   /* a pass is about to remove it, or ended without the engine's answer */
    REMOVED_DONE,    /* the engine has removed it */
    REMOVED_ASSUMED, /* no answer came, and a later pass did not find it any more */
    REMOVED_NOT,     /* it was going, and was kept after all; such a record is only written to close another */
    REMOVED_STATE_MAX_,
} RemovedState;
const char *removed_state_to_string(RemovedState state); /* "going", "removed", "assumed", "kept" */

typedef struct Removed {
    char *kind;                        /* "image", "container", … as target_kind_to_string() has them */
    char *id;                          /* of a volume its name */
    Strings names;                     /* an image's tags, or else its digests; a container's or a builder's name */
    char *app, *destination, *version; /* NULL = none */
    char *reason;                      /* "superseded"; NULL = none is known */
    int64_t bytes;                     /* of an image its size, of cache what was freed; 0 = not known */
    int pass;                          /* the ledger's number */
    Time at;
    char *state;
} Removed;

typedef struct RemovedList {
    Removed *items; /* the oldest first */
    size_t count;
} RemovedList;

void removed_clear(Removed *removed);
void removed_list_clear(RemovedList *list);
bool removed_is(const Removed *removed, RemovedState state);
void removed_set_state(Removed *removed, RemovedState state);
/* Of several records of one thing in one pass, keeps the last one, and drops it if the thing was kept after all. */
void removed_list_settle(RemovedList *list);
