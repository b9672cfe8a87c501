/* SPDX-License-Identifier: MIT */
/* `rgc why THING` on what a pass has removed. */
#pragma once

#include "cli/session.h"

/* -ENOENT: nothing of that name is known to have been removed. */
int why_removed(const Session *session, const char *word, Time now, Error *err);
