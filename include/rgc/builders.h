/* SPDX-License-Identifier: MIT */
/*
 * Builders of buildx that are containers ("docker-container" driver). They keep their cache in a volume, which no prune
 * of the engine sees. buildx gives them no labels: all there is to know them by is
 *
 *     container  buildx_buildkit_NODE        of an image moby/buildkit, or with the volume below mounted
 *     volume     buildx_buildkit_NODE_state  without labels and options
 */
#pragma once

#include <rgc/snapshot.h>

#define BUILDER_PREFIX "buildx_buildkit_"
#define BUILDER_VOLUME_SUFFIX "_state"

/* "NODE" of a container's name, borrowed; NULL if the name is not exactly such a one. */
const char *builder_of_container(const char *name);
/* Is the volume's name exactly such a one? */
bool is_builder_volume(const char *name);

/* Fills snapshot->builders: each such container, and each such volume that is left without one. Needs the containers
 * and the volumes, which must not be moved afterwards. */
void snapshot_find_builders(Snapshot *snapshot);
/* The container that mounts this volume; NULL = none does. */
const Container *snapshot_volume_user(const Snapshot *snapshot, const char *volume);
