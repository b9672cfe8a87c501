/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include <rgc/reference.h>
#include <string.h>

#define FAILED_FOR USEC_PER_DAY /* the logs of a failed release are wanted for this long */

static Time now_of(const Case *c)
{
    return c->context->now;
}

static bool has_run_since_arrival(const Case *c)
{
    return c->last_run > 0 && c->last_run >= c->record->arrived;
}

static bool is_past(const Case *c, Time since, int64_t window_usec)
{
    return window_usec != DURATION_OFF && now_of(c) - since >= window_usec;
}

static Time later(Time a, Time b)
{
    return a > b ? a : b;
}

/* The last moment at which it may have been needed: what runs between two passes and is gone shows only in events, so a
 * window counts from when none of these was missed. */
static Time last_needed(const Case *c)
{
    Time known = later(later(c->last_run, c->record->arrived), c->record->last_named);
    return later(known, c->context->ledger->watched_since);
}

static bool is_current(const Case *c)
{
    return c->release && c->release->is_current;
}

static bool is_protected(const Case *c)
{
    return c->protected_by;
}

static bool is_infrastructure(const Case *c)
{
    return c->is_infrastructure;
}

static Time young_until(const Case *c)
{
    return c->record->arrived + c->retention->min_age_usec;
}

static bool is_young(const Case *c)
{
    return !has_run_since_arrival(c) && now_of(c) < young_until(c);
}

static bool is_deploying(const Case *c)
{
    return c->app && c->app->busy_until > now_of(c);
}

static bool is_next(const Case *c)
{
    return c->release && c->release->is_next;
}

static bool is_rollback(const Case *c)
{
    return c->release && (c->release->slot > 0 || c->release->is_last_served);
}

static bool is_recent(const Case *c)
{
    return c->last_run > 0 && c->retention->keep_for_usec != DURATION_OFF &&
           !is_past(c, c->last_run, c->retention->keep_for_usec);
}

/* `latest-staging` on an image of staging and of production is staging's business. */
static bool is_tag_of_another_destination(const Case *c, const char *tag)
{
    const char *name = reference_tag(tag), *destination = strlen(name) > 7 ? name + 7 : NULL;
    return c->app->kind == APP_KAMAL && destination && !same_text(destination, c->app->destination) &&
           is_release_of(c->context, c->image, context_app(c->context, APP_KAMAL, c->app->name, destination));
}

static bool has_moving_tag(const Case *c)
{
    for (size_t i = 0; c->app && i < c->image->tags.count; i++) {
        const char *tag = c->image->tags.items[i];
        if (is_moving_tag(c->context, tag) && !is_tag_of_another_destination(c, tag))
            return true;
    }
    return false;
}

static bool is_in_use(const Case *c)
{
    return c->holder || (c->release && c->release->unclear);
}

static bool is_job(const Case *c)
{
    return c->is_job && !is_past(c, last_needed(c), c->retention->jobs_max_unused_usec);
}

static bool is_idle(const Case *c)
{
    return c->app && c->app->is_idle && !c->app->is_idle_past_window;
}

static bool is_unmanaged(const Case *c)
{
    return !c->app && !c->has_been_used && c->is_named &&
           !is_past(c, last_needed(c), c->retention->unmanaged_max_unused_usec);
}

/* A build of the host that another build replaced under its tag; it was no release that can be named again. */
static bool is_replaced_build(const Case *c)
{
    return c->is_dangling && !c->release->is_rankable && c->app->kind != APP_KAMAL;
}

static bool is_superseded(const Case *c)
{
    return c->release && !c->release->is_failed && !c->app->is_idle_past_window && !is_replaced_build(c);
}

static bool is_failed(const Case *c)
{
    return c->release && c->release->is_failed;
}

static bool is_dangling(const Case *c)
{
    return c->is_dangling && c->retention->remove_dangling;
}

static bool is_unused(const Case *c)
{
    return c->is_job || (c->app && c->app->is_idle_past_window) ||
           (!c->app && !c->has_been_used && c->is_named); /* is_job and is_unmanaged have said no */
}

