/* SPDX-License-Identifier: MIT */
/*
 * How a pass tells whoever waits for it what it is doing.
 */
#pragma once

#include <rgc/report.h>

/* Progress for a terminal and for the agent; any may be NULL. */
typedef struct PassProgress {
    void (*on_step)(const char *step, void *userdata); /* "reading 1,204 images" */
    void (*on_outcome)(const OutcomeEntry *entry, size_t done, size_t total, void *userdata);
    void *userdata;
} PassProgress;

/* Calls on_step with the formatted text, if there is anybody to hear it. */
void progress_step(const PassProgress *progress, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
