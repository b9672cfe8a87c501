/* SPDX-License-Identifier: MIT */
/*
 * A small host as literals, as a pass knows it: the app blog with v2 running, v1 kept and v0 on its way out, one
 * dangling image. Nothing in it is owned: it must not be cleared.
 */
#pragma once

#include "unit.h"

#include <rgc/collect.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOON ((Time)1763726400 * USEC_PER_SEC) /* 2025-11-21T12:00:00Z */

static char *v2_tags[] = {"r/blog:v2"}, *v1_tags[] = {"r/blog:v1"}, *v0_tags[] = {"r/blog:v0"};
static char *current_ids[] = {"sha256:2"}, *rollback_versions[] = {"v1"};

static Image images[] = {
    {.id = "sha256:0", .tags = {v0_tags, 1}, .created = NOON - USEC_PER_DAY, .size_bytes = 100, .shared_bytes = 60},
    {.id = "sha256:1", .tags = {v1_tags, 1}, .created = NOON - USEC_PER_HOUR, .size_bytes = 100, .shared_bytes = 60},
    {.id = "sha256:2", .tags = {v2_tags, 1}, .size_bytes = 100, .shared_bytes = 60},
    {.id = "sha256:3", .size_bytes = 7, .shared_bytes = 0},
};

static Container containers[] = {
    {.id = "c0",
     .name = "blog-web-v0",
     .image_id = "sha256:0",
     .state = STATE_EXITED,
     .run = {.is_known = true, .started = NOON - USEC_PER_DAY, .finished = NOON - USEC_PER_HOUR, .exit_code = 143}},
    {.id = "c2", .name = "blog-web-v2", .image_id = "sha256:2", .state = STATE_RUNNING},
    {.id = "c9", .name = "tool", .image_id = "sha256:3", .state = STATE_EXITED, .inspect_error = "no answer in 10 s"},
};

static Disk disks[] = {
    {.path = "/var/lib/docker",
     .total_bytes = 1000,
     .available_bytes = 250,
     .used_percent = 75.04,
     .total_inodes = 10,
     .used_inodes_percent = 12.5},
};
static Disk disks_after[] = {
    {.path = "/var/lib/docker", .total_bytes = 1000, .available_bytes = 350, .used_percent = 65},
};

static Builder builders[] = {{.name = "kamal-local", .container_id = "b1", .state = STATE_RUNNING}};
static NotReady not_ready[] = {{"v4", "no container of role worker"}};

static PlannedApp apps[] = {
    {.kind = APP_KAMAL,
     .name = "blog",
     .keep_previous = 3,
     .current = {current_ids, 1},
     .current_version = "v2",
     .is_running = true,
     .last_run = NOON,
     .rollback_wanted = 2,
     .rollback_ready = 1,
     .rollback_versions = {rollback_versions, 1},
     .not_ready = not_ready,
     .n_not_ready = 1,
     .size_bytes = 300,
     .remove_bytes = 100},
    {.kind = APP_COMPOSE, .name = "shop", .destination = "staging", .keep_previous = 1, .is_idle = true},
};

static Membership v0_apps[] = {{.app = 0, .version = "v0", .judgement = {VERDICT_REMOVE, REASON_SUPERSEDED, 0, "old"}}};
static Membership v1_apps[] = {{.app = 0, .version = "v1", .judgement = {VERDICT_KEEP, REASON_ROLLBACK, 0, "1st"}},
                               {.app = 1, .judgement = {VERDICT_WAIT, REASON_YOUNG, NOON + USEC_PER_HOUR, "new"}}};
static Membership v2_apps[] = {{.app = 0, .version = "v2", .judgement = {VERDICT_KEEP, REASON_CURRENT, 0, "runs"}}};

