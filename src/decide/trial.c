/* SPDX-License-Identifier: MIT */
/* Whether a pass removes anything at all: not while the trial lasts, nor with a clock that cannot be trusted. */
#include <rgc/plan.h>

bool trial_mind(Ledger *ledger, int64_t trial_usec, bool ends, Time now)
{
    if (ledger->is_new)
        ledger->trial_until = trial_usec > 0 ? now + trial_usec : 0;
    else if (ledger->trial_until > now + trial_usec)
        ledger->trial_until = now + trial_usec; /* the clock was wrong then, or the configuration is new */
    bool was_on_trial = ledger->trial_until > now;
    if (ends)
        ledger->trial_until = 0;
    return ends && was_on_trial;
}

Hold hold_decide(const Ledger *ledger, ClockVerdict clock, Time now)
{
    if (clock != CLOCK_FINE)
        return HOLD_CLOCK;
    return ledger->trial_until > now ? HOLD_TRIAL : HOLD_NONE;
}
