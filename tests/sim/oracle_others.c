/* SPDX-License-Identifier: MIT */
/* Releases of Compose projects and of plain Docker. */
#include "oracle.h"

#include <string.h>

/* One image of the app, as passes have seen it run. */
typedef struct Release {
    int image;
    Time low, high; /* when it ran last */
    bool is_live, is_seen, has_served;
    Stamp removed; /* of its last container */
    bool is_container_here;
} Release;

static Release *find_release(Release **releases, size_t *count, int image)
{
    for (size_t i = 0; i < *count; i++)
        if ((*releases)[i].image == image)
            return &(*releases)[i];
    Release *release = array_add(releases, count);
    release->image = image;
    return release;
}

static size_t list_releases(const World *w, int app, Release **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->app != app || c->n_lives == 0)
            continue;
        Release *release = find_release(ret, &count, c->image);
        Span span = truth_span(w, truth_last_run(w, (int)i));
        release->low = span.low > release->low ? span.low : release->low;
        release->high = span.high > release->high ? span.high : release->high;
        release->is_live |= is_live(c);
        release->is_container_here |= is_here(c);
        release->is_seen |= c->seen_gen == w->gen;
        release->has_served |= truth_has_served(w, (int)i);
        if (c->removed.t > release->removed.t)
            release->removed = c->removed;
    }
    return count;
}

/* The one that ran last, if no pass can take another for it; NULL. */
static const Release *find_current(const Release *releases, size_t count)
{
    const Release *last = NULL;
    for (size_t i = 0; i < count; i++)
        if (!last || releases[i].low > last->low)
            last = &releases[i];
    for (size_t i = 0; i < count; i++)
        if (&releases[i] != last && (releases[i].high >= last->low || releases[i].is_live))
            return NULL;
    return last;
}

static bool can_be_named(const World *w, const Release *release)
{
    const SimImage *image = &w->images[release->image];
    return image->tags.count > 0 || !image->is_built_here;
}

static void claim_previous(const World *w, int app, const Release *releases, size_t count, int keep, Claims *claims)
{
    const Release *current = find_current(releases, count);
    for (size_t i = 0; i < count; i++) {
        const Release *release = &releases[i];
        int n = 0;
        for (size_t j = 0; j < count; j++)
            n += j != i && &releases[j] != current && !releases[j].is_live && releases[j].high >= release->low &&
                 w->images[releases[j].image].is_here;
        if (!current || release == current || release->is_live || !release->is_seen || !release->has_served ||
            !w->images[release->image].is_here || !can_be_named(w, release) || n >= keep)
            continue;
        claim_image(claims, release->image, PROPERTY_ROLLBACK,
                    "it is a previous release of %s, and at most %d of %d ran later", w->apps[app].name, n, keep);
    }
}

/* What somebody runs by hand from its repository is of the app as well, where
 * the repository is what makes it. */
static bool is_shared(const World *w, int app)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->apps[app].kind == KIND_PLAIN && w->containers[i].app != app &&
            w->images[w->containers[i].image].owner == app)
            return true;
    return false;
}

void claims_of_others(const World *w, int app, const Policy *policy, Claims *claims)
{
    if (is_shared(w, app) || w->apps[app].has_no_policy)
        return;
    Release *releases = NULL;
    size_t count = list_releases(w, app, &releases);
    const Release *current = find_current(releases, count);
    bool is_recent = current && (current->is_container_here || truth_age(w, current->removed) < DAYS(30) - HOURS(1));

    if (is_recent && current->is_seen && w->images[current->image].is_here)
        claim_image(claims, current->image, PROPERTY_CURRENT, "it is what ran last of %s", w->apps[app].name);
    if (is_recent)
        claim_previous(w, app, releases, count, policy->retention.keep_previous, claims);
    free(releases);
}
