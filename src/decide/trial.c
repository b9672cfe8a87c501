/* SPDX-License-Identifier: MIT */
/* Whether a pass removes anything at all: not while the trial lasts, nor with a clock that cannot be trusted. */
#include <rgc/plan.h>

void trial_mind(Ledger *ledger, int64_t trial_usec, bool is_by_hand, bool is_of_one_app, Time now)
{
    if (is_by_hand && !is_of_one_app)
        ledger->trial_until = 0;
    else if (ledger->is_new)
        ledger->trial_until = trial_usec > 0 ? now + trial_usec : 0;
    else if (ledger->trial_until > now + trial_usec)
        ledger->trial_until = now + trial_usec; /* the clock was wrong then, or the configuration is new */
}

Hold hold_decide(const Ledger *ledger, ClockVerdict clock, bool acts_on_trial, Time now)
{
    if (clock != CLOCK_FINE)
        return HOLD_CLOCK;
    return ledger->trial_until > now && !acts_on_trial ? HOLD_TRIAL : HOLD_NONE;
}
