/* SPDX-License-Identifier: MIT */
/*
 * What a verdict and its reason mean, and what could change it, for people. An image, a container and a builder may
 * have the same reason for different causes, so each has sentences of its own. rgc(1) lists them under VERDICTS AND
 * REASONS, and tests/unit/cli/cli_manual.c compares both.
 */
#pragma once

#include <rgc/plan.h>

/* One or two sentences each; NULL if nothing can have this verdict for this reason. All texts are static. */
typedef struct Sentences {
    const char *explained, *remedy;
} Sentences;

typedef enum Judged {
    JUDGED_IMAGE,
    JUDGED_CONTAINER,
    JUDGED_BUILDER, /* a container that is a builder */
    JUDGED_MAX_,
} Judged;

/* Returns the sentences that verdict and reason alone decide. */
Sentences reason_sentences(Judged what, Verdict verdict, Reason reason);

/* Return the sentences that fit what else the plan knows about this image or container. */
Sentences image_sentences(const Plan *plan, const PlannedImage *image);
Sentences container_sentences(const Plan *plan, const PlannedContainer *container);

/* The remedies for the reason `current` if nothing of the app runs. */
extern const char remedy_of_last_image[], remedy_of_last_container[];
