/* SPDX-License-Identifier: MIT */
/*
 * The steps of ledger_learn, and what they ask of each other. All of them fold what the snapshot shows into the ledger,
 * which is on one timeline with it by then (learn_clock.c): nothing here compares clocks. The order of the steps is
 * that of ledger_learn in learn.c, and what a step needs stands above it.
 */
#pragma once

#include "lives.h"

#include <rgc/ledger.h>

/* The last pass has learned what was told before this time; 0 = there was no pass. */
static inline Time learned_until(const Ledger *ledger)
{
    return ledger->is_unplaced ? 1 : ledger->learned;
}

/* Folds what containers tell into the records of their images, and remembers their inspects. Needs learn_services. */
void learn_uses(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);
/* The use of the image by this owner, which is added if there is none. Borrowed from the record, until the next one is
 * added. */
Use *learn_find_use(ImageRecord *record, const Owner *owner);
/* Adds what the container tells to the use. `is_known`: an earlier pass has learned this end of it. Takes the owner's
 * version. */
void learn_use(Use *use, const Container *container, Owner *owner, Life life, Time now, bool is_known);
/* Notes that somebody has run the image by this reference. */
void learn_named_in(ImageRecord *record, const char *reference);
/* Finds which containers make an app of their repository. */
void learn_services(Ledger *ledger, const Snapshot *snapshot, Time now);

/* Moves the records of containers that are gone, but are to be remembered, to the end of `records`. */
void learn_departures(Ledger *ledger, const Snapshot *snapshot, ContainerRecord **records, size_t *count, Time now);

/* Finds which images somebody has made here. Needs learn_uses. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot);

/* Notes which builders' volumes no container mounts, and since when. */
void learn_volumes(Ledger *ledger, const Snapshot *snapshot, Time now);

/* Does the reference name one of these tags? "redis" names "redis:latest". */
bool learn_names_tag(const Strings *tags, const char *reference);
/* Does the reference name the image by a digest? Images list "repository@sha256:…" for what was started as
 * "repository:tag@sha256:…". */
bool learn_names_digest(const Image *image, const char *reference);
typedef struct LastEvents {
    Time event;    /* the last that named the image, by a name of it or by its ID; 0 = none */
    Time transfer; /* the last of these that was a pull, load or import; 0 = none */
    Time again;    /* the last pull that changed nothing, which is neither of the two; 0 = none */
} LastEvents;
/* What the events tell of this image, without those that rgc caused itself or knows already. */
LastEvents learn_last_events(const Ledger *ledger, const Snapshot *snapshot, const Image *image,
                             const ImageRecord *record, Time now);
/* Since when the image has had this name, as far as is known. A container that was started by the name earlier was
 * started from another image. */
Time learn_named_since(const Snapshot *snapshot, const Image *image, const ImageRecord *record, const char *reference,
                       Time now);
/* The image of a container by the label in which Compose notes its ID; NULL = it has none, or the image is not here. */
const Image *learn_image_by_compose(const Snapshot *snapshot, const Container *container);
/* The image of a container that is gone; NULL = nobody can tell, or it is not here. Needs learned arrivals. */
const Image *learn_image_of_gone(const Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now);
