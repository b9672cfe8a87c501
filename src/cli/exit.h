/* SPDX-License-Identifier: MIT */
/*
 * How a command that could not do its work ends. This is the one place from which errors reach a person, so all of them
 * look alike, and no text from outside reaches a terminal unchecked.
 */
#pragma once

#include <rgc/error.h>

/* Prints "rgc: …" on standard error; further lines of the text are indented. Returns the exit code that belongs to the
 * code of the error: EXIT_ENGINE for ECONNREFUSED, EXIT_LOCKED for EWOULDBLOCK, else EXIT_FAILED. */
int fail_with(const Error *err);
/* Does the same, but always returns EXIT_USAGE. */
int fail_with_usage(const Error *err);