/* What nothing else describes stays: `unmanaged` stands once more, as the last word. */
static const struct Rule {
    bool (*applies)(const Case *c);
    Verdict verdict;
} rules[REASON_MAX_] = {
    [REASON_CURRENT] = {is_current, VERDICT_KEEP},
    [REASON_PROTECTED] = {is_protected, VERDICT_KEEP},
    [REASON_INFRASTRUCTURE] = {is_infrastructure, VERDICT_KEEP},
    [REASON_YOUNG] = {is_young, VERDICT_WAIT},
    [REASON_DEPLOYING] = {is_deploying, VERDICT_WAIT},
    [REASON_NEXT] = {is_next, VERDICT_WAIT},
    [REASON_ROLLBACK] = {is_rollback, VERDICT_KEEP},
    [REASON_RECENT] = {is_recent, VERDICT_KEEP},
    [REASON_MOVING_TAG] = {has_moving_tag, VERDICT_KEEP},
    [REASON_IN_USE] = {is_in_use, VERDICT_KEEP},
    [REASON_JOB] = {is_job, VERDICT_KEEP},
    [REASON_IDLE] = {is_idle, VERDICT_KEEP},
    [REASON_UNMANAGED] = {is_unmanaged, VERDICT_KEEP},
    [REASON_SUPERSEDED] = {is_superseded, VERDICT_REMOVE},
    [REASON_FAILED] = {is_failed, VERDICT_REMOVE},
    [REASON_DANGLING] = {is_dangling, VERDICT_REMOVE},
    [REASON_UNUSED] = {is_unused, VERDICT_REMOVE},
    /* REASON_PRESSURE is not a property of one image: pressure.c */
};

static Time failed_until(const Case *c)
{
    if (c->release->newer_has_served)
        return 0;
    Time ended = c->release->last_ended > 0 ? c->release->last_ended : c->release->last_run;
    return ended + FAILED_FOR;
}

/* The containerd store forgets the repository of an untagged image. What lay here before the ledger may be a release:
 * it stays as long as one that has not run yet. */
static Time dangling_until(const Case *c)
{
    bool may_be_release = c->record->is_baseline && c->record->repositories.count == 0 &&
                          c->context->snapshot->engine.store == STORE_CONTAINERD;
    return may_be_release ? c->record->first_seen + 7 * USEC_PER_DAY : 0;
}

static Time eligible_at(const Case *c, Reason reason)
{
    switch (reason) {
    case REASON_YOUNG:
        return young_until(c);
    case REASON_DEPLOYING:
        return c->app->busy_until;
    case REASON_NEXT:
        return c->release->next_until;
    case REASON_RECENT:
        return c->last_run + c->retention->keep_for_usec;
    case REASON_JOB:
        return c->retention->jobs_max_unused_usec == DURATION_OFF ? 0
                                                                  : last_needed(c) + c->retention->jobs_max_unused_usec;
    case REASON_UNMANAGED:
        return c->retention->unmanaged_max_unused_usec == DURATION_OFF
                   ? 0
                   : last_needed(c) + c->retention->unmanaged_max_unused_usec;
    case REASON_FAILED:
        return failed_until(c);
    case REASON_DANGLING:
        return dangling_until(c);
    default:
        return 0;
    }
}

static char *describe_rollback(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (r->slot == 0)
        return xasprintf("the last one of %s that served; the current one has not yet", label);
    return xasprintf("%d of %d previous of %s%s%s", r->slot, c->retention->keep_previous, label,
                     r->is_ready ? "" : "; no rollback: ", r->is_ready ? "" : r->why_not_ready);
}

static char *describe_superseded(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (!r->is_rankable)
        return xasprintf("a redeploy of %s took its version tag", label);
    return xasprintf("%d back, keeping %d previous of %s", r->rank, c->retention->keep_previous, label);
}

static char *describe_current(const Case *c, const char *label)
{
    return c->release->is_live ? xasprintf("running, of %s", label)
                               : xasprintf("ran last, of %s; nothing runs now", label);
}

static char *describe_unclear(const Container *container)
{
    return xasprintf("how container %s ran is not known: %s", container->name, container->inspect_error);
}

