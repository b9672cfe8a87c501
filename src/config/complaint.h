/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a configuration file. A file may have several mistakes, and the checks find them in an order of
 * their own. The person who edits the file wants to hear of the first one from the top, so a Complaint keeps the
 * mistake on the lowest line.
 *
 *     Complaint complaint = {.path = "rgc.conf"};
 *
 *     complain(&complaint, 7, "min_age: not a duration such as 36h: \"%s\"", value);
 *     if (complaint.line != 0)
 *         … complaint.error says "rgc.conf:7: min_age: …" …
 */
#pragma once

#include <rgc/error.h>
#include <stdbool.h>

typedef struct Complaint {
    const char *path;
    int line; /* 0 = nothing is wrong so far */
    Error error;
} Complaint;

/* Notes "PATH:LINE: TEXT" as an EINVAL, unless this line or an earlier one has a mistake already. */
void complain(Complaint *complaint, int line, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
