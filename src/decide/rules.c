/* SPDX-License-Identifier: MIT */
/* When each rule applies, and until when. A row of rgc/reasons.def names these two functions, and one of describe.c. */
#include "rows.h"

#include <rgc/reference.h>
#include <string.h>

#define FAILED_FOR USEC_PER_DAY /* the logs of a failed release are wanted for this long */

static Time now_of(const Case *c)
{
    return c->context->now;
}

static bool is_window_over(const Case *c, Time since, int64_t window_usec)
{
    return window_usec != DURATION_OFF && gaps_age(&c->context->ledger->gaps, since, now_of(c)) >= window_usec;
}

Time last_needed(const Case *c)
{
    Time known = later(later(c->last_run, c->record->arrived), c->record->last_named);
    return later(known, c->context->ledger->followed_since);
}

static Time unused_until(const Case *c, int64_t window_usec)
{
    return window_usec == DURATION_OFF ? 0 : gaps_due(&c->context->ledger->gaps, last_needed(c), window_usec);
}

Time no_time(const Case *c)
{
    (void)c;
    return 0;
}

bool is_never_asked(const Case *c)
{
    (void)c;
    return false;
}

bool is_anything(const Case *c)
{
    (void)c;
    return true;
}

/* An attached image is not what runs: `rollback` keeps it for the current release. */
bool is_current(const Case *c)
{
    return c->release->is_current && !c->is_attached;
}

bool is_protected(const Case *c)
{
    return c->protected_by;
}

bool is_infrastructure(const Case *c)
{
    return c->is_infrastructure;
}

Time young_until(const Case *c)
{
    return record_young_until(c->context, c->record, c->retention);
}

/* A deploy pulls an image some time before it starts it, and a build may load one long before anybody deploys it. */
bool is_young(const Case *c)
{
    return record_is_young(c->context, c->record, c->retention);
}

bool is_deploying(const Case *c)
{
    return c->app->busy_until > now_of(c);
}

Time deploying_until(const Case *c)
{
    return c->app->busy_until;
}

bool is_next(const Case *c)
{
    return c->release->is_next;
}

/* Everything that a rollback needs: releases with a slot, those that doubt keeps beyond the slots (slots.c), and what
 * has the tag or a container of a kept release (versions.c). */
bool is_rollback(const Case *c)
{
    bool may_be_kept = c->release->is_current || release_image(c->context, c->release)->unreadable;
    return c->slot > 0 || c->release->is_last_served || c->release->needed_for || c->release->is_tied ||
           c->release->is_spared || (c->is_attached && may_be_kept);
}

/* What may have run until now counts as if it had. So does what may have run in a gap between events, but of images
 * that nobody is known to have used only releases. */
static Time may_have_run_at(const Case *c)
{
    bool is_seen = c->release || c->record->n_uses > 0;

    return c->may_have_run ? now_of(c) : later(c->last_run, is_seen ? c->record->may_have_run : 0);
}

bool is_recent(const Case *c)
{
    return may_have_run_at(c) > 0 && c->retention->keep_for_usec != DURATION_OFF &&
           !is_window_over(c, may_have_run_at(c), c->retention->keep_for_usec);
}

Time recent_until(const Case *c)
{
    return gaps_due(&c->context->ledger->gaps, may_have_run_at(c), c->retention->keep_for_usec);
}

/* On an image of both staging and production, the tag `latest-staging` counts for staging only. */
static bool is_tag_of_another_destination(const Case *c, const char *tag)
{
    const char *name = reference_tag(tag), *destination = strlen(name) > 7 ? name + 7 : NULL;
    return c->app->kind == APP_KAMAL && destination && !same_text(destination, c->app->destination) &&
           is_release_of(c->context, c->image, context_app(c->context, APP_KAMAL, c->app->name, destination));
}

/* Scripts and Compose files start `latest` by this name, so the image is wanted even while nothing runs it. */
bool has_moving_tag(const Case *c)
{
    for (size_t i = 0; i < c->image->tags.count; i++) {
        const char *tag = c->image->tags.items[i];
        if (is_moving_tag(c->context, tag) && !is_tag_of_another_destination(c, tag))
            return true;
    }
    return false;
}

bool is_unreadable(const Case *c)
{
    return c->image->unreadable;
}

/* A job leaves no container behind, so only time tells whether it will run again. */
bool is_wanted_job(const Case *c)
{
    return c->is_job && !is_window_over(c, last_needed(c), c->retention->jobs_max_unused_usec);
}

/* As long as a job needs the image, `job` says more than a tag that somebody gave it. */
bool is_in_use(const Case *c)
{
    if (c->needed_by || !c->release)
        return c->needed_by || (c->foreign_tag && !is_wanted_job(c));
    return c->release->unclear || c->release->may_be_tagged || c->foreign_tag;
}

Time job_until(const Case *c)
{
    return unused_until(c, c->retention->jobs_max_unused_usec);
}

/* An app that has been stopped for 30 days may be given up, or out of season. All of it is kept, unless idle_apps says
 * after which time it may be removed. */
