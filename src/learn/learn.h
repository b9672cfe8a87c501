/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/ledger.h>

/* What was told before, the last pass has learned; 0 = there was none. */
static inline Time learned_until(const Ledger *ledger)
{
    return ledger->is_unplaced ? 1 : ledger->learned;
}

/* Folds what containers tell into the records of their images, and remembers their inspects. */
void learn_uses(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);
/* Something was run by this reference to the image. */
void learn_named_in(ImageRecord *record, const char *reference);
/* Which of the containers make an app of their repository: before learn_uses. */
void learn_services(Ledger *ledger, const Snapshot *snapshot, Time now);

/* What of containers that are gone is to be remembered, moved to `records`. */
void learn_departures(Ledger *ledger, const Snapshot *snapshot, ContainerRecord **records, size_t *count, Time now);

/* Which images were made here of an app's image, or of nothing: after learn_uses. */
void learn_origins(Ledger *ledger, const Snapshot *snapshot);

/* Which builders' volumes are without a container, and since when. */
void learn_volumes(Ledger *ledger, const Snapshot *snapshot, Time now);

/* Does the reference name one of these tags? */
bool learn_names_tag(const Strings *tags, const char *reference);
typedef struct LastEvents {
    Time event;    /* that named the image by a name of it or by its ID; 0 = none */
    Time transfer; /* the same, by a pull, load or import */
    Time again;    /* by a pull that changed nothing, which is none of the two */
} LastEvents;
LastEvents learn_last_events(const Ledger *ledger, const Snapshot *snapshot, const Image *image,
                             const ImageRecord *record, Time now);
/* What was built, or got the name, after a container was started by it was not meant: the last that is known of when this
 * image got it. */
Time learn_named_since(const Snapshot *snapshot, const Image *image, const ImageRecord *record, const char *reference,
                       Time now);
/* Of a container that is gone; NULL where nobody can tell. After learn_images. */
const Image *learn_image_of_gone(const Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now);
