/* SPDX-License-Identifier: MIT */
/* Asks the table of the policy from top to bottom: the first row that applies is the verdict. */
#include "rows.h"

static const struct Rule {
    Applies *applies;
    Until *until;
    Describe *describe;
} rules[REASON_MAX_] = {
#define REASON(id, name, verdict, of, group, applies, until, describe, explained, remedy)                              \
    [REASON_##id] = {applies, until, describe},
#include <rgc/reasons.def>
};

static bool applies(Reason reason, const Case *c)
{
    return (c->release || !reason_spec(reason)->is_release) && rules[reason].applies(c);
}

void case_judge(const Case *c, Judgement *ret)
{
    cleanup_with(free_charp) char *label = c->app ? app_full_name(c->app) : NULL;
    Time now = c->context->now;
    Reason reason = 0;

    while (!applies(reason, c)) /* the last row, `other`, applies to everything */
        reason++;
    *ret = (Judgement){reason_spec(reason)->verdict, reason, rules[reason].until(c), NULL};
    if (ret->verdict == VERDICT_REMOVE && ret->eligible_at > now)
        ret->verdict = VERDICT_WAIT;
    else if (ret->verdict == VERDICT_REMOVE)
        ret->eligible_at = 0;
    ret->detail = rules[ret->reason].describe(c, label);
}
