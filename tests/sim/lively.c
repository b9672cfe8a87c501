/* SPDX-License-Identifier: MIT */
/* What nobody needs goes in the end: keeping everything breaks no promise, and
 * helps nobody. */
#include "happens.h"
#include "story.h"
#include "truth.h"

#include <string.h>

static bool is_of_group(const World *w, int app, int group)
{
    return app >= 0 && w->apps[app].group == group;
}

static bool share_repository(const SimImage *a, const SimImage *b)
{
    for (size_t i = 0; i < a->tags.count; i++)
        for (size_t j = 0; j < b->tags.count; j++) {
            size_t length = strcspn(a->tags.items[i], "/") == strlen(a->tags.items[i])
                                ? strcspn(a->tags.items[i], ":")
                                : (size_t)(strrchr(a->tags.items[i], ':') - a->tags.items[i]);
            if (strncmp(a->tags.items[i], b->tags.items[j], length + 1) == 0)
                return true;
        }
    return false;
}

/* A mount names what it mounts: where that has got a tag since, the name may have moved to it from any other of its
 * repository. */
static bool may_be_mounted(const World *w, const SimContainer *c, const SimImage *image)
{
    const SimImage *mounted = c->mount >= 0 ? &w->images[c->mount] : NULL;
    return is_here(c) && mounted && mounted->arrived.t > c->created.t && share_repository(mounted, image);
}

/* By a tag, or by one that it may have had, of which only the repository is left. */
static bool is_protected(const World *w, const SimImage *image)
{
    for (size_t j = 0; j < w->policy.protect.count; j++) {
        for (size_t i = 0; i < image->tags.count; i++)
            if (matches_pattern(w->policy.protect.items[j], image->tags.items[i]))
                return true;
        for (size_t i = 0; i < image->digests.count; i++) {
            cleanup_with(free_charp) char *any = xstrdup(image->digests.items[i]);
            strchr(any, '@')[0] = ':';
            if (matches_pattern(w->policy.protect.items[j], any))
                return true;
        }
    }
    return false;
}

/* Is it kept for a reason that has nothing to do with slots? */
static bool is_in_use(const World *w, int image)
{
    const SimImage *i = &w->images[image];
    if (i->labels.keep || is_protected(w, i))
        return true;
    for (size_t j = 0; j < i->tags.count; j++)
        if (strstr(i->tags.items[j], ":latest") || strstr(i->tags.items[j], "local/kept:"))
            return true;
    for (size_t j = 0; j < w->n_containers; j++) {
        const SimContainer *c = &w->containers[j];
        if (may_be_mounted(w, c, i))
            return true;
        bool uses = is_here(c) && (c->image == image || c->mount == image);
        if (uses && (is_live(c) || c->app < 0 || c->labels.keep || c->mount == image))
            return true;
    }
    return false;
}

/* By a stopped container, which rgc never removes but for Kamal's. */
static bool is_shown(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && w->containers[i].image == image)
            return true;
    return false;
}

static bool is_running(const World *w, int app)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_live(&w->containers[i]) && w->containers[i].app == app && !w->containers[i].is_exec)
            return true;
    return false;
}

/* Current ones of each role, the slots, what is next, the last that served. */
static size_t most_of(const World *w, int group)
{
    size_t most = 0, keep = (size_t)w->policy.retention.keep_previous;
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].group == group)
            most += w->apps[i].roles.count + keep + (keep > 1 ? keep : 1) + 1;
    return most;
}

static void check_group(World *w, int group)
{
    size_t count = 0;
    int example = -1;
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].group == group && !is_running(w, (int)i))
            return;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && is_of_group(w, w->images[i].owner, group) && !is_in_use(w, (int)i)) {
            count++;
            if (example < 0)
                example = (int)i;
        }
    if (count > most_of(w, group))
        fail(w, PROPERTY_LIVELY, "%zu releases of %s stay, at most %zu are needed; the oldest is %s", count,
             w->apps[group].name, most_of(w, group), image_label(w, example));
}

/* What came and went between two passes may have been a job, where only its repository tells the app, or where no events
 * told of it: its image waits as one. */
static bool may_be_a_job(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && w->containers[i].seen_gen == w->gen)
            return false;
    return true;
}

/* An app that changes its name is the past of what began within an hour of its end. Behind a longer break each name is
 * an app of its own, whose last release is current for 30 days: returns when the last such break ended. */
