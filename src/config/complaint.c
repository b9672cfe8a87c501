/* SPDX-License-Identifier: MIT */
/* Keeps the mistake on the lowest line. Checks run in an order of their own, so a later one may replace an earlier
 * one. */
#include "complaint.h"

#include <errno.h>
#include <rgc/memory.h>

void complain(Complaint *complaint, int line, const char *format, ...)
{
    cleanup_with(free_charp) char *text = NULL;
    va_list args;

    if (complaint->line != 0 && complaint->line <= line)
        return;
    va_start(args, format);
    text = xvasprintf(format, args);
    va_end(args);
    complaint->line = line;
    error_set(&complaint->error, EINVAL, "%s:%d: %s", complaint->path, line, text);
}