bool is_idle(const Case *c)
{
    return c->app->is_idle && !c->app->is_idle_past_window;
}

/* 0: nobody knows when the app last ran, or idle_apps is off. */
Time idle_until(const Case *c)
{
    int64_t window = c->retention->idle_apps_usec;
    return window == DURATION_OFF || c->app->last_run == 0
               ? 0
               : gaps_due(&c->context->ledger->gaps, c->app->last_run, window);
}

/* An image that may be somebody's own work is not known to be the app's. */
static bool has_no_certain_app(const Case *c)
{
    return !c->app || c->record->may_be_own_work;
}

/* Nobody knows what such an image is for: it may have been built to be pushed, or be kept for a later day. So rgc
 * removes it only after a time that somebody has set. */
bool is_unmanaged(const Case *c)
{
    return has_no_certain_app(c) && !c->has_been_used && c->is_named &&
           (no_key_ends_unmanaged(c->context, c->record) ||
            repository_busy_until(c->context, c->record, c->retention) > 0 ||
            !is_window_over(c, last_needed(c), c->retention->unmanaged_max_unused_usec));
}

Time unmanaged_until(const Case *c)
{
    Time unused = unused_until(c, c->retention->unmanaged_max_unused_usec);
    if (unused == 0 || no_key_ends_unmanaged(c->context, c->record))
        return 0;
    return later(unused, repository_busy_until(c->context, c->record, c->retention));
}

/* A build on this host that another build has replaced under its tag: nobody can name it again. */
static bool is_replaced_build(const Case *c)
{
    return c->is_dangling && !c->release->is_rankable && c->app->kind != APP_KAMAL;
}

/* Outside Kamal, what is not known to have run may be a job's, or a release that ran and was replaced between two passes,
 * if it was here before the ledger, or events have been missed since it came. */
static bool may_be_jobs(const Case *c)
{
    bool is_followed = !c->record->is_baseline && !c->record->has_come_unseen &&
                       c->record->arrived >= c->context->ledger->followed_since;
    return c->app->kind != APP_KAMAL && !is_followed && c->last_run == 0;
}

Time superseded_until(const Case *c)
{
    return may_be_jobs(c)
               ? gaps_due(&c->context->ledger->gaps, c->record->first_seen, c->retention->jobs_max_unused_usec)
               : 0;
}

Time failed_since(const Case *c)
{
    return c->release->last_ended > 0 ? c->release->last_ended : c->release->last_run;
}

/* Once a newer release has served, nobody looks at the logs any more. */
Time failed_until(const Case *c)
{
    if (c->release->newer_has_served)
        return 0;
    return gaps_due(&c->context->ledger->gaps, failed_since(c), FAILED_FOR);
}

/* Nobody knows whether the release served, so its logs are kept as long as those of one that did not. */
static bool may_have_failed(const Case *c)
{
    const Release *release = c->release;
    return c->app->kind == APP_KAMAL && release->has_record && !release->has_served && failed_until(c) > now_of(c);
}

/* A release that no row above has kept. Failed ones, those of idle apps and replaced builds have rows of their own. */
bool is_superseded(const Case *c)
{
    if (has_no_certain_app(c) || (may_be_jobs(c) && c->retention->jobs_max_unused_usec == DURATION_OFF))
        return false;
    return !counts_as_failed(c) && !c->app->is_idle_past_window && !is_replaced_build(c);
}

bool counts_as_failed(const Case *c)
{
    return c->release->is_failed || may_have_failed(c);
}

/* No row above has kept it, so it is no release with a slot; and nobody can start it by a tag. */
bool is_unwanted_dangling(const Case *c)
{
    return c->is_dangling && c->retention->remove_dangling;
}

/* The containerd store forgets the repository of an image that loses its tag. If the image was here before the ledger,
 * or arrived while nobody watched, it may be a release, so it is kept for a week. So is what came to an app while nobody
 * watched, and what lost its tag then, unless it is a build that nobody could name again: a container may have run it by
 * that tag. */
Time dangling_until(const Case *c)
{
    const ImageRecord *record = c->record;
    bool is_of_containerd = c->context->snapshot->engine.store == STORE_CONTAINERD;
    bool is_of_unknown_origin =
        is_of_containerd && record->repositories.count == 0 && (record->is_baseline || record->has_come_unseen);
    bool may_have_been_pulled = record->was_pulled || is_of_containerd;
    bool may_have_run = may_have_been_pulled && (!c->app || c->last_run == 0);
    Time since =
        later(is_of_unknown_origin || (c->app && may_have_run && record->has_come_unseen) ? record->first_seen : 0,
              may_have_run ? record->untagged_unseen : 0);
    return since > 0 ? gaps_due(&c->context->ledger->gaps, since, 7 * USEC_PER_DAY) : 0;
}

/* is_wanted_job and is_unmanaged have said no before. */
bool is_unused(const Case *c)
{
    return c->is_job || (!has_no_certain_app(c) && c->app->is_idle_past_window) ||
           (has_no_certain_app(c) && !c->has_been_used && c->is_named);
}
