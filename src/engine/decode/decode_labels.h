/* SPDX-License-Identifier: MIT */
/*
 * The labels that rgc knows, of an image, a container or an event. The caller clears `ret` with labels_clear. A known
 * label whose value is not a string makes the whole set unreadable (-EPROTO): without it, rgc could not tell whose
 * thing it is.
 */
#pragma once

#include <rgc/snapshot.h>

#include <rgc/json_read.h>

/* Reads object["Labels"]. */
int decode_labels(const json_t *object, Labels *ret, Error *err);
/* Reads the labels themselves; NULL has none. */
int decode_label_map(const json_t *map, Labels *ret, Error *err);
