/* SPDX-License-Identifier: MIT */
/* The two ways of making a pass. Both return an ExitCode, or 128 + the signal that ended the pass. */
#pragma once

#include "cli/session.h"

/* Asks the agent, follows its pass, and ends with the summary. */
int collect_by_agent(Session *session);
/* Makes the pass in this process, which may be the agent's child. */
int collect_here(Session *session);
