/* SPDX-License-Identifier: MIT */
/*
 * The members and labels that this room reads of an engine's answers. All others are passed over while an answer
 * arrives (sieve.h), so whatever a decoder asks for has to be named here; tests/architecture/members.py looks.
 */
#pragma once

#include "engine/http/scan.h"

extern const Members engine_members;
