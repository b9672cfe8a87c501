/* SPDX-License-Identifier: MIT */
/* What findings add up to: a layer counts once, whatever is said of it. */
#pragma once

#include "subject.h"

/* Of its layers: bytes, what it saves, how often, and in which releases. */
void finding_settle(const Subject *subject, Finding *finding);
/* Fills bytes, could_be_bytes and knows_sizes. */
void audited_settle(const Subject *subject, Audited *audited);
