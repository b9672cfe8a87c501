/* SPDX-License-Identifier: MIT */
/*
 * Text for people and back: durations, sizes, percentages, times. Pure: no clock, no locale.
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

/* "90s", "5m", "36h", "7d", "1h30m", "500ms", "0s"; a number without a unit is refused, but for 0.
 * Returns false on anything else, and on overflow. */
bool parse_duration(const char *s, int64_t *ret_usec);

/* "10GB", "512MiB", "1.5TB", "0", "123B" (kB, MB, GB, TB decimal; KiB, MiB, GiB, TiB binary). */
bool parse_size(const char *s, int64_t *ret_bytes);

/* "85%" or "85.5%" → 85.5. */
bool parse_percent(const char *s, double *ret_percent);

/* RFC 3339 with any fraction and offset, as engines send it ("0001-01-01T00:00:00Z" gives 0 = unknown). */
bool parse_time(const char *s, Time *ret_time);

#define TEXT_MAX 64
/* All write into a buffer of TEXT_MAX and return it. */
char *format_bytes(char buffer[TEXT_MAX], int64_t bytes);   /* "1.3 GB", decimal units as docker prints them */
char *format_duration(char buffer[TEXT_MAX], int64_t usec); /* "3h 20m", "45s", "12 days": at most two units */
char *format_time(char buffer[TEXT_MAX], Time t);           /* "2026-11-21T05:16:37Z"; "" for 0 */

/* Shell-like match (fnmatch without flags): '*' also matches '/'. */
bool matches_pattern(const char *pattern, const char *s);

/* A copy for terminals and journals: '?' for what is a control, format or bidirectional character, or invalid UTF-8.
 * Text of others (engines, servers, files, labels) is only shown so. Caller frees. */
char *printable(const char *s);
