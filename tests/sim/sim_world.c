/* SPDX-License-Identifier: MIT */
#include "happens.h"

#include <rgc/config.h>

#include <stdio.h>
#include <string.h>

/* 2026-11-01T00:00:00Z */
#define BEGIN ((Time)1793491200 * USEC_PER_SEC)

static void draw_policy(World *w)
{
    bool removes_unmanaged = has_trait(w, TRAIT_UNMANAGED) && mix(w->rng, 41) % 100 < 20;
    cleanup_with(config_clear) Config defaults;
    config_init(&defaults);
    w->policy = defaults.policy;
    defaults.policy = (Policy){0};
    Retention *retention = &w->policy.retention;
    uint32_t n = roll(w, 10);
    retention->keep_previous = n < 6 ? (int)n : 3;
    if (chance(w, 15))
        retention->min_age_usec = chance(w, 50) ? 0 : DAYS(1);
    if (chance(w, 25))
        retention->quiet_usec = chance(w, 50) ? 0 : HOURS(1);
    if (chance(w, 20))
        retention->jobs_max_unused_usec = chance(w, 50) ? DAYS(3) : DURATION_OFF;
    if (chance(w, 10))
        retention->keep_for_usec = DAYS(2);
    if (removes_unmanaged)
        retention->unmanaged_max_unused_usec = DAYS(3);
    if (perhaps(w, TRAIT_PROTECT, 40))
        strings_add(&w->policy.protect, "postgres:*");
}

void world_begin(World *w, uint64_t seed, const Traits *traits)
{
    *w = (World){
        .rng = seed,
        .traits = *traits,
        .now = BEGIN,
        .booted = BEGIN - DAYS(3),
        .gen = 1,
        .is_plain = w->is_plain,
        .is_told = w->is_told,
        .has_verdicts = w->has_verdicts,
    };
    static const size_t rings[] = {256, 256, 60, 20, 5};
    w->ring = rings[roll(w, 5)];
    w->store = chance(w, 50) ? STORE_OVERLAY2 : STORE_CONTAINERD;
    w->is_agent = chance(w, 70);
    w->is_fresh = chance(w, 70);
    if (w->is_plain) {
        w->ring = 256;
        w->is_agent = false;
    }
    draw_policy(w);
    make_apps(w);
    tell(w, "a host with the %s store, keep_previous = %d, %s",
         w->store == STORE_CONTAINERD ? "containerd" : "overlay2", w->policy.retention.keep_previous,
         w->is_agent ? "watched by the agent" : "with rgc from cron");
}

static void image_free(SimImage *image)
{
    free(image->story);
    free(image->version);
    strings_clear(&image->tags);
    strings_clear(&image->digests);
    strings_clear(&image->seen_tags);
    labels_clear(&image->labels);
}

static void container_free(SimContainer *c)
{
    free(c->name);
    free(c->ref);
    free(c->lives);
    free(c->role);
    free(c->version);
    labels_clear(&c->labels);
}

static void app_free(App *app)
{
    free(app->name);
    free(app->project);
    free(app->folder);
    free(app->destination);
    free(app->repository);
    free(app->version);
    strings_clear(&app->roles);
}

void world_clear(World *w)
{
    for (size_t i = 0; i < w->n_images; i++)
        image_free(&w->images[i]);
    for (size_t i = 0; i < w->n_containers; i++)
        container_free(&w->containers[i]);
    for (size_t i = 0; i < w->n_apps; i++)
        app_free(&w->apps[i]);
    for (size_t i = 0; i < w->n_events; i++)
        free(w->events[i].reference);
    free(w->images);
    free(w->containers);
    free(w->apps);
    free(w->events);
    free(w->changes);
    free(w->unjoined);
    free(w->ledger);
    ledger_clear(&w->read);
    free(w->old_ledger);
    free(w->failure.text);
    strings_clear(&w->deployed);
    strings_clear(&w->story);
    policy_clear(&w->policy);
    *w = (World){.is_told = w->is_told};
}

void world_wait(World *w, int64_t usec)
{
    w->now += usec;
}

Stamp stamp_now(const World *w)
{
    return (Stamp){.t = w->now, .wall = w->now + w->clock_error};
}

void set_clock(World *w, int64_t error, bool is_boot)
{
    /* Of two steps between two passes none is seen, only what they come to. */
    bool is_seen = !is_boot && w->last_pass > 0 && w->pass_boot == w->boot && w->pass_gen == w->gen &&
                   w->n_changes == w->pass_changes;
    for (size_t i = w->pass_changes; i < w->n_changes; i++)
        w->changes[i].gen = -1;
    w->clock_error = error;
    *array_add(&w->changes, &w->n_changes) =
        (ClockChange){.t = w->now, .error = error, .since = w->last_pass, .gen = is_seen ? w->gen : -1};
}

void tell(World *w, const char *format, ...)
{
    if (!w->is_told)
        return;
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *text = xvasprintf(format, args);
    va_end(args);
    char clock[TEXT_MAX];
    int64_t at = w->now - BEGIN;
    cleanup_with(free_charp) char *line =
        xasprintf("day %2lld %02lld:%02lld:%02lld  %s%s%s", (long long)(at / USEC_PER_DAY),
                  (long long)(at / USEC_PER_HOUR % 24), (long long)(at / USEC_PER_MINUTE % 60),
                  (long long)(at / USEC_PER_SEC % 60), w->clock_error ? "(the clock says " : "",
                  w->clock_error ? format_time(clock, w->now + w->clock_error) : "", w->clock_error ? ") " : "");
    cleanup_with(free_charp) char *whole = xasprintf("%s%s", line, text);
    strings_add(&w->story, whole);
}

/* The first one counts: what follows from it is no news. */
void fail(World *w, Property property, const char *format, ...)
{
    if (w->failure.has_failed)
        return;
    va_list args;
    va_start(args, format);
    w->failure = (Failure){.has_failed = true, .property = property, .text = xvasprintf(format, args)};
    va_end(args);
}

int find_tag(const World *w, const char *tag)
{
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && strings_contain(&w->images[i].tags, tag))
            return (int)i;
    return -1;
}

int find_container(const World *w, const char *name)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && strcmp(w->containers[i].name, name) == 0)
            return (int)i;
    return -1;
}

bool is_here(const SimContainer *c)
{
    return c->removed.t == 0;
}

bool is_live(const SimContainer *c)
{
    return is_here(c) && container_state_is_live(c->state);
}

bool is_used(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && w->containers[i].image == image)
            return true;
    return false;
}

const char *image_label(const World *w, int image)
{
    static char text[300];
    const SimImage *i = &w->images[image];
    snprintf(text, sizeof(text), "%s%s%s (%.15s)", i->story, i->tags.count > 0 ? ", " : ", untagged",
             i->tags.count > 0 ? i->tags.items[0] : "", i->id);
    return text;
}

void strings_drop(Strings *list, const char *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            free(list->items[i]);
        else
            list->items[kept++] = list->items[i];
    list->count = kept;
}
