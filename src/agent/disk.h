/* SPDX-License-Identifier: MIT */
/*
 * When a file system that fills up is a reason for a pass. All but disk_measure() is pure, with the clock as an
 * argument; tests/unit/agent/agent_disk.c tests it. The agent links no facts, so it repeats a part of src/facts/limits.c.
 */
#pragma once

#include <rgc/agent.h>

typedef enum DiskLevel { DISK_FINE, DISK_HIGH, DISK_CRITICAL } DiskLevel;

typedef struct DiskUse {
    const char *path;    /* borrowed */
    double used_percent; /* of bytes, as df(1) prints it, or of inodes, whichever is fuller */
    double used_inodes_percent;
    int64_t available_bytes;
} DiskUse;

/* Measures the file system of a path. False if it cannot be measured, such as a path that does not exist any more. */
bool disk_measure(const char *path, DiskUse *ret);
/* Critical is above `high` with less than 5 % free. Below `high`, a disk is as the user wants it, however full. */
DiskLevel disk_level(const DiskUse *use, const AgentDiskBound *high);

/* What decides when a full disk causes a pass, and how soon it causes another one if that did not help. */
typedef struct DiskWatch {
    Time high_since;       /* 0 = it is not above `high` */
    Time asked_at;         /* when it last caused a pass; 0 = not since it was last below `high` */
    DiskLevel asked_level; /* the level at that time */
    int64_t wait_usec;     /* from then to the next pass; doubles */
    bool has_helped;       /* the last pass has removed something */
} DiskWatch;
/* Called for each measurement. Returns whether to cause a pass now. */
bool disk_watch(DiskWatch *watch, DiskLevel level, const AgentLimits *limits, Time now);
/* A pass has removed something. If the disk is still above `high`, the next pass may get further; but unless the disk
 * is critical, not at once, because somebody may be building all day. */
void disk_watch_helped(DiskWatch *watch, const AgentLimits *limits);
/* Whether the disk has been above `high` for so long that any pass has to make room. */
bool disk_is_pressing(const DiskWatch *watch, const AgentLimits *limits, Time now);
