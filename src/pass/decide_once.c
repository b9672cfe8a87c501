/* SPDX-License-Identifier: MIT */
/*
 * Deciding once, although the best decision may need layers that cost two requests for each image.
 *
 * What images free only decides how far a pass must go to make room (plan_weighs_sizes()). Only then are layers
 * observed before the decision. In all other cases they make the estimate more exact, and are asked for afterwards: if
 * images are to be removed, or if somebody wants to know what holds the disk. So a pass that removes nothing asks for
 * no layers.
 */
#include "pass_parts.h"

#include <rgc/observe.h>

/* Up to this many images, rgc asks for layers to make the estimate exact. */
#define LAYERS_MAX 100

static bool has_image_to_remove(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    return false;
}

/* The same for people who ask what holds the disk, who wait longer. */
#define LAYERS_MAX_ASKED 400

int pass_decide(Engine *engine, const Config *config, const PassOptions *options, const DecideOptions *decide, Time now,
                Pass *pass, Error *err)
{
    Snapshot *snapshot = &pass->snapshot;
    bool wants_layers = options->with_layers && snapshot->n_images <= LAYERS_MAX;
    bool tells_holders = options->with_survey && snapshot->n_images <= LAYERS_MAX_ASKED;
    bool decides = wants_layers && plan_weighs_sizes(snapshot, &pass->ledger, &config->policy, now, decide);
    int r = decides ? observe_layers(engine, snapshot, err) : 0;
    if (r < 0)
        return r;
    plan_decide(snapshot, &pass->ledger, &config->policy, now, decide, &pass->plan);
    if (decides || !(tells_holders || (wants_layers && has_image_to_remove(&pass->plan))))
        return 0;
    /* The estimate must be the one of rgc plan, so layers that only `status` asks for do not change it. */
    if ((r = observe_layers(engine, snapshot, err)) == 0 && wants_layers)
        plan_estimate(&pass->plan);
    return r;
}
