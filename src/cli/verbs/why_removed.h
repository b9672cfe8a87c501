/* SPDX-License-Identifier: MIT */
/* `rgc why` for something that a pass has removed. */
#pragma once

#include "cli/session.h"

/* Prints when and why it was removed. Returns -ENOENT, without a text, if no pass is known to have removed anything of
 * that name, and errors of removed_load(). */
int why_removed(const Session *session, const char *word, Time now, Error *err);
