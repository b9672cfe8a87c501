/* SPDX-License-Identifier: MIT */
/*
 * What a verdict and its reason mean, and what could change it, for people. An image and a container may have the same
 * reason for other causes: each has its own sentences. rgc(1) lists them; a test compares.
 */
#pragma once

#include <rgc/plan.h>

/* Each one sentence or two; NULL: nothing has this verdict for this reason. */
typedef struct Sentences {
    const char *explained, *remedy;
} Sentences;

typedef enum Judged {
    JUDGED_IMAGE,
    JUDGED_CONTAINER,
    JUDGED_BUILDER, /* a container that is one */
    JUDGED_MAX_,
} Judged;

/* Only `verdict` and `reason` count. */
Sentences reason_sentences(Judged what, Verdict verdict, Reason reason);

/* The same with what else the plan knows of it. */
Sentences image_sentences(const Plan *plan, const PlannedImage *image);
Sentences container_sentences(const Plan *plan, const PlannedContainer *container);

/* Instead of the remedies of `current`, where nothing of the app runs. */
extern const char remedy_of_last_image[], remedy_of_last_container[];
