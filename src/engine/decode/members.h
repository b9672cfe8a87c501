/* SPDX-License-Identifier: MIT */
/*
 * The names of all members and labels that rgc reads in an engine's answers. The sieve drops all others while an answer
 * arrives (engine/http/sieve.h), so a decoder never sees a member that is not named here. tests/architecture/members.py
 * compares these names with those that the decoders ask for.
 */
#pragma once

#include "engine/http/scan.h"

extern const Members engine_members;
