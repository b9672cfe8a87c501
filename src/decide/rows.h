/* SPDX-License-Identifier: MIT */
/*
 * The functions that the rows of rgc/reasons.def name: conditions and times (rules.c), and phrases (describe.c). A new
 * row needs its functions here by name only: the macro below declares them.
 */
#pragma once

#include "rules.h"

/* Does the row apply? If the row is for releases only, app and release are not NULL. */
typedef bool Applies(const Case *c);
/* When the row ceases to keep the image, or begins to remove it; 0 = unknown. Called only if the row applies. */
typedef Time Until(const Case *c);
/* One phrase for people, never NULL. `label` is the app's full name; NULL = there is no app. Caller frees. */
typedef char *Describe(const Case *c, const char *label);

#define REASON(id, name, verdict, of, group, applies, until, describe, explained, remedy)                              \
    Applies applies;                                                                                                   \
    Until until;                                                                                                       \
    Describe describe;
#include <rgc/reasons.def>

/* The last moment at which the image may have been needed. What ran between two passes shows only in events, so a
 * window begins no earlier than the time from which rgc has missed none of them. */
Time last_needed(const Case *c);
/* When the last container of the release ended, or is last known to have run. */
Time failed_since(const Case *c);
