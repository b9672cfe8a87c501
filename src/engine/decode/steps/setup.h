/* SPDX-License-Identifier: MIT */
/* How a program starts, as the "Config" says that images and containers have alike in the Docker Engine API. */
#pragma once

#include <rgc/error.h>

#include <jansson.h>

/* Decodes a "Config" into SETUP bits (rgc/image_build.h). `config` may be NULL, which counts as empty. Returns -EPROTO
 * if a member has another type than the API says. */
int decode_setup(const json_t *config, int *ret, Error *err);
/* Decodes the inspect of a container, and adds what its "HostConfig" says. */
int decode_container_setup(const json_t *object, int *ret, Error *err);
