/* SPDX-License-Identifier: MIT */
/*
 * Builders of buildx that are containers ("docker-container" driver). They keep their cache in a volume, which no prune
 * of the engine reaches. buildx gives them no labels, so rgc knows them by this alone:
 *
 *     container  buildx_buildkit_NODE        from an image named …buildkit…, or with the volume below mounted
 *     volume     buildx_buildkit_NODE_state  without labels and options
 *
 * To look like a builder is not enough for a removal: src/decide/plan_builders.c asks for more.
 */
#pragma once

#include <rgc/snapshot.h>

#define BUILDER_PREFIX "buildx_buildkit_"
#define BUILDER_VOLUME_SUFFIX "_state"

/* NODE of a container's name; NULL if the name is not exactly of this form. Borrowed. */
const char *builder_of_container(const char *name);
/* Is the volume's name exactly of this form? */
bool is_builder_volume(const char *name);

/* Fills snapshot->builders with each such container, and with each such volume that has no container any more. Needs
 * the containers and the volumes. The volumes must not move afterwards, because builders point to them. */
void snapshot_find_builders(Snapshot *snapshot);
/* The first container that mounts this volume, running or not; NULL = none does. Borrowed. */
const Container *snapshot_volume_user(const Snapshot *snapshot, const char *volume);
