/* SPDX-License-Identifier: MIT */
/*
 * Of all that is wrong with a file, the person hears the first: the one on the lowest line, in
 * whatever order the checks find them.
 */
#pragma once

#include <rgc/error.h>
#include <stdbool.h>

typedef struct Complaint {
    const char *path;
    int line; /* 0 = nothing to complain about */
    Error error;
} Complaint;

/* "PATH:LINE: TEXT", unless an earlier line has been complained about. */
void complain(Complaint *complaint, int line, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
