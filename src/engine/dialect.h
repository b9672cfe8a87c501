/* SPDX-License-Identifier: MIT */
/*
 * What differs between the engines that speak this API, in one row each. What only differs in the form of an answer is
 * the decoders' business: they take either form from anybody.
 */
#pragma once

#include <rgc/text.h>
#include <stdbool.h>

typedef struct Dialect {
    /* Events. Docker remembers the last 256 and forgets older ones; Podman keeps them for good, so that a replay must
     * begin somewhere. */
    bool forgets_events;
    int64_t replay_usec; /* how far back a replay reaches; 0 = as far as the engine remembers */
    /* For the stream of events: Podman filters by words of its own, and renames its events afterwards. */
    const char *event_filters;
    bool has_late_head;      /* the head of the stream's answer comes with the first event */
    bool tells_shared_sizes; /* of images, in the list, from API 1.42 on */
    bool has_build_cache;    /* of its own, besides those of builders */
    bool keeps_given_tags;   /* an image gets the tag that is asked for: Podman puts a name of its own before some */
} Dialect;

/* Static. */
const Dialect *dialect_of(bool is_podman);
