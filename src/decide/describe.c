/* SPDX-License-Identifier: MIT */
/* What each rule says of a case, in one phrase. */
#include "rows.h"

#include <string.h>

/* Where a window has grown by less than the clock. Takes over `text`. */
static char *with_gaps(const Case *c, Time since, char *text)
{
    cleanup_with(free_charp) char *plain = text;
    const char *phrase = gaps_phrase(&c->context->ledger->gaps, since);
    return phrase ? xasprintf("%s; %s", plain, phrase) : take_ptr(plain);
}

char *describe_current(const Case *c, const char *label)
{
    return c->release->is_live ? xasprintf("running, of %s", label)
                               : xasprintf("ran last, of %s; nothing runs now", label);
}

char *describe_protected(const Case *c, const char *label)
{
    (void)label;
    return xasprintf("protected by %s", c->protected_by);
}

char *describe_infrastructure(const Case *c, const char *label)
{
    (void)c;
    (void)label;
    return xstrdup("proxy, builder or registry, in use or last used");
}

char *describe_young(const Case *c, const char *label)
{
    (void)label;
    bool is_first_sight = c->record->is_baseline && c->record->arrived >= c->record->first_seen;
    return xstrdup(is_first_sight ? "was here before rgc, which cannot know since when"
                                  : "has arrived and not run since");
}

/* The deploy may be of another destination than the release is. */
char *describe_deploying(const Case *c, const char *label)
{
    (void)label;
    cleanup_with(free_charp) char *deployed = app_full_name(c->app->busy_by);
    return xasprintf("a deploy of %s may be under way", deployed);
}

char *describe_next(const Case *c, const char *label)
{
    (void)c;
    return xasprintf("arrived after the current release of %s, not run yet", label);
}

char *describe_rollback(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (c->is_attached)
        return xasprintf("has the tag of %s, which %s of %s needs", r->version ? r->version : "a version",
                         r->is_current ? "the current release" : "a previous release", label);
    if (c->slot == 0 && r->is_tied)
        return xasprintf("as old as the last of %d previous of %s, as far as anybody can tell",
                         c->retention->keep_previous, label);
    if (c->slot == 0 && r->is_spared)
        return xasprintf("%d back, beside %d previous of %s: not all of these are known to have served there", r->rank,
                         c->retention->keep_previous, label);
    if (c->slot == 0 && r->needed_for)
        return xasprintf("has the tag or a container of %s, which a previous release of %s needs", r->needed_for,
                         label);
    if (c->slot == 0)
        return xasprintf("the last one of %s that served; the current one has not yet", label);
    return xasprintf("%d of %d previous of %s%s%s", c->slot, c->retention->keep_previous, label,
                     r->is_ready ? "" : "; no rollback: ", r->is_ready ? "" : r->why_not_ready);
}

char *describe_recent(const Case *c, const char *label)
{
    (void)label;
    if (c->may_have_run)
        return xstrdup("may have run within keep_for; a container of it could not be inspected");
    return with_gaps(c, c->last_run, xstrdup("ran within keep_for"));
}

char *describe_moving_tag(const Case *c, const char *label)
{
    (void)c;
    return xasprintf("a latest tag of %s is on it", label);
}

char *describe_in_use(const Case *c, const char *label)
{
    (void)label;
    if (c->holder)
        return xstrdup(c->holder);
    if (c->foreign_tag)
        return xasprintf("somebody has tagged it %s, where %s", c->foreign_tag,
                         c->app ? "no app here has run from" : "nothing here has been started from");
    const Container *container = c->release->unclear;
    if (!container)
        return xasprintf("image %.19s, which cannot be read, may have the tag that a rollback to it needs",
                         c->release->may_be_tagged->id);
    return xasprintf("how container %s ran is not known: %s", container->name,
                     container->inspect_error ? container->inspect_error : "an older one could not be inspected");
}

char *describe_job(const Case *c, const char *label)
{
    (void)label;
    char *text = xstrdup("only containers that end by themselves run it");
    return c->retention->jobs_max_unused_usec == DURATION_OFF ? text : with_gaps(c, last_needed(c), text);
}

char *describe_idle(const Case *c, const char *label)
{
    return xasprintf(
        c->app->last_run > 0 ? "nothing of %s has run for 30 days" : "nobody can tell when %s has run last", label);
}

char *describe_unmanaged(const Case *c, const char *label)
{
    if (c->app && c->record->may_be_own_work)
        return xasprintf("a release of %s that never ran, or somebody's own: another image continues its steps, or it "
                         "another's",
                         label);
    if (c->is_dangling && !c->retention->remove_dangling)
        return xstrdup("no tag; it stays (dangling = keep)");
    if (c->has_been_used || !c->is_named)
        return xstrdup("rgc has no rule for it");
    char *text = xstrdup("no container here has ever used it");
    return c->retention->unmanaged_max_unused_usec == DURATION_OFF ? text : with_gaps(c, last_needed(c), text);
}

char *describe_unreadable(const Case *c, const char *label)
{
    (void)label;
    return xasprintf("what the engine tells of it cannot be understood: %s", c->image->unreadable);
}

char *describe_superseded(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (!r->is_rankable)
        return xasprintf("a redeploy of %s took its version tag", label);
    bool waits = superseded_until(c) > c->context->now;
    char *text = xasprintf("%d back, keeping %d previous of %s%s", r->rank, c->retention->keep_previous, label,
                           waits ? "; was here before rgc, a job may use it (jobs_max_unused)" : "");
    return waits ? with_gaps(c, c->record->first_seen, text) : text;
}

char *describe_failed(const Case *c, const char *label)
{
    if (c->release->newer_has_served)
        return xasprintf("never served; a newer release of %s has", label);
    char *text = xasprintf("never served; its logs stay for 24 h");
    return failed_until(c) > c->context->now ? with_gaps(c, failed_since(c), text) : text;
}

/* Of an app it has no slot: nothing names it any more, or nothing of the app has run for [retention] idle_apps. */
char *describe_dangling(const Case *c, const char *label)
{
    bool waits = dangling_until(c) > c->context->now;
    const char *why = c->record->is_baseline ? "was here before rgc" : "came while rgc did not watch";
    if (!c->app)
        return waits ? xasprintf("no tag; %s, which cannot tell of which app", why)
                     : xstrdup("no tag, and no release of any app");
    return waits ? xasprintf("no tag; %s, it may be a release of %s", why, label)
                 : xasprintf("no tag names it any more, and no rollback of %s asks for it", label);
}

char *describe_unused(const Case *c, const char *label)
{
    char since[TEXT_MAX];
    (void)label;
    format_duration(since, c->context->now - (c->app ? c->app->last_run : last_needed(c)));
    if (c->app)
        return xasprintf("nothing of %s has run for %s (idle_apps)", c->app->name, since);
    return xasprintf("%s for %s (%s)", c->is_job ? "a job that was not run" : "nothing has used it", since,
                     c->is_job ? "jobs_max_unused" : "unmanaged_max_unused");
}

char *describe_pressure(const Case *c, const char *label)
{
    (void)c;
    (void)label;
    return xstrdup("the disk is too full");
}
