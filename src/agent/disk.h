/* SPDX-License-Identifier: MIT */
/* When a file system's filling is a reason for a pass: pure, but for disk_measure. */
#pragma once

#include <rgc/agent.h>

typedef enum DiskLevel { DISK_FINE, DISK_HIGH, DISK_CRITICAL } DiskLevel;

typedef struct DiskUse {
    const char *path;    /* borrowed */
    double used_percent; /* as df prints it; of bytes or inodes, whichever is fuller */
    double used_inodes_percent;
    int64_t available_bytes;
} DiskUse;

/* false: there is no such path any more. */
bool disk_measure(const char *path, DiskUse *ret);
/* Critical: above `high`, and less than 5 % free. What is below `high` is as the user wants it. */
DiskLevel disk_level(const DiskUse *use, const AgentDiskBound *high);

/* Says when it is time for a pass; and not again soon, if that did not help. */
typedef struct DiskWatch {
    Time high_since;
    Time asked_at; /* 0: not since it was last below */
    DiskLevel asked_level;
    int64_t wait_usec;
    bool has_helped; /* the last pass has */
} DiskWatch;
bool disk_watch(DiskWatch *watch, DiskLevel level, const AgentLimits *limits, Time now);
/* A pass has removed something: if it is still above, the next one may get further, though not at once where there
 * is time: somebody may be building all day. */
void disk_watch_helped(DiskWatch *watch, const AgentLimits *limits);
/* Has it been above for long enough that any pass must go further? */
bool disk_is_pressing(const DiskWatch *watch, const AgentLimits *limits, Time now);
