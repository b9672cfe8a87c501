/* SPDX-License-Identifier: MIT */
/*
 * What findings add up to. Both functions count each layer once, however many releases share it and however many
 * findings name it; sums.c explains why.
 */
#pragma once

#include "subject.h"

/* Fills the numbers and the versions of a finding from its layers. Numbers that the check has set itself are kept. */
void finding_settle(const Subject *subject, Finding *finding);
/* Fills bytes, could_be_bytes and knows_sizes, once all findings are settled. */
void audited_settle(const Subject *subject, Audited *audited);
