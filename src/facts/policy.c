/* SPDX-License-Identifier: MIT */
#include <rgc/policy.h>

void policy_init(Policy *ret)
{
    *ret = (Policy){
        .retention =
            {
                .keep_previous = 3,
                .keep_for_usec = DURATION_OFF,
                .min_age_usec = USEC_PER_HOUR,
                .min_uptime_usec = USEC_PER_MINUTE,
                .quiet_usec = 5 * USEC_PER_MINUTE,
                .remove_superseded_containers = true,
                .remove_dangling = true,
                .jobs_max_unused_usec = 35 * USEC_PER_DAY,
                .unmanaged_max_unused_usec = DURATION_OFF,
                .idle_apps_usec = DURATION_OFF,
            },
        .cache_max_unused_usec = 72 * USEC_PER_HOUR,
        .cache_max_size_bytes = -1,
        .prune_builders = true,
        .orphans_usec = DURATION_OFF,
        .high = {.used_percent = 85, .free_bytes = -1},
        .low = {.used_percent = 75, .free_bytes = -1},
        .pressure_keep_previous = 1,
    };
}

void policy_clear(Policy *policy)
{
    for (size_t i = 0; i < policy->n_apps; i++) {
        free(policy->apps[i].section);
        free(policy->apps[i].pattern);
    }
    free(policy->apps);
    strings_clear(&policy->protect);
    *policy = (Policy){0};
}
