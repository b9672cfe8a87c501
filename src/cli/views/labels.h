/* SPDX-License-Identifier: MIT */
/*
 * Times and sentences for people, and the names of rgc/labels.h. Whatever returns char * is the caller's to free, and may
 * hold text from the engine: only screen_say and table_add bring it to a terminal.
 */
#pragma once

#include <rgc/labels.h>

static inline const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "[app blgo] matches nothing on this host; did you mean blog?", after `before`. */
char *unmatched_text(const PatternMatch *match, const char *before);

/* Local time: "today 14:05", "tomorrow 02:00", "2026-11-20 14:05"; "-" for 0. */
char *when_text(Time t, Time now);
/* "today 14:05 (in 23m)"; "-" for 0. */
char *eligible_text(Time t, Time now);
/* "until tomorrow 03:00 (in 15h); used only by …": the detail, and until when, if it waits for a time. */
char *judgement_text(const Judgement *judgement, Time now);
