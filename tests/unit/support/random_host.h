/* SPDX-License-Identifier: MIT */
/*
 * Hosts with anything on them, the same for the same seed: stories that could have happened, and pictures that an
 * engine could show although no story leads there.
 */
#pragma once

#include "world.h"

void random_seed(uint64_t seed);
uint32_t roll(uint32_t sides); /* 0 to sides - 1 */
bool chance(uint32_t percent);

void random_policy(Policy *policy);

/* One thing happens on the host: a deploy, a crash, a rollback, time passes … No pass, nothing is lost. */
void random_event(World *w);
/* What shakes a pass's trust: a jump of the clock, a reboot, a lost ledger, a forgotten replay, a full disk, a new
 * policy. */
void random_trouble(World *w);
/* Throws the picture away and draws another one, from a few names, so that all meets all. */
void random_picture(World *w);
void shuffle(Snapshot *snapshot);
