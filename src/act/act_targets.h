/* SPDX-License-Identifier: MIT */
/*
 * Targets and batches: what act_images.c and act_untagged.c share. A Target is one image that is being removed, with
 * all that this pass has done to it so far. A Batch is a set of removals that the engine receives side by side.
 */
#pragma once

#include "act_parts.h"

typedef struct Target {
    const PlannedImage *planned;
    Strings untagged; /* tags that this pass has taken from the image, or may have: they are owed if it is kept */
    /* The image's last tag, if the engine refused the removal by ID and may have taken that tag off; else NULL */
    const char *doubtful_tag;
    Strings names; /* of an image without a tag: the names through which it is removed, in this order */
    size_t n_names_gone;
    bool is_open;    /* the engine did not answer, so the intent is kept and the next pass mends the image */
    bool is_settled; /* its outcome is reported */
    size_t depth;    /* length of the longest chain of children that are removed too; 0 = it has none */
} Target;

typedef struct Batch {
    Act *act;
    Removal *removals;
    size_t count;
} Batch;

/* Adds the removal of `name`, an ID or a reference, which must live as long as the batch. */
void batch_add(Batch *batch, Target *target, const char *name);
/* Sends the removals side by side, each after a recheck of its own. `done` is called for each one that started, when it
 * is answered; it may be NULL. The caller reads the outcomes from `batch`, and clears it. */
void batch_run(Batch *batch, RemovalDone *done);
void batch_clear(Batch *batch);
/* Reports the outcome of the image; it is not touched any more, except to give tags back. */
void target_settle(Act *act, Target *target, Outcome outcome, const char *error);

/* Adds the names through which an image without a tag is removed: none if it has tags, or if the engine (Podman) does
 * not keep the tag that it is asked for. */
void untagged_names(const Act *act, const Image *image, Strings *ret);
/* Gives the image the tag of rgc's own that `removal` is about to remove, if it does not have it yet. */
RemovalGo untagged_prepare(Act *act, Removal *removal);
/* Removes those of the targets that have `names`, and settles them. */
void remove_untagged(Act *act, Target *targets, size_t count);
/* Takes rgc's own tags, which an interrupted pass has left, off images that have other tags. */
void take_off_own_tags(Act *act);
