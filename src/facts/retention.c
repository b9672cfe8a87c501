/* SPDX-License-Identifier: MIT */
#include <rgc/policy.h>
#include <rgc/reference.h>

static bool matches_any(const char *pattern, const char *app, const Strings *repositories)
{
    if (app && matches_pattern(pattern, app))
        return true;
    for (size_t i = 0; repositories && i < repositories->count; i++) {
        const char *repository = repositories->items[i];
        if (matches_pattern(pattern, repository) || matches_pattern(pattern, repository_short(repository)))
            return true;
    }
    return false;
}

const Retention *policy_retention(const Policy *policy, const char *app, const Strings *repositories)
{
    for (size_t i = 0; i < policy->n_apps; i++)
        if (matches_any(policy->apps[i].pattern, app, repositories))
            return &policy->apps[i].retention;
    return &policy->retention;
}
