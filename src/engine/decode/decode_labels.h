/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/snapshot.h>

#include <rgc/json_read.h>

/* The labels of rgc among object["Labels"]. */
int decode_labels(const json_t *object, Labels *ret, Error *err);
/* The same of the labels themselves; NULL has none. */
int decode_label_map(const json_t *map, Labels *ret, Error *err);
