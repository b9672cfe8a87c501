/* SPDX-License-Identifier: MIT */
/* What the last plan says of an app's rollbacks. */
#pragma once

#include "script.h"

static inline const PlannedApp *app_of(const char *name, const char *destination)
{
    for (size_t i = 0; i < w->plan.n_apps; i++) {
        const PlannedApp *app = &w->plan.apps[i];
        if (strcmp(app->name, name) == 0 && strcmp(app->destination ? app->destination : "", destination) == 0)
            return app;
    }
    fail_msg("there is no app %s/%s", name, destination);
    return NULL;
}

static inline void assert_rollback(const char *name, const char *destination, int ready, int wanted)
{
    const PlannedApp *app = app_of(name, destination);
    if (app->rollback_ready != ready || app->rollback_wanted != wanted)
        fail_msg("%s/%s: rollback %d/%d, expected %d/%d; %s", name, destination, app->rollback_ready,
                 app->rollback_wanted, ready, wanted,
                 app->n_not_ready > 0 ? app->not_ready[0].why : "nothing is missing");
}
