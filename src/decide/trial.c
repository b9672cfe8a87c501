/* SPDX-License-Identifier: MIT */
/*
 * Whether a pass removes anything at all: it does not while the trial lasts, nor with a clock that cannot be trusted.
 *
 * The trial protects a host on which rgc has just been installed, or has lost its memory: for some time people can read
 * what rgc would remove, before it does. The end of the trial is stored in the ledger. It never lies further ahead than
 * a whole trial, so neither a wrong clock nor an earlier, longer setting can keep rgc from ever removing anything.
 * tests/unit/decide/decision.c tests this.
 */
#include <rgc/plan.h>

bool trial_update(Ledger *ledger, int64_t trial_usec, bool ends, Time now)
{
    if (ledger->is_new)
        ledger->trial_until = trial_usec > 0 ? now + trial_usec : 0;
    else if (ledger->trial_until > now + trial_usec)
        ledger->trial_until = now + trial_usec; /* the clock was wrong then, or the configuration has changed */
    bool was_on_trial = ledger->trial_until > now;
    if (ends)
        ledger->trial_until = 0;
    return ends && was_on_trial;
}

Suspension suspension_decide(const Ledger *ledger, ClockVerdict clock, Time now)
{
    if (clock != CLOCK_FINE)
        return SUSPENSION_CLOCK;
    return ledger->trial_until > now ? SUSPENSION_TRIAL : SUSPENSION_NONE;
}
