/* SPDX-License-Identifier: MIT */
/* Measures disks and decides when a full one is a reason for a pass; disk.h tells the story. */
#include "disk.h"

#include <sys/statvfs.h>

#define CRITICAL_PERCENT 95.0

static double percent(double part, double all)
{
    return all > 0 ? part * 100.0 / all : 0;
}

bool disk_measure(const char *path, DiskUse *ret)
{
    struct statvfs fs;
    if (statvfs(path, &fs) < 0)
        return false;
    double used = (double)fs.f_blocks - (double)fs.f_bfree;
    double bytes = percent(used, used + (double)fs.f_bavail);
    double inodes = percent((double)fs.f_files - (double)fs.f_ffree, (double)fs.f_files);
    *ret = (DiskUse){
        .path = path,
        .used_percent = bytes > inodes ? bytes : inodes,
        .used_inodes_percent = inodes,
        .available_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize,
    };
    return true;
}

DiskLevel disk_level(const DiskUse *use, const AgentDiskBound *high)
{
    if (high->is_off)
        return DISK_FINE;
    /* A bound in bytes says nothing about inodes: these are high only when they are nearly used up. */
    bool is_high = high->free_bytes >= 0
                       ? use->available_bytes < high->free_bytes || use->used_inodes_percent > CRITICAL_PERCENT
                       : use->used_percent > high->used_percent;
    if (!is_high)
        return DISK_FINE;
    return use->used_percent > CRITICAL_PERCENT ? DISK_CRITICAL : DISK_HIGH;
}

void disk_pass_helped(DiskMonitor *monitor, const AgentLimits *limits)
{
    monitor->wait_usec = monitor->asked_level == DISK_CRITICAL ? 0 : limits->disk_high_usec;
    monitor->has_helped = true;
}

bool disk_is_pressing(const DiskMonitor *monitor, const AgentLimits *limits, Time now)
{
    return monitor->high_since > 0 && now - monitor->high_since >= limits->disk_high_usec;
}

bool disk_needs_pass(DiskMonitor *monitor, DiskLevel level, const AgentLimits *limits, Time now)
{
    if (level == DISK_FINE) {
        *monitor = (DiskMonitor){0};
        return false;
    }
    if (monitor->high_since == 0)
        monitor->high_since = now;
    if (level == DISK_HIGH && !disk_is_pressing(monitor, limits, now))
        return false;
    /* On a critical disk a pass may remove what one on a high disk would not, so it is tried at once. */
    bool is_worse = monitor->asked_at > 0 && level > monitor->asked_level;
    if (monitor->asked_at > 0 && !is_worse && now - monitor->asked_at < monitor->wait_usec)
        return false;
    if (monitor->has_helped)
        monitor->wait_usec = 0;
    monitor->has_helped = false;
    monitor->asked_at = now;
    monitor->asked_level = level > monitor->asked_level ? level : monitor->asked_level;
    backoff_next(&limits->disk, &monitor->wait_usec);
    return true;
}