static char *describe_unused(const Case *c)
{
    char since[TEXT_MAX];
    format_duration(since, now_of(c) - (c->app ? c->app->last_run : last_needed(c)));
    if (c->app)
        return xasprintf("nothing of %s has run for %s (idle_apps)", c->app->name, since);
    return xasprintf("%s for %s (%s)", c->is_job ? "a job that was not run" : "nothing has used it", since,
                     c->is_job ? "jobs_max_unused" : "unmanaged_max_unused");
}

/* Of an app it has no slot: nothing names it any more, or nothing of the app has run for [retention] idle_apps. */
static char *describe_dangling(const Case *c, const char *label)
{
    bool waits = dangling_until(c) > now_of(c);
    if (!c->app)
        return xstrdup(waits ? "no tag; was here before rgc, which cannot tell of which app"
                             : "no tag, and no release of any app");
    return waits ? xasprintf("no tag; was here before rgc, it may be a release of %s", label)
                 : xasprintf("no tag names it any more, and no rollback of %s asks for it", label);
}

static char *describe_unmanaged(const Case *c)
{
    if (c->is_dangling && !c->retention->remove_dangling)
        return xstrdup("no tag; it stays (dangling = keep)");
    return xstrdup(!c->has_been_used && c->is_named ? "no container here has ever used it" : "rgc has no rule for it");
}

static char *describe(const Case *c, Reason reason)
{
    const App *app = c->app && reason == REASON_DEPLOYING ? c->app->busy_by : c->app;
    cleanup_with(free_charp) char *label = app ? app_full_name(app) : NULL;

    switch (reason) {
    case REASON_CURRENT:
        return describe_current(c, label);
    case REASON_PROTECTED:
        return xasprintf("protected by %s", c->protected_by);
    case REASON_INFRASTRUCTURE:
        return xstrdup("proxy, builder or registry, in use or last used");
    case REASON_YOUNG:
        return xstrdup(c->record->is_baseline ? "rgc cannot tell yet how long it is here, and it has not run since"
                                              : "has arrived and not run yet");
    case REASON_DEPLOYING:
        return xasprintf("a deploy of %s may be under way", label);
    case REASON_NEXT:
        return xasprintf("arrived after the current release of %s, not run yet", label);
    case REASON_ROLLBACK:
        return describe_rollback(c, label);
    case REASON_RECENT:
        return xstrdup("ran within keep_for");
    case REASON_MOVING_TAG:
        return xasprintf("a latest tag of %s is on it", label);
    case REASON_IN_USE:
        return c->holder ? xstrdup(c->holder) : describe_unclear(c->release->unclear);
    case REASON_JOB:
        return xstrdup("only containers that end by themselves run it");
    case REASON_IDLE:
        return xasprintf("nothing of %s has run for 30 days", label);
    case REASON_UNMANAGED:
        return describe_unmanaged(c);
    case REASON_SUPERSEDED:
        return describe_superseded(c, label);
    case REASON_FAILED:
        return c->release->newer_has_served ? xasprintf("never served; a newer release of %s has", label)
                                            : xasprintf("never served; its logs stay for 24 h");
    case REASON_DANGLING:
        return describe_dangling(c, label);
    case REASON_UNUSED:
        return describe_unused(c);
    case REASON_PRESSURE:
    case REASON_MAX_:
        break;
    }
    return xstrdup("");
}

void case_judge(const Case *c, Judgement *ret)
{
    Reason reason = 0;

    while (reason < REASON_PRESSURE && !rules[reason].applies(c))
        reason++;
    if (reason == REASON_PRESSURE)
        *ret = (Judgement){.verdict = VERDICT_KEEP, .reason = REASON_UNMANAGED};
    else
        *ret = (Judgement){.verdict = rules[reason].verdict, .reason = reason, .eligible_at = eligible_at(c, reason)};
    if (ret->verdict == VERDICT_REMOVE && ret->eligible_at > now_of(c))
        ret->verdict = VERDICT_WAIT;
    else if (ret->verdict == VERDICT_REMOVE)
        ret->eligible_at = 0;
    ret->detail = describe(c, ret->reason);
}
