/* SPDX-License-Identifier: MIT */
/* The one place from which errors reach a person. */
#pragma once

#include <rgc/error.h>

/* "rgc: …" on standard error. Returns the exit code that goes with the error. */
int fail_with(const Error *err);
int fail_with_usage(const Error *err); /* the same, but always EXIT_USAGE */
