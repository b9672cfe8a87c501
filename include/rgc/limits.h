/* SPDX-License-Identifier: MIT */
/*
 * The policy's limits, held against facts: how full a file system is, and which retention an app has.
 */
#pragma once

#include <rgc/policy.h>
#include <rgc/snapshot.h>

/* Percent, 0 to 100. A file system without inodes is as full as one without bytes. */
double disk_fullness(const Disk *disk);
/* Is the file system above (or, for free space, below) the bound? Space and inodes. */
bool disk_is_beyond(const Disk *disk, const DiskBound *bound);
/* So little is free that previous releases are removed whatever `keep_for` says. */
bool disk_is_critical(const Disk *disk);
/* How large a build cache on this file system may be now; -1 = as large as it likes. Only above [disk] low there is a
 * limit, or where both bounds are off; and a percentage is never less than 2 GB. */
int64_t disk_cache_cap(const Disk *disk, const Policy *policy);
/* That of the images and of the engine's build cache; NULL where none is known. Builders are on the first one. */
const Disk *disk_of_images(const Snapshot *snapshot);
/* How many bytes must be freed until the disk is no longer beyond the bound; 0 where it is not. */
int64_t disk_bytes_to(const Disk *disk, const DiskBound *bound);
