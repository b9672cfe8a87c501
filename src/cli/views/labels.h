/* SPDX-License-Identifier: MIT */
/*
 * Names, times and sentences for people. Whatever returns char * is the caller's to free, and may
 * hold text from the engine: it goes to a terminal by screen_say or table_add only.
 */
#pragma once

#include <rgc/plan.h>

static inline const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "3f2a9c0b11de": 12 digits, without "sha256:". */
char *short_id(const char *id);
/* Its first tag, with "+2" for more; else a digest, cut; else its short ID. */
char *image_label(const Image *image);
/* "blog", "blog (staging)"; "" for NO_APP. */
char *app_title(const Plan *plan, size_t app);
/* The app because of which the image has its verdict, or NO_APP. */
size_t deciding_app(const PlannedImage *image);

/* "[app blgo] finds nothing on this host; did you mean blog?", after `before`. */
char *unmatched_text(const PatternMatch *match, const char *before);

/* Local time: "today 14:05", "tomorrow 02:00", "2026-11-20 14:05"; "-" for 0. */
char *when_text(Time t, Time now);
/* "today 14:05 (in 23m)"; "-" for 0. */
char *eligible_text(Time t, Time now);
