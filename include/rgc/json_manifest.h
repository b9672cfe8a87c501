/* SPDX-License-Identifier: MIT */
/*
 * Which files an image consists of, on a host whose engine keeps images in containerd's store. That store has a file
 * for each blob, named by its digest. An index names manifests, one for each platform; a manifest names the image's
 * configuration and its layers. `rgc status` follows these names to find which files on the disk belong to images.
 *
 * Source: OCI image specification, "manifest" and "image index".
 */
#pragma once

#include <rgc/memory.h>

/* Adds the digests that the text names: to ret_manifests those of manifests, to ret_files those of the layers and the
 * configuration. A text that is neither kind of document adds none. */
void json_read_manifest(const char *text, size_t length, Strings *ret_manifests, Strings *ret_files);
