/* SPDX-License-Identifier: MIT */
/* The rows of the table that dialect.h describes. */
#include "dialect.h"

/* An event that is filtered out does not wake rgc; each health check alone would do so three times. */
#define DOCKER_FILTERS                                                                                                 \
    "{\"type\":[\"container\",\"image\"],\"event\":[\"create\",\"start\",\"die\",\"kill\",\"stop\",\"pull\",\"tag\","  \
    "\"load\",\"loadfromarchive\",\"import\",\"build\"]}"

static const Dialect docker = {
    .forgets_events = true,
    .event_filters = DOCKER_FILTERS,
    .tells_shared_sizes = true,
    .has_build_cache = true,
    .keeps_given_tags = true,
};

static const Dialect podman = {
    .replay_usec = USEC_PER_DAY,
    .event_filters = "{\"type\":[\"container\",\"image\"]}",
    .has_late_head = true,
};

const Dialect *dialect_of(bool is_podman)
{
    return is_podman ? &podman : &docker;
}
