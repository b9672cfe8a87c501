/* SPDX-License-Identifier: MIT */
#pragma once

#include "fuzz.h"

/* What the sieve lets through of a JSON text, in pieces of `step`, is what its tree says. */
void fuzz_sieve(const Bytes *text, size_t step);
