/* SPDX-License-Identifier: MIT */
/*
 * Decoders of answers that are loaded already. How an image was built stands in the same two answers as what it was made
 * of, and loading the JSON takes longer than all that is then read of it, so decode_facts.c loads each answer once.
 */
#pragma once

#include "decode.h"

/* What decode_image_details does. */
int decode_loaded_details(const json_t *object, ImageDetails *ret, Error *err);

/* How the image was built: the first reads its inspect and takes the layers of `details`, the second adds its history.
 * The caller clears the build, on error too. */
int decode_loaded_build(const json_t *object, ImageDetails *details, ImageBuild *ret, Error *err);
int decode_loaded_build_steps(const json_t *history, ImageBuild *build, Error *err);
