/* SPDX-License-Identifier: MIT */
/* Tells what [app] sections and [protect] patterns match here. A pattern without a match may be a slip, or it may be
 * for something that comes later, so it is only a note. */
#include "cli/views/texts.h"
#include "verb_check.h"

void check_patterns(const Plan *plan, Checks *ret)
{
    for (size_t i = 0; i < plan->n_patterns; i++) {
        const PatternMatch *match = &plan->patterns[i];
        const char *name = match->where[1] == 'a' ? "app" : "protect";
        if (match->n_apps > 0)
            checks_add(ret, name, true,
                       xasprintf("%s matches %zu app%s here", match->where, match->n_apps, plural(match->n_apps)));
        else if (match->n_images > 0)
            checks_add(
                ret, name, true,
                xasprintf("%s matches %zu image%s here", match->where, match->n_images, plural(match->n_images)));
        else
            checks_add(ret, name, true, unmatched_text(match, "note: "));
    }
}
