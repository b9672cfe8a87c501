/* SPDX-License-Identifier: MIT */
/*
 * The disk monitor: when a file system that fills up is a reason for a pass.
 *
 * The problem: a disk above [disk] high needs a pass soon, but a short peak, such as a large build, does not. And a
 * pass that could not help once would not help a minute later: what fills the disk may not be rgc's to remove.
 *
 * The idea: the agent measures once a minute and after each pass, and disk_needs_pass() says whether to trigger a pass.
 *  - HIGH (above [disk] high) must last five minutes; CRITICAL (besides, less than 5% free) triggers at once.
 *  - After a pass that removed nothing, the next one comes after an hour, then two, up to six.
 *  - After a pass that removed something, the next one may get further: it comes five minutes after the last trigger,
 *    or at once if the disk was critical.
 *  - A disk that has become critical since the last trigger does not wait. Below `high`, everything begins anew.
 * A pass that starts for any other reason while the disk has been HIGH for five minutes also has to make room
 * (disk_is_pressing).
 *
 * What is never allowed: pass after pass that removes nothing; a trigger while the disk is as the user wants it.
 * tests/unit/agent/agent_disk.c tests this. Everything except disk_measure() is pure, with boot_clock() as an argument.
 * The agent links no facts, so these lines repeat a part of src/facts/limits.c.
 */
#pragma once

#include <rgc/agent.h>

typedef enum DiskLevel { DISK_FINE, DISK_HIGH, DISK_CRITICAL } DiskLevel;

typedef struct DiskUse {
    const char *path;    /* borrowed */
    double used_percent; /* of bytes, as df(1) prints it, or of inodes, whichever is higher */
    double used_inodes_percent;
    int64_t available_bytes;
} DiskUse;

/* Measures the file system of a path (statvfs(3)). Returns false if it cannot, as for a path that no longer exists. */
bool disk_measure(const char *path, DiskUse *ret);
/* Critical means above `high` with less than 5% free. A disk below `high` is as the user wants it, however full. */
DiskLevel disk_level(const DiskUse *use, const AgentDiskBound *high);

/* What the disk monitor remembers. It begins as zeros. */
typedef struct DiskMonitor {
    Time high_since;       /* since when the disk is above `high`; 0 = it is not */
    Time asked_at;         /* when it last caused a pass; 0 = not since it was last below `high` */
    DiskLevel asked_level; /* the worst level at which it has caused a pass since then */
    int64_t wait_usec;     /* how long to wait after asked_at before the next pass; doubles */
    bool has_helped;       /* the last pass has removed something */
} DiskMonitor;
/* To be called for each measurement. Returns whether to cause a pass now. */
bool disk_needs_pass(DiskMonitor *monitor, DiskLevel level, const AgentLimits *limits, Time now);
/* To be called when a pass has removed something. If the disk is still above `high`, the next pass may get further; but
 * unless the disk is critical, it does not follow at once, because somebody may be building all day. */
void disk_pass_helped(DiskMonitor *monitor, const AgentLimits *limits);
/* Whether the disk has been above `high` for so long that any pass has to make room. */
bool disk_is_pressing(const DiskMonitor *monitor, const AgentLimits *limits, Time now);
