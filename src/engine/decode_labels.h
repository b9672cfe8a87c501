/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/snapshot.h>

#include "json.h"

/* The labels of rgc among object["Labels"]. */
int decode_labels(const json_t *object, Labels *ret, Error *err);
