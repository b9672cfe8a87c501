/* SPDX-License-Identifier: MIT */
/* A host with a file system that is too full. */
#pragma once

#include "blog.h"

static inline void fill_disk(double used_percent)
{
    if (w->host.n_disks == 0)
        array_add(&w->host.disks, &w->host.n_disks)->path = xstrdup("/data");
    Disk *disk = &w->host.disks[0];
    disk->total_bytes = 10000000000; /* an image is one percent of it */
    disk->used_percent = used_percent;
    disk->available_bytes = (int64_t)(100000000.0 * (100.0 - used_percent));
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].shared_bytes = 0;
}

/* v6 current, v5, v4, v3 in slots, nothing more to remove. */
static inline void clean_host(void)
{
    deploy_hourly(&blog, 1, 6);
    pass();
    assert_false(plan_removes_anything(&w->plan));
}

/* So full since long enough. */
static inline void plan_full(double used_percent)
{
    fill_disk(used_percent);
    look();
    after(MINUTES(5));
    look();
}
