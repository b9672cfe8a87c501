/* SPDX-License-Identifier: MIT */
/* A host made by hand, for the tests of what is shown: a Pass without an engine, and a screen to read from. */
#pragma once

#include "unit.h"

#include "cli/views/show.h"

#include <string.h>

#define NOW ((Time)1795000000 * USEC_PER_SEC)
#define HOST_IMAGES_MAX 2000

static __attribute__((__unused__)) char host_text[1 << 20];

/* What `show` printed on a screen of this width. Valid until the next call. */
#define SHOWN(columns, utf8, color, show)                                                                              \
    ({                                                                                                                 \
        Screen screen_ = {.out = fmemopen(host_text, sizeof(host_text), "w"),                                          \
                          .width = (columns),                                                                          \
                          .has_utf8 = (utf8),                                                                          \
                          .has_color = (color)};                                                                       \
        const Screen *screen = &screen_;                                                                               \
        show;                                                                                                          \
        fclose(screen_.out);                                                                                           \
        host_text;                                                                                                     \
    })

static inline Pass *host_new(void)
{
    Pass *pass = xcalloc(1, sizeof(*pass));
    pass->has_ledger = true;
    pass->snapshot.engine = (EngineInfo){.version = xstrdup("28.5.2"),
                                         .api = xstrdup("1.51"),
                                         .store = STORE_OVERLAY2,
                                         .driver = xstrdup("overlay2"),
                                         .root = xstrdup("/var/lib/docker")};
    pass->snapshot.images = xcalloc(HOST_IMAGES_MAX, sizeof(Image));
    pass->snapshot.containers = xcalloc(HOST_IMAGES_MAX, sizeof(Container));
    pass->plan.images = xcalloc(HOST_IMAGES_MAX, sizeof(PlannedImage));
    pass->plan.containers = xcalloc(HOST_IMAGES_MAX, sizeof(PlannedContainer));
    pass->plan.snapshot = &pass->snapshot;
    pass->plan.now = NOW;
    pass->plan.estimate_is_exact = true;
    pass->plan.cache.max_size_bytes = -1;
    return pass;
}

static inline void host_free(Pass **pass)
{
    plan_clear(&(*pass)->plan);
    survey_clear(&(*pass)->survey);
    snapshot_clear(&(*pass)->snapshot);
    ledger_clear(&(*pass)->ledger);
    report_clear(&(*pass)->report);
    free((*pass)->ledger_note);
    free(*pass);
    *pass = NULL;
}

static inline void host_disk(Pass *pass, const char *path, double used_percent)
{
    *array_add(&pass->snapshot.disks, &pass->snapshot.n_disks) = (Disk){.path = xstrdup(path),
                                                                        .total_bytes = 40000000000,
                                                                        .available_bytes = 11600000000,
                                                                        .used_percent = used_percent};
}

static inline size_t host_app(Pass *pass, const char *name, const char *destination)
{
    PlannedApp *app = array_add(&pass->plan.apps, &pass->plan.n_apps);
    *app = (PlannedApp){.kind = APP_KAMAL,
                        .name = xstrdup(name),
                        .destination = xstrdup(destination),
                        .current_version = xstrdup("v10"),
                        .rollback_wanted = 3,
                        .rollback_ready = 3,
                        .keep_previous = 3,
                        .size_bytes = 1200000000,
                        .last_run = NOW - USEC_PER_HOUR,
                        .is_running = true};
    return pass->plan.n_apps - 1;
}

static inline PlannedImage *host_image(Pass *pass, const char *tag, size_t app, Verdict verdict, Reason reason)
{
    size_t number = pass->snapshot.n_images++;
    Image *image = &pass->snapshot.images[number];
    image->id = xasprintf("sha256:%064zx", 0xabc000000 + number);
    image->size_bytes = 230000000;
    if (tag)
        strings_add(&image->tags, tag);
    PlannedImage *planned = &pass->plan.images[pass->plan.n_images++];
    planned->image = image;
    planned->judgement =
        (Judgement){.verdict = verdict, .reason = reason, .detail = xstrdup("5th most recent, keeping 3")};
    planned->arrived = NOW - 3 * USEC_PER_DAY;
    if (app != NO_APP) {
        Membership *membership = array_add(&planned->apps, &planned->n_apps);
        *membership = (Membership){.app = app, .version = xstrdup("v4"), .judgement = planned->judgement};
        membership->judgement.detail = xstrdup("5th most recent, keeping 3");
    }
    return planned;
}

static inline PlannedContainer *host_container(Pass *pass, const char *name, const PlannedImage *image, size_t app,
                                               Verdict verdict, Reason reason)
{
    size_t number = pass->snapshot.n_containers++;
    Container *container = &pass->snapshot.containers[number];
    container->id = xasprintf("%064zx", 0xdef000000 + number);
    container->name = xstrdup(name);
    container->image_id = xstrdup(image->image->id);
    container->state = STATE_EXITED;
    PlannedContainer *planned = &pass->plan.containers[pass->plan.n_containers++];
    *planned =
        (PlannedContainer){.container = container,
                           .app = app,
                           .judgement = {.verdict = verdict, .reason = reason, .detail = xstrdup("its release goes")}};
    return planned;
}
