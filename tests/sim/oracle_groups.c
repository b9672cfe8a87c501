/* SPDX-License-Identifier: MIT */
/* What is on its way in, failed a short while ago, or of an app that nobody
 * runs. */
#include "oracle.h"

#include <string.h>

#define SLACK SECONDS(3) /* clocks are read at two moments */

static bool is_of_group(const World *w, int app, int group)
{
    return app >= 0 && w->apps[app].group == group;
}

static bool has_hook(const World *w, int app)
{
    const App *a = &w->apps[app];
    cleanup_with(free_charp) char *label =
        xasprintf("%s%s%s", a->name, a->destination ? "/" : "", a->destination ? a->destination : "");
    return strings_contain(&w->deployed, label);
}

/* What is brought for a destination that has never run here is, for all that a pass knows, one of those that have. */
static bool is_destination_known(const World *w, int app)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].app == app && w->containers[i].seen_gen == w->gen)
            return true;
    return false;
}

/* Has something of this app, or of another destination, come within `quiet`?
 * NULL: no. */
static const char *what_came(const World *w, int group, const Policy *policy)
{
    bool has_any_hook = false;
    for (size_t i = 0; i < w->n_apps; i++)
        has_any_hook |= w->apps[i].group == group && has_hook(w, (int)i);
    int64_t quiet = policy->retention.quiet_usec - SLACK;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_here(c) && is_of_group(w, c->app, group) && !has_hook(w, c->app) && truth_age(w, c->created) < quiet &&
            c->seen_gen == w->gen)
            return c->name;
    }
    for (size_t i = 0; i < w->n_images; i++) {
        const SimImage *image = &w->images[i];
        if (image->is_here && is_of_group(w, image->owner, group) && !has_hook(w, image->owner) &&
            (!has_any_hook || is_destination_known(w, image->owner)) && image->arrival_known && image->tags.count > 0 &&
            truth_age(w, has_any_hook ? image->came : image->arrived) < quiet)
            return image->story; /* a deploy's own tags are no arrival for its hook */
    }
    return NULL;
}

static bool is_in_repository(const SimImage *image, const char *repository)
{
    size_t length = strlen(repository);
    for (size_t i = 0; i < image->tags.count; i++)
        if (strncmp(image->tags.items[i], repository, length) == 0 && image->tags.items[i][length] == ':')
            return true;
    for (size_t i = 0; i < image->digests.count; i++)
        if (strncmp(image->digests.items[i], repository, length) == 0 && image->digests.items[i][length] == '@')
            return true;
    return image->tags.count + image->digests.count == 0;
}

/* Is the image known to a pass as one of the app? */
static bool is_known(const World *w, int image, int group)
{
    /* One that was used by what a pass has not seen is nobody's for all that it knows. */
    if (w->apps[group].kind == KIND_KAMAL && w->images[image].tags.count > 0 && !truth_ran_since(w, image, 0))
        return true;
    /* Until a day has gone by, one that has moved is another app. */
    if (w->apps[group].kind == KIND_PLAIN && !is_in_repository(&w->images[image], w->apps[group].repository))
        return false;
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && is_of_group(w, w->containers[i].app, group) &&
            w->containers[i].seen_gen == w->gen)
            return true;
    return false;
}

static void claim_deploying(const World *w, int group, const Policy *policy, Claims *claims)
{
    const char *what = what_came(w, group, policy);
    if (!what)
        return;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && is_of_group(w, w->images[i].owner, group) && is_known(w, (int)i, group))
            claim_image(claims, (int)i, PROPERTY_DEPLOYING, "a deploy of %s may be under way: %s has just come",
                        w->apps[group].name, what);
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_here(&w->containers[i]) && is_of_group(w, w->containers[i].app, group))
            claim_container(claims, (int)i, PROPERTY_DEPLOYING,
                            "a deploy of its app may be under way: %s has just come", what);
}

static void claim_young(const World *w, const Policy *policy, Claims *claims)
{
    for (size_t i = 0; i < w->n_images; i++) {
        const SimImage *image = &w->images[i];
        int64_t age = truth_age(w, image->arrived);
        if (image->is_here && image->arrival_known && age < policy->retention.min_age_usec - SLACK &&
            !truth_ran_since(w, (int)i, image->arrived.t))
            claim_image(claims, (int)i, PROPERTY_YOUNG, "it has arrived %lld s ago and not run since",
                        (long long)(age / USEC_PER_SEC));
    }
}

static bool is_next(const World *w, int image, int group)
{
    const SimImage *i = &w->images[image];
    cleanup_with(free_charp) char *tag = i->version ? xasprintf("%s:%s", w->apps[group].repository, i->version) : NULL;
    return i->is_here && is_of_group(w, i->owner, group) && i->arrival_known && tag && strings_contain(&i->tags, tag) &&
           !truth_ran_since(w, image, 0);
}

/* Has anything of the service that came no earlier than this run? */
static bool has_later_run(const World *w, int image, int group)
{
    for (size_t i = 0; i < w->n_images; i++)
        if (is_of_group(w, w->images[i].owner, group) && w->images[i].came.t >= w->images[image].arrived.t &&
            truth_ran_since(w, (int)i, 0))
            return true;
    return false;
}

static bool has_kin(const World *w, int image)
{
    int parent = w->images[image].parent;
    bool has = parent >= 0 && w->images[parent].is_here;
    for (size_t i = 0; i < w->n_images; i++)
        has |= w->images[i].is_here && w->images[i].parent == image;
    return has;
}

