/* SPDX-License-Identifier: MIT */
/*
 * Looks at the disks once a minute and after each pass, and triggers a pass when one is too full. disk.h decides that;
 * this file has the timer and knows which paths to measure: those of the configuration, or those that the last pass
 * named, since only a pass knows where the engine keeps its files.
 */
#include "agent_parts.h"
#include "timer_accuracy.h"

#include <string.h>

static const Strings *measured_paths(const Agent *agent)
{
    return agent->settings.storage.count > 0 ? &agent->settings.storage : &agent->disk_paths;
}

/* Returns the level of the fullest file system, and stores it unless all are fine. */
static DiskLevel worst(const Agent *agent, DiskUse *ret)
{
    const Strings *paths = measured_paths(agent);
    DiskLevel level = DISK_FINE;
    for (size_t i = 0; i < paths->count; i++) {
        DiskUse use;
        if (!disk_measure(paths->items[i], &use) || disk_level(&use, &agent->settings.high) <= level)
            continue;
        level = disk_level(&use, &agent->settings.high);
        *ret = use;
    }
    return level;
}

void agent_check_disk(Agent *agent)
{
    DiskUse use = {0};
    if (agent->is_stopping || agent->settings.high.is_off)
        return;
    DiskLevel level = worst(agent, &use);
    if (!disk_needs_pass(&agent->disk, level, &agent->limits, boot_clock()))
        return;
    cleanup_with(free_charp) char *reason = xasprintf("%s is %.1f%% full", use.path, use.used_percent);
    const char *suspension = json_string_value(json_object_get(agent->last, "hold"));
    log_disk(&use, suspension && strcmp(suspension, "trial") == 0);
    schedule_trigger(&agent->schedule, TRIGGER_DISK, reason, NULL, boot_clock());
}

/* The timer keeps to a fixed grid; if it is late by more than a step, it begins a new one. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    Agent *agent = userdata;
    uint64_t now = (uint64_t)boot_clock(), next = usec + (uint64_t)agent->limits.disk_check_usec;
    sd_event_source_set_time(source, next > now ? next : now + (uint64_t)agent->limits.disk_check_usec);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    Time next_pass = schedule_next(&agent->schedule);
    agent_check_disk(agent);
    if (schedule_next(&agent->schedule) != next_pass)
        agent_proceed(agent);
    return 0;
}

int agent_start_disk_checks(Agent *agent)
{
    agent->disk_timer = sd_event_source_disable_unref(agent->disk_timer);
    agent->disk = (DiskMonitor){0};
    if (agent->settings.high.is_off)
        return 0;
    int64_t first = agent->limits.disk_check_usec;
    uint64_t accuracy = first > 4 * (int64_t)IDLE_ACCURACY_USEC ? IDLE_ACCURACY_USEC : (uint64_t)first / 4;
    return sd_event_add_time_relative(agent->loop, &agent->disk_timer, CLOCK_BOOTTIME, (uint64_t)first, accuracy,
                                      on_timer, agent);
}
