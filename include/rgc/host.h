/* SPDX-License-Identifier: MIT */
/*
 * The host below the engine: its clocks and its file systems.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/snapshot.h>

/* What a pass reads of the host beyond the engine. EngineInfo's boot_id and clock_offset_usec; snapshot disks. */
void host_read_clocks(EngineInfo *info);
/* The file systems that hold the engine's storage (configured, else derived from the engine's info). Those that cannot
 * be read are left out; an error only if none can be. */
int host_read_disks(const EngineInfo *info, const Strings *storage, Disk **ret, size_t *ret_count, Error *err);

/* Where the containerd of the engine keeps its images, or would keep them; NULL: nobody tells. Caller frees. */
char *host_containerd_root(const EngineInfo *info);
#define CONTAINERD_ROOT "/var/lib/containerd" /* of one that the system runs */
