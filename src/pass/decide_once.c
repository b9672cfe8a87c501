/* SPDX-License-Identifier: MIT */
#include "pass_parts.h"

#include <rgc/observe.h>

/* Up to this many images, layers are asked for one by one to make the estimate exact. */
#define LAYERS_MAX 100

static bool has_image_to_remove(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            return true;
    return false;
}

/* Whoever asks what holds the disk waits for more. */
#define LAYERS_MAX_ASKED 400

/* What images free decides only how far a pass goes that has to make room: then their layers are observed before. Else
 * the layers only tell how much a plan frees that removes some, and nobody is asked for them where none is removed, unless
 * somebody wants to know what holds the disk. */
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
    /* The estimate is that of rgc plan, whoever asks. */
    if ((r = observe_layers(engine, snapshot, err)) == 0 && wants_layers)
        plan_estimate(&pass->plan);
    return r;
}
