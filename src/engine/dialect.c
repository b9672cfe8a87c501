/* SPDX-License-Identifier: MIT */
#include "dialect.h"

/* What is not asked for wakes nobody, such as three events for each health check. */
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
