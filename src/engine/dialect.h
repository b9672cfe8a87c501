/* SPDX-License-Identifier: MIT */
/*
 * What engines that speak the same API do differently: one row of values for each engine.
 *
 * Podman serves Docker's API and answers to the same paths, but in some places it means something else. If each of
 * these places asked "is this Podman?", nobody could tell what a third engine would need. So the places ask for the
 * property, such as has_build_cache, and only dialect_of knows which engine has which. A row names what its engine
 * does; whatever it does not name is false, 0 or NULL.
 *
 * An engine that rgc does not know gets Docker's row.
 *
 * Differences in the form of an answer do not belong here: decoders accept every form from every engine (decode.h).
 * docs/code-map.md explains how to add an engine, and tests/architecture/recipes.py follows that recipe.
 * tests/unit/engine/engine_query.c asks a scripted engine of either kind.
 */
#pragma once

#include <rgc/text.h>
#include <stdbool.h>

typedef struct Dialect {
    bool forgets_events; /* Docker remembers 256 events, so older ones may be missing; Podman keeps them for good */
    int64_t replay_usec; /* how far back rgc asks for a replay; 0 = as far as the engine remembers */
    /* The filters of the stream of events, as JSON. Podman filters by words of its own, and renames its events only
     * afterwards, so Docker's words would filter out what rgc needs. */
    const char *event_filters;
    bool has_late_head;      /* the head of the stream's answer may come only with the first event */
    bool tells_shared_sizes; /* the list of images says how much each shares with others, from API 1.42 on */
    bool has_build_cache;    /* the engine has a build cache of its own, besides the caches of builders */
    bool keeps_given_tags;   /* an image gets exactly the tag that rgc gives it; Podman puts a registry before some */
} Dialect;

/* The row of this engine; it lives as long as the program. */
const Dialect *dialect_of(bool is_podman);
