/* SPDX-License-Identifier: MIT */
/*
 * The order of a decision. Images come first, because containers are judged by their memberships; containers that are
 * kept then keep the images that they use; builders are judged by their containers; pressure adds to what all of these
 * remove. Only then is it known what each app still has, what --app and the clock leave out, and what the plan frees.
 */
#include "plan_parts.h"

#include <string.h>

void plan_decide(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, Time now,
                 const DecideOptions *options, Plan *ret)
{
    cleanup_with(context_clear) Context context = {0};

    *ret = (Plan){.snapshot = snapshot, .now = now};
    context_make(snapshot, ledger, policy, options, now, &context);
    plan_images(&context, ret);
    plan_containers(&context, ret);
    plan_images_in_use(&context, ret);
    plan_cache(&context, ret);
    plan_builders(&context, ret);
    plan_pressure(&context, ret);
    plan_apps(&context, ret);
    plan_patterns(&context, ret);
    plan_restrict(ret, options->app);
    plan_suspend(ret, options->suspension);
    plan_estimate(ret);
}
