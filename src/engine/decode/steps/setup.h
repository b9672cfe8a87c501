/* SPDX-License-Identifier: MIT */
/* How something starts, of the "Config" that an image and a container have alike. */
#pragma once

#include <rgc/error.h>

#include <jansson.h>

/* SETUP bits. `config` may be NULL: that of nothing. */
int decode_setup(const json_t *config, int *ret, Error *err);
/* Of a container: with what its "HostConfig" adds. */
int decode_container_setup(const json_t *object, int *ret, Error *err);