static PlannedImage planned_images[] = {
    {.image = &images[0],
     .apps = v0_apps,
     .n_apps = 1,
     .arrived = NOON - USEC_PER_DAY,
     .last_run = NOON - 5,
     .frees_bytes = 40,
     .judgement = {VERDICT_REMOVE, REASON_SUPERSEDED, 0, "5th most recent of blog, keeping 3 previous"}},
    {.image = &images[1],
     .apps = v1_apps,
     .n_apps = 2,
     .judgement = {VERDICT_WAIT, REASON_YOUNG, NOON + USEC_PER_HOUR, "arrived 5m ago"}},
    {.image = &images[2], .apps = v2_apps, .n_apps = 1, .judgement = {VERDICT_KEEP, REASON_CURRENT, 0, "runs"}},
    {.image = &images[3], .frees_bytes = 7, .judgement = {VERDICT_REMOVE, REASON_DANGLING, 0, "no tag"}},
};

static PlannedContainer planned_containers[] = {
    {.container = &containers[0], .app = 0, .judgement = {VERDICT_REMOVE, REASON_SUPERSEDED, 0, "its release goes"}},
    {.container = &containers[1], .app = 0, .judgement = {VERDICT_KEEP, REASON_CURRENT, 0, "runs"}},
    {.container = &containers[2], .app = NO_APP, .judgement = {VERDICT_KEEP, REASON_UNMANAGED, 0, "not an app's"}},
};

static PlannedBuilder planned_builders[] = {
    {.builder = &builders[0], .cache_bytes = -1, .prune = true, .reason = "unused for 72h"},
};

static Use uses[] = {
    {.kind = APP_KAMAL, .app = "blog", .role = "web", .version = "v0", .last_run = NOON - 5, .has_served = true}};
static ImageRecord records[] = {{.id = "sha256:0", .uses = uses, .n_uses = 1}};

static OutcomeEntry outcomes[] = {
    {TARGET_CONTAINER, "c0", "blog-web-v0", OUTCOME_REMOVED, NULL},
    {TARGET_IMAGE, "sha256:0", "r/blog:v0", OUTCOME_REMOVED, NULL},
    {TARGET_IMAGE, "sha256:0", "r/blog:old", OUTCOME_REMOVED, NULL},
    {TARGET_IMAGE, "sha256:3", NULL, OUTCOME_FAILED, "conflict: image has dependent child images"},
};

static inline Pass example_pass(void)
{
    Pass pass = {
        .snapshot = {.engine = {.version = "28.5.2",
                                .api = "1.51",
                                .store = STORE_OVERLAY2,
                                .driver = "overlay2",
                                .root = "/var/lib/docker"},
                     .images = images,
                     .n_images = COUNT(images),
                     .containers = containers,
                     .n_containers = COUNT(containers),
                     .disks = disks,
                     .n_disks = COUNT(disks)},
        .ledger = {.images = records, .n_images = COUNT(records)},
        .has_ledger = true,
        .plan = {.now = NOON,
                 .apps = apps,
                 .n_apps = COUNT(apps),
                 .images = planned_images,
                 .n_images = COUNT(planned_images),
                 .containers = planned_containers,
                 .n_containers = COUNT(planned_containers),
                 .cache = {.is_known = true,
                           .total_bytes = 500,
                           .evict_bytes = 200,
                           .evict_records = 3,
                           .max_unused_usec = 72 * USEC_PER_HOUR,
                           .max_size_bytes = -1},
                 .builders = planned_builders,
                 .n_builders = COUNT(planned_builders),
                 .estimate_bytes = 247,
                 .estimate_most_bytes = 250,
                 .estimate_is_exact = true,
                 .next_at = NOON + USEC_PER_HOUR},
        .report = {.entries = outcomes,
                   .n_entries = COUNT(outcomes),
                   .freed = {.estimated_bytes = 247, .engine_bytes = 240, .disk_bytes = -3},
                   .began = NOON,
                   .ended = NOON + 2 * USEC_PER_SEC,
                   .duration_ms = 2000,
                   .requests = 17,
                   .counts = {[OUTCOME_REMOVED] = 3, [OUTCOME_FAILED] = 1},
                   .disks_after = disks_after,
                   .n_disks_after = COUNT(disks_after)},
    };
    return pass;
}
