/* SPDX-License-Identifier: MIT */
/*
 * The manifest of an image, or an index of manifests, as the containerd store keeps it in a file.
 */
#pragma once

#include <rgc/memory.h>

/* The digests that it names: of manifests, and of layers and configuration. Text that is neither names none. */
void json_read_manifest(const char *text, size_t length, Strings *ret_manifests, Strings *ret_files);
