/* SPDX-License-Identifier: MIT */
/* Which images are releases of one app, by the plan. */
#include "subject.h"

#include <rgc/ownership.h>

static const PlannedImage *planned(const Plan *plan, const Image *image)
{
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].image == image)
            return &plan->images[i];
    return NULL;
}

static bool is_release_of(const Plan *plan, const PlannedImage *image, const char *app)
{
    for (size_t i = 0; i < image->n_apps; i++)
        if (same_text(plan->apps[image->apps[i].app].name, app))
            return true;
    return false;
}

bool are_of_one_app(const Plan *plan, const Image *a, const Image *b)
{
    const PlannedImage *x = planned(plan, a), *y = planned(plan, b);

    for (size_t i = 0; x && y && i < x->n_apps; i++)
        if (is_release_of(plan, y, plan->apps[x->apps[i].app].name))
            return true;
    return a == b;
}