static Time last_break(const World *w, int app)
{
    Time end = 0, broken = 0;
    for (size_t i = 0; w->apps[app].has_new_names && i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->app != app)
            continue;
        if (end > 0 && c->created.t - end > HOURS(1) - SECONDS(3))
            broken = c->created.t;
        end = is_here(c) ? w->now : c->removed.t;
    }
    return broken;
}

/* Ends that nobody saw merge nothing. */
static bool has_ended_unseen(const World *w, int app)
{
    for (size_t i = 0; w->apps[app].has_new_names && i < w->n_containers; i++)
        if (w->containers[i].app == app && !is_here(&w->containers[i]) && w->containers[i].end_gen != w->gen)
            return true;
    return false;
}

/* Of an app that is no Kamal's: what runs is kept; the slots, what is next, and
 * one that was brought and not run. */
static void check_other(World *w, int app)
{
    size_t count = 0, keep = (size_t)w->policy.retention.keep_previous, most = keep + (keep > 1 ? keep : 1) + 1;
    int example = -1;
    Time since = last_break(w, app);
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].app != app && w->images[w->containers[i].image].owner == app)
            return; /* somebody else runs it as well */
    if (has_ended_unseen(w, app))
        return;
    for (size_t i = 0; is_running(w, app) && i < w->n_images; i++)
        if (w->images[i].is_here && w->images[i].owner == app && !is_in_use(w, (int)i) && !is_shown(w, (int)i) &&
            !may_be_a_job(w, (int)i) && truth_last_use(w, (int)i) >= since) {
            count++;
            if (example < 0)
                example = (int)i;
        }
    if (count > most)
        fail(w, PROPERTY_LIVELY, "%zu releases of %s stay, at most %zu are needed; the oldest is %s", count,
             w->apps[app].name, most, image_label(w, example));
}

/* A mount of what is not here any more may be of any image: as long as it is there, all stay. */
static bool has_unknown_mount(const World *w)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_here(c) && c->mount >= 0 && !w->images[c->mount].is_here)
            return true;
    }
    return false;
}

/* Of a month between two passes that no boot joins a day counts: what waits for a week goes after eight. */
static void pass_monthly(World *w)
{
    for (int i = 0; i < 9; i++) {
        world_wait(w, DAYS(31));
        reboot(w, SECONDS(60));
        world_pass(w);
    }
}

/* One app is deployed six times or more, so that something is left to go. */
static void deploy_again(World *w, bool is_monthly)
{
    int app = (int)roll(w, (uint32_t)w->n_apps);
    bool has_two = chance(w, 50); /* passes each time; else one that a clock in doubt holds is the only one */
    tell(w, "%s is deployed again and again", w->apps[app].name);
    for (int i = 0; i < 4; i++) {
        world_wait(w, is_monthly ? DAYS(31) : HOURS(2 + roll(w, 20)));
        if (is_monthly)
            reboot(w, SECONDS(60));
        for (uint32_t deploys = 1 + roll(w, 3); deploys > 0; deploys--) {
            deploy_app(w, app);
            world_wait(w, MINUTES(8 + roll(w, 60)));
        }
        world_pass(w);
        world_wait(w, HOURS(1));
        if (has_two)
            world_pass(w);
    }
}

static void pass_daily(World *w)
{
    for (int i = 0; i < 6; i++) {
        world_wait(w, HOURS(20));
        world_pass(w);
    }
}

void lively_check(World *w)
{
    w->rng = mix(w->rng, 31);
    bool is_monthly = perhaps(w, TRAIT_MONTHLY, 20);
    if (perhaps(w, TRAIT_SERIES, 40))
        deploy_again(w, is_monthly);
    if (is_monthly)
        pass_monthly(w);
    else
        pass_daily(w);
    if (has_unknown_mount(w) || w->n_changes > 0 || w->gen != 1 || !w->is_fresh)
        return;
    for (size_t i = 0; i < w->n_apps && !w->failure.has_failed; i++)
        if (w->apps[i].kind != KIND_KAMAL && has_trait(w, TRAIT_LIVELY_OTHERS))
            check_other(w, (int)i);
        else if (w->apps[i].kind == KIND_KAMAL && w->apps[i].group == (int)i && has_trait(w, TRAIT_LIVELY))
            check_group(w, (int)i);
}
