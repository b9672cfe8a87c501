/* SPDX-License-Identifier: MIT */
/* What is protected, and all that is no release. */
#include "oracle.h"

#include <rgc/reference.h>
#include <string.h>

static bool matches(const Policy *policy, const char *text)
{
    for (size_t i = 0; i < policy->protect.count; i++)
        if (matches_pattern(policy->protect.items[i], text))
            return true;
    return false;
}

static bool is_protected(const World *w, int image, const Policy *policy)
{
    const SimImage *i = &w->images[image];
    bool is = i->labels.keep;
    for (size_t j = 0; j < i->tags.count; j++)
        is |= matches(policy, i->tags.items[j]);
    for (size_t j = 0; j < w->n_containers; j++) {
        const SimContainer *c = &w->containers[j];
        if (c->image != image)
            continue;
        is |= c->labels.keep && is_here(c);
        is |= strchr(c->ref, '@') && (c->seen_gen == w->gen) && matches(policy, c->ref);
    }
    return is;
}

/* Where an app has run from the repository of such a tag, it is that app's. */
static bool has_app_run_from_kept(const World *w)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (strncmp(c->ref, "local/kept:", 11) == 0 && (c->app >= 0 || c->has_policy || c->labels.compose_project))
            return true;
    }
    return false;
}

/* Of what no pass has seen run nobody knows by which name it was. */
static bool has_been_seen(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && w->containers[i].seen_gen == w->gen)
            return true;
    return false;
}

static bool has_own_tag(const World *w, const SimImage *image)
{
    for (size_t i = 0; i < image->tags.count; i++)
        if (strncmp(image->tags.items[i], "local/kept:", 11) == 0)
            return !has_app_run_from_kept(w);
    return false;
}

static bool lives_for_long(const World *w, const SimContainer *c)
{
    for (size_t j = 0; j < c->n_lives; j++) {
        const Life *life = &c->lives[j];
        Time end = life->end.t > 0 ? life->end.t : w->now,
             wall = life->end.t > 0 ? life->end.wall : w->now + w->clock_error;
        if (end - life->start.t >= HOURS(23) || wall - life->start.wall >= HOURS(23))
            return true;
    }
    return false;
}

/* Only containers that make no app have used it: none with a restart policy,
 * and none that ran for a day. */
static bool is_only_used_by_jobs(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->image != image)
            continue;
        if (c->app >= 0 || c->has_policy || c->labels.role || c->labels.compose_project)
            return false;
        if (lives_for_long(w, c))
            return false;
    }
    return true;
}

static Stamp last_use(const World *w, int image)
{
    Stamp last = {0};
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && truth_last_run(w, (int)i).t >= last.t)
            last = truth_last_run(w, (int)i);
    return last;
}

static bool is_kamal_repository(const World *w, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    for (size_t i = 0; i < w->n_apps; i++)
        if (w->apps[i].kind == KIND_KAMAL && strcmp(w->apps[i].repository, repository) == 0)
            return true;
    return false;
}

static char *repository_of(const SimImage *image)
{
    return image->tags.count > 0 ? reference_repository(image->tags.items[0]) : NULL;
}

/* Has Compose run something from its repository? For Compose an image needs no label. */
static bool is_composed(const World *w, const SimImage *image)
{
    cleanup_with(free_charp) char *repository = repository_of(image);
    for (size_t i = 0; i < w->n_containers; i++) {
        if (!w->containers[i].labels.compose_project)
            continue;
        cleanup_with(free_charp) char *other = reference_repository(w->containers[i].ref);
        if (other && repository && strcmp(other, repository) == 0)
            return true;
    }
    return false;
}

/* In the repository of an app, with its label, only its steps tell that it is
 * none of its releases. */
static bool is_plainly_none(const World *w, int image)
{
    const SimImage *i = &w->images[image];
    bool is_in_app = false;
    for (size_t j = 0; j < i->tags.count; j++)
        is_in_app |= is_kamal_repository(w, i->tags.items[j]);
    return !is_in_app || (!i->labels.service && !is_composed(w, i)) || i->steps_gen == w->gen;
}

/* Has a container that makes an app been started from its repository? Then its
 * other images may be releases. */
static bool is_in_repository_of_app(const World *w, int image)
{
    cleanup_with(free_charp) char *repository = repository_of(&w->images[image]);
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->app >= 0 || (!c->has_policy && !lives_for_long(w, c)))
            continue;
        cleanup_with(free_charp) char *other = reference_repository(c->ref);
        if (other && repository && strcmp(other, repository) == 0)
            return true;
    }
    return false;
}

/* Its steps continue those of another image, so it may have been committed, and exist nowhere else. */
static bool may_be_only_copy(const World *w, const SimImage *image)
{
    return (image->parent_gen == w->gen || image->is_committed) &&
           (w->store == STORE_CONTAINERD ? image->parent_gen == w->gen : image->digests.count == 0);
}

static bool may_be_unmanaged_for_too_long(const World *w, int image, const Policy *policy)
{
    int64_t window = policy->retention.unmanaged_max_unused_usec;
    return window != DURATION_OFF && !may_be_only_copy(w, &w->images[image]) &&
           truth_age(w, w->images[image].arrived) >= window - HOURS(1);
}

/* A job that no pass has seen is a use that nobody knows of. */
static bool may_seem_unmanaged(const World *w, int image, const Policy *policy)
{
    int64_t window = policy->retention.unmanaged_max_unused_usec;
    return window != DURATION_OFF && !has_been_seen(w, image) && truth_age(w, last_use(w, image)) >= window - HOURS(1);
}

static void claim_stranger(const World *w, int image, const Policy *policy, Claims *claims)
{
    int64_t window = policy->retention.jobs_max_unused_usec;
    if (w->images[image].tags.count == 0 || !is_plainly_none(w, image) || is_in_repository_of_app(w, image))
        return;
    if (truth_last_use(w, image) == 0 && may_be_unmanaged_for_too_long(w, image, policy))
        return;
    if (truth_last_use(w, image) == 0)
        claim_image(claims, image, PROPERTY_STRANGER_IMAGE, "it is no release, and no container has ever used it");
    else if (is_only_used_by_jobs(w, image) && !may_seem_unmanaged(w, image, policy) &&
             (window == DURATION_OFF || truth_age(w, last_use(w, image)) < window - HOURS(1)))
        claim_image(claims, image, PROPERTY_JOB, "only jobs have used it, the last one within jobs_max_unused");
}

void claims_of_strangers(const World *w, const Policy *policy, Claims *claims)
{
    for (int i = 0; i < (int)w->n_images; i++) {
        const SimImage *image = &w->images[i];
        if (!image->is_here)
            continue;
        if (is_protected(w, i, policy))
            claim_image(claims, i, PROPERTY_PROTECTED, "it is protected");
        bool is_unmanaged = truth_last_use(w, i) == 0 && may_be_unmanaged_for_too_long(w, i, policy);
        if (has_own_tag(w, image) && !is_unmanaged && (!truth_ran_since(w, i, 0) || has_been_seen(w, i)))
            claim_image(claims, i, PROPERTY_OWN_TAG, "a tag of somebody's own is on it");
        if (image->owner < 0)
            claim_stranger(w, i, policy, claims);
    }
    for (int i = 0; i < (int)w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_here(c) && c->labels.keep)
            claim_container(claims, i, PROPERTY_PROTECTED, "it has the label rgc.keep");
        if (is_here(c) && (c->app < 0 || w->apps[c->app].kind != KIND_KAMAL || c->is_exec))
            claim_container(claims, i, PROPERTY_STRANGER_CONTAINER, "Kamal has not made it");
    }
}
