/* SPDX-License-Identifier: MIT */
#include <rgc/limits.h>
#include <rgc/reference.h>

#define CRITICAL_PERCENT 95.0

static bool matches_any(const char *pattern, const char *app, const Strings *repositories)
{
    if (app && matches_pattern(pattern, app))
        return true;
    for (size_t i = 0; repositories && i < repositories->count; i++) {
        const char *repository = repositories->items[i];
        if (matches_pattern(pattern, repository) || matches_pattern(pattern, repository_short(repository)))
            return true;
    }
    return false;
}

const Retention *policy_retention(const Policy *policy, const char *app, const Strings *repositories)
{
    for (size_t i = 0; i < policy->n_apps; i++)
        if (matches_any(policy->apps[i].pattern, app, repositories))
            return &policy->apps[i].retention;
    return &policy->retention;
}

/* Where the bound is free space, it says nothing of inodes. */
static double inode_bound(const DiskBound *bound)
{
    return bound->free_bytes >= 0 ? CRITICAL_PERCENT : bound->used_percent;
}

bool disk_is_beyond(const Disk *disk, const DiskBound *bound)
{
    if (bound->is_off)
        return false;
    if (bound->free_bytes >= 0)
        return disk->available_bytes < bound->free_bytes || disk->used_inodes_percent > inode_bound(bound);
    return disk->used_percent > bound->used_percent || disk->used_inodes_percent > inode_bound(bound);
}

/* A file system without inodes is as full as one without bytes. */
double disk_fullness(const Disk *disk)
{
    return disk->used_percent > disk->used_inodes_percent ? disk->used_percent : disk->used_inodes_percent;
}

bool disk_is_critical(const Disk *disk)
{
    return disk_fullness(disk) > CRITICAL_PERCENT;
}

/* Nobody tells how many inodes an image has: taken to be as many as its share of the bytes. */
static double bytes_for_inodes(const Disk *disk, const DiskBound *bound)
{
    double used_bytes = (double)(disk->total_bytes - disk->available_bytes);
    double beyond = disk->used_inodes_percent - inode_bound(bound);
    return beyond > 0 ? used_bytes * beyond / disk->used_inodes_percent : 0;
}

/* How much must be freed until the disk is no longer beyond the bound. */
int64_t disk_bytes_to(const Disk *disk, const DiskBound *bound)
{
    if (bound->is_off)
        return 0;
    double bytes = bound->free_bytes >= 0
                       ? (double)(bound->free_bytes - disk->available_bytes)
                       : (double)disk->total_bytes * (disk->used_percent - bound->used_percent) / 100.0;
    double for_inodes = bytes_for_inodes(disk, bound);
    double most = bytes > for_inodes ? bytes : for_inodes;
    return most > 0 ? (int64_t)most : 0;
}
