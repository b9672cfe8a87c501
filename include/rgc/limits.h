/* SPDX-License-Identifier: MIT */
/*
 * The limits of the policy, compared with facts: how full a file system is, and how large build cache may be.
 */
#pragma once

#include <rgc/policy.h>
#include <rgc/snapshot.h>

/* Percent, 0 to 100: of bytes or of inodes, whichever is more. A file system that has run out of inodes is full. */
double disk_fullness(const Disk *disk);
/* Is the file system above the bound (or, if the bound is free space, below it), by its bytes or its inodes? */
bool disk_is_beyond(const Disk *disk, const DiskBound *bound);
/* Is so little free (less than 5%) that a pass cannot wait, and removes what helps even if that is not enough? */
bool disk_is_critical(const Disk *disk);
/* How many bytes of build cache may be on this file system now; -1 = there is no limit. There is one only above [disk]
 * low, or if both bounds are off. A percentage is never less than 2 GB. `disk` may be NULL = unknown. */
int64_t disk_cache_cap(const Disk *disk, const Policy *policy);
/* The file system with the images and the engine's build cache; NULL = none is known. Builders are on the first one. */
const Disk *disk_of_images(const Snapshot *snapshot);
/* How many bytes must be freed until the disk is no longer beyond the bound; 0 = it is not beyond it. */
int64_t disk_bytes_to(const Disk *disk, const DiskBound *bound);
