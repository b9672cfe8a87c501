/* SPDX-License-Identifier: MIT */
/*
 * Durations, sizes, percentages and times: from the text that people and engines write into numbers, and back. All
 * functions are pure: none reads a clock, a locale or the environment, so they give the same result on every host, and
 * the core may call them.
 *
 *     char buffer[TEXT_MAX];
 *
 *     printf("kept for %s\n", format_duration(buffer, 26 * USEC_PER_HOUR)); // "1 day 2h"
 *
 * A parser returns whether the text is valid, and sets its result only then. In the whole program durations and times
 * are in microseconds, and sizes in bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Microseconds since 1970-01-01T00:00:00Z; 0 = unknown. */
typedef int64_t Time;

#define USEC_PER_SEC ((int64_t)1000000)
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define TIME_MAX ((Time)253402300799 * USEC_PER_SEC) /* the end of the year 9999 */

static inline Time earlier(Time a, Time b)
{
    return a < b ? a : b;
}

static inline Time later(Time a, Time b)
{
    return a > b ? a : b;
}

/* Sets a time to a later one; an earlier one changes nothing. */
static inline void raise_time(Time *time, Time to)
{
    *time = later(*time, to);
}

/* "90s", "5m", "36h", "7d", "1h30m", "500ms", "0": units from the largest to the smallest, each at most once. A number
 * without a unit is refused, except 0, because people would disagree about what it means. */
bool parse_duration(const char *s, int64_t *ret_usec);

/* "10GB", "512MiB", "1.5TB", "123B", "0". As with docker, kB, MB, GB and TB are powers of 1000; KiB, MiB, GiB and TiB
 * are powers of 1024. */
bool parse_size(const char *s, int64_t *ret_bytes);

/* "85%" → 85, "85.5%" → 85.5. More than 100% is refused. */
bool parse_percent(const char *s, double *ret_percent);

/* RFC 3339 with any fraction and offset, as engines send it. A time before 1970 gives 0: engines write "0001-01-01T…"
 * for a time that they do not know. */
bool parse_time(const char *s, Time *ret_time);

#define TEXT_MAX 64
/* These functions write into the caller's buffer and return it. */
char *format_bytes(char buffer[TEXT_MAX], int64_t bytes);   /* "1.3 GB", in powers of 1000 as docker prints them */
char *format_duration(char buffer[TEXT_MAX], int64_t usec); /* "3h 20m", "45s", "12 days": two units at most */
char *format_time(char buffer[TEXT_MAX], Time t);           /* "2026-11-21T05:16:37Z"; "" for 0 */

/* Whether `s` matches a pattern such as "blog-*", by the rules of fnmatch(3) without flags: '*' matches '/' too. */
bool matches_pattern(const char *pattern, const char *s);

/* Returns a copy that is safe to show on a terminal or in a journal: it has '?' in place of control characters, of
 * characters that change the direction of text or are not seen, and of invalid UTF-8. Text from outside (engines,
 * servers, files, labels) is shown in no other way. Caller frees. */
char *printable(const char *s);
/* The same for text that rgc has written in several lines: it keeps '\n'. Caller frees. */
char *printable_lines(const char *s);
