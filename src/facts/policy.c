/* SPDX-License-Identifier: MIT */
/* Frees a policy. src/config makes it. */
#include <rgc/policy.h>

void policy_clear(Policy *policy)
{
    for (size_t i = 0; i < policy->n_apps; i++) {
        free(policy->apps[i].section);
        free(policy->apps[i].pattern);
        strings_clear(&policy->apps[i].audit_ignore);
    }
    free(policy->apps);
    strings_clear(&policy->protect);
    strings_clear(&policy->protect_apps);
    *policy = (Policy){0};
}