/* In the repository, with the label, related to nothing here, and never run: by Ownership a release of the app, of which
 * nobody can tell that it is somebody's base image. The newest arrivals are next, and it may be one of them. */
static bool looks_next(const World *w, int image, int group)
{
    const SimImage *i = &w->images[image];
    return i->is_here && i->owner < 0 && i->tags.count > 0 && is_in_repository(i, w->apps[group].repository) &&
           i->labels.service && strcmp(i->labels.service, w->apps[group].name) == 0 && !has_kin(w, image) &&
           !truth_ran_since(w, image, 0);
}

static void claim_next(const World *w, int group, const Policy *policy, Claims *claims)
{
    int limit = policy->retention.keep_previous > 1 ? policy->retention.keep_previous : 1, n = 0;
    bool has_current = false;
    for (size_t i = 0; i < w->n_containers; i++)
        has_current |= is_live(&w->containers[i]) && is_of_group(w, w->containers[i].app, group);
    for (size_t i = w->n_images; has_current && w->n_changes == 0 && i-- > 0;) {
        n += looks_next(w, (int)i, group);
        if (!is_next(w, (int)i, group) || has_later_run(w, (int)i, group))
            continue;
        /* A newer arrival that nobody runs may count before it: none is made older
         * than its number. */
        if (n++ < limit)
            claim_image(claims, (int)i, PROPERTY_NEXT, "it arrived after the current release of %s and has not run",
                        w->apps[group].name);
    }
}

static bool has_newer_served(const World *w, const SimContainer *failed)
{
    Span made = truth_span(w, failed->created);
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->app == failed->app && !c->is_exec && truth_span(w, c->created).high >= made.low && c != failed &&
            (truth_has_served(w, (int)i) || truth_may_have_served(w, (int)i) || is_live(c)))
            return true;
    }
    return false;
}

static bool has_served_elsewhere(const World *w, int container)
{
    const SimContainer *failed = &w->containers[container];
    for (size_t i = 0; i < w->n_containers; i++)
        if ((w->containers[i].image == failed->image) &&
            (truth_has_served(w, (int)i) || truth_may_have_served(w, (int)i)))
            return true;
    return false;
}

/* The logs of a failed release are wanted for a day. */
static void claim_failed(const World *w, int group, Claims *claims)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (!is_here(c) || is_live(c) || !is_of_group(w, c->app, group) || c->is_exec || c->is_replaced ||
            c->n_lives == 0 || c->seen_gen != w->gen)
            continue;
        cleanup_with(free_charp) char *tag = xasprintf("%s:%s", w->apps[c->app].repository, c->version);
        if (find_tag(w, tag) != c->image || has_served_elsewhere(w, (int)i) || has_newer_served(w, c) ||
            truth_age(w, c->lives[c->n_lives - 1].end) >= HOURS(24) - SLACK)
            continue;
        claim_image(claims, c->image, PROPERTY_FAILED, "it failed less than 24 h ago, and nothing newer has served");
        claim_container(claims, (int)i, PROPERTY_FAILED, "it failed less than 24 h ago, and nothing newer has served");
    }
}

static bool is_app_known(const World *w, int group)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_of_group(w, w->containers[i].app, group) && w->containers[i].seen_gen == w->gen &&
            !w->containers[i].is_exec)
            return true;
    return false;
}

static void claim_moving(const World *w, int group, Claims *claims)
{
    const App *app = &w->apps[group];
    if (!is_app_known(w, group))
        return;
    for (size_t i = 0; i < w->n_images; i++) {
        cleanup_with(free_charp) char *tag = xasprintf("%s:latest", app->repository);
        bool has_tag = strings_contain(&w->images[i].tags, tag);
        for (size_t j = 0; j < w->n_apps; j++) {
            cleanup_with(free_charp) char *other =
                is_of_group(w, (int)j, group) && w->apps[j].destination && w->apps[j].version
                    ? xasprintf("%s-%s", tag, w->apps[j].destination)
                    : NULL;
            has_tag |= other && strings_contain(&w->images[i].tags, other);
        }
        if (w->images[i].is_here && has_tag && is_of_group(w, w->images[i].owner, group) && is_known(w, (int)i, group))
            claim_image(claims, (int)i, PROPERTY_MOVING_TAG, "a latest tag of %s is on it", app->name);
    }
}

/* An app of which nothing has run for 30 days stays; a day or two of doubt are
 * left. */
static void claim_idle(const World *w, int group, Claims *claims)
{
    Time last = 0;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_of_group(w, c->app, group) && truth_last_run(w, (int)i).t > last)
            last = truth_last_run(w, (int)i).t;
    }
    if (last == 0 || w->n_changes > 0 || w->booted > last || w->now - last < DAYS(31))
        return;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (!is_here(c) || !is_of_group(w, c->app, group) || c->is_replaced || c->is_exec || c->seen_gen != w->gen)
            continue;
        claim_container(claims, (int)i, PROPERTY_IDLE, "nothing of its app has run for 30 days");
        claim_image(claims, c->image, PROPERTY_IDLE, "nothing of %s has run for 30 days", w->apps[group].name);
    }
}

void claims_of_groups(const World *w, const Policy *policy, Claims *claims)
{
    claim_young(w, policy, claims);
    for (int i = 0; i < (int)w->n_apps; i++) {
        if (w->apps[i].group != i)
            continue;
        claim_deploying(w, i, policy, claims);
        claim_moving(w, i, claims);
        if (w->apps[i].kind != KIND_KAMAL)
            continue;
        claim_next(w, i, policy, claims);
        claim_failed(w, i, claims);
        claim_idle(w, i, claims);
    }
}
