/* SPDX-License-Identifier: MIT */
/*
 * The host below the engine: its clocks and its file systems, read with system calls, because the engine tells neither.
 * A pass reads them into its snapshot, and reads the file systems again when it has acted.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/snapshot.h>

/* Fills boot_id, from /proc/sys/kernel/random/boot_id (NULL if it cannot be read), and clock_offset_usec. */
void host_read_clocks(EngineInfo *info);
/* Reads the file systems of the engine's storage, each one once: those of the paths in `storage` ([engine] storage of
 * the configuration), or, if that is empty, those that the engine's info leads to. A path that cannot be read is left
 * out; -ENOENT if none can be read. The caller frees the list and each path. */
int host_read_disks(const EngineInfo *info, const Strings *storage, Disk **ret, size_t *ret_count, Error *err);

/* Where the containerd of this engine keeps its images, or would keep them. NULL if that is unknown. Caller frees. */
char *host_containerd_root(const EngineInfo *info);
#define CONTAINERD_ROOT "/var/lib/containerd" /* of a containerd that the system runs, by its default configuration */
