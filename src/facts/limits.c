/* SPDX-License-Identifier: MIT */
/* The limits of the policy, compared with facts. The agent, which links no facts, has a copy of the disk's part of its
 * own (src/agent/disk.c). */
#include <rgc/limits.h>
#include <rgc/reference.h>

#define CRITICAL_PERCENT 95.0
/* A percentage of a small disk would leave builds a cache that is of no use. */
#define CACHE_AT_LEAST INT64_C(2000000000)

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

const AppPolicy *policy_app(const Policy *policy, const char *app, const Strings *repositories)
{
    for (size_t i = 0; i < policy->n_apps; i++)
        if (matches_any(policy->apps[i].pattern, app, repositories))
            return &policy->apps[i];
    return NULL;
}

const Retention *policy_retention(const Policy *policy, const char *app, const Strings *repositories)
{
    const AppPolicy *section = policy_app(policy, app, repositories);
    return section ? &section->retention : &policy->retention;
}

bool policy_ends_unmanaged(const Policy *policy)
{
    bool ends = policy->pressure_removes_unmanaged || policy->retention.unmanaged_max_unused_usec != DURATION_OFF;
    for (size_t i = 0; i < policy->n_apps; i++)
        ends |= policy->apps[i].retention.unmanaged_max_unused_usec != DURATION_OFF;
    return ends;
}

/* A bound that is free space says nothing about inodes, so the critical percentage bounds them. */
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

double disk_fullness(const Disk *disk)
{
    return disk->used_percent > disk->used_inodes_percent ? disk->used_percent : disk->used_inodes_percent;
}

bool disk_is_critical(const Disk *disk)
{
    return disk_fullness(disk) > CRITICAL_PERCENT;
}

/* No engine reports how many inodes an image has, so rgc takes them to be in proportion to its bytes. */
static double bytes_for_inodes(const Disk *disk, const DiskBound *bound)
{
    double used_bytes = (double)(disk->total_bytes - disk->available_bytes);
    double beyond = disk->used_inodes_percent - inode_bound(bound);
    return beyond > 0 ? used_bytes * beyond / disk->used_inodes_percent : 0;
}

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

/* As long as there is room, a cache may grow: it is there to be used. */
int64_t disk_cache_cap(const Disk *disk, const Policy *policy)
{
    const SizeCap *cap = &policy->cache_max_size;
    const DiskBound *low = policy->low.is_off ? &policy->high : &policy->low;

    if (cap->is_off || (!low->is_off && (!disk || !disk_is_beyond(disk, low))))
        return -1;
    if (cap->bytes >= 0 || !disk)
        return cap->bytes;
    int64_t bytes = (int64_t)((double)disk->total_bytes * cap->percent / 100.0);
    return bytes > CACHE_AT_LEAST ? bytes : CACHE_AT_LEAST;
}

/* If every file system may be without images, the first one, with the engine's root, is taken. */
const Disk *disk_of_images(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_disks; i++)
        if (!snapshot->disks[i].has_no_images)
            return &snapshot->disks[i];
    return snapshot->n_disks > 0 ? &snapshot->disks[0] : NULL;
}
