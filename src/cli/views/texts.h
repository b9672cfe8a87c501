/* SPDX-License-Identifier: MIT */
/*
 * Times and sentences for people, and the names of rgc/labels.h. The caller frees whatever is returned as char *. It
 * may have text from the engine, so only screen_say() and table_add() may bring it to a terminal.
 */
#pragma once

#include <rgc/labels.h>

static inline const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Returns "[app blgo] matches nothing on this host; did you mean blog?", with `before` in front of it. */
char *unmatched_text(const PatternMatch *match, const char *before);

/* Local time: "today 14:05", "tomorrow 02:00", "2026-11-20 14:05"; "-" for 0. */
char *when_text(Time t, Time now);
/* "today 14:05 (in 23m)"; "-" for 0. */
char *eligible_text(Time t, Time now);
/* "until tomorrow 03:00 (in 15h); used only by …": the detail of a verdict, after the time for which it waits, if
 * any. */
char *judgement_text(const Judgement *judgement, Time now);
