/* SPDX-License-Identifier: MIT */
/* The functions that the rows of rgc/reasons.def name: conditions and times in rules.c, phrases in describe.c. */
#pragma once

#include "rules.h"

/* Of a row for releases only: app and release are not NULL. */
typedef bool Applies(const Case *c);
/* 0: no time is known. Asked only where the row applies. */
typedef Time Until(const Case *c);
/* One phrase for people, never NULL. `label`: the app's full name, NULL where there is none. Caller frees. */
typedef char *Describe(const Case *c, const char *label);

#define REASON(id, name, verdict, of, group, applies, until, describe, explained, remedy)                              \
    Applies applies;                                                                                                   \
    Until until;                                                                                                       \
    Describe describe;
#include <rgc/reasons.def>

/* The last moment at which it may have been needed: what runs between two passes and is gone shows only in events, so a
 * window counts from when none of these was missed. */
Time last_needed(const Case *c);
/* When its last container ended. */
Time failed_since(const Case *c);
