/* SPDX-License-Identifier: MIT */
/* Says for each rule in one phrase why it applies to a case: rgc plan and rgc why show it, the history stores it. */
#include "rows.h"

#include <string.h>

/* Adds why a window has grown by less than the clock, if it has. Takes `text`. */
static char *with_gaps(const Case *c, Time since, char *text)
{
    cleanup_with(free_charp) char *plain = text;
    const char *phrase = gaps_phrase(&c->context->ledger->gaps, since);
    return phrase ? xasprintf("%s; %s", plain, phrase) : take_ptr(plain);
}

char *describe_current(const Case *c, const char *label)
{
    return c->release->is_live ? xasprintf("running (%s)", label)
                               : xasprintf("ran last (%s); no container of it runs now", label);
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
    return xstrdup("a proxy, a builder or a registry, in use or used last");
}

char *describe_young(const Case *c, const char *label)
{
    (void)label;
    bool is_first_sight = c->record->is_baseline && c->record->arrived >= c->record->first_seen;
    return xstrdup(is_first_sight ? "was here before rgc, which cannot know since when"
                                  : "arrived a short while ago and has not run since");
}

/* The deploy may be that of another destination than the release's. */
char *describe_deploying(const Case *c, const char *label)
{
    (void)label;
    cleanup_with(free_charp) char *deployed = app_full_name(c->app->busy_by);
    return xasprintf("a deploy of %s may be under way", deployed);
}

char *describe_next(const Case *c, const char *label)
{
    (void)c;
    return xasprintf("arrived after the current release of %s and has not run yet", label);
}

char *describe_rollback(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (c->is_attached)
        return xasprintf("has the tag of %s, which %s of %s needs", r->version ? r->version : "a version",
                         r->is_current ? "the current release" : "a previous release", label);
    if (c->slot == 0 && r->is_tied)
        return xasprintf("as old as the last of %d previous releases of %s, as far as rgc can tell",
                         c->retention->keep_previous, label);
    if (c->slot == 0 && r->is_spared)
        return xasprintf("%d back; %s keeps %d, and rgc does not know whether each of these has served there", r->rank,
                         label, c->retention->keep_previous);
    if (c->slot == 0 && r->needed_for)
        return xasprintf("has the tag or a container of %s, which a release of %s that is kept needs", r->needed_for,
                         label);
    if (c->slot == 0)
        return xasprintf("the last release of %s that served; the current one has not served yet", label);
    const char *more = r->is_unsure ? "; rgc does not know whether it has served there" : "";
    return xasprintf("rollback target %d of %d (%s)%s%s", c->slot, c->retention->keep_previous, label,
                     r->is_ready ? more : "; no rollback: ", r->is_ready ? "" : r->why_not_ready);
}

char *describe_recent(const Case *c, const char *label)
{
    (void)label;
    if (c->may_have_run)
        return xstrdup("may have run within keep_for; a container of it could not be inspected");
    if (c->record->may_have_run > c->last_run)
        return with_gaps(c, c->record->may_have_run, xstrdup("may have run within keep_for, while rgc missed events"));
    return with_gaps(c, c->last_run, xstrdup("ran within keep_for"));
}

char *describe_moving_tag(const Case *c, const char *label)
{
    (void)c;
    return xasprintf("has a tag of %s that moves, such as latest", label);
}

char *describe_in_use(const Case *c, const char *label)
{
    (void)label;
    if (c->needed_by)
        return xstrdup(c->needed_by);
    if (c->foreign_tag)
        return xasprintf("somebody gave it the tag %s, in a repository from which %s", c->foreign_tag,
                         c->app ? "no app here has run" : "nothing here was started");
    const Container *container = c->release->unclear;
    if (!container)
        return xasprintf("image %.19s, which cannot be read, may have the tag that a rollback to it needs",
                         c->release->may_be_tagged->id);
    return xasprintf("rgc does not know how container %s ran: %s", container->name,
                     container->inspect_error ? container->inspect_error : "an older one could not be inspected");
}

char *describe_job(const Case *c, const char *label)
{
    (void)label;
    char *text = xstrdup("only containers that end by themselves use it");
    return c->retention->jobs_max_unused_usec == DURATION_OFF ? text : with_gaps(c, last_needed(c), text);
}

char *describe_idle(const Case *c, const char *label)
{
    return xasprintf(c->app->last_run > 0 ? "no container of %s has run for 30 days" : "nobody knows when %s last ran",
                     label);
}

char *describe_unmanaged(const Case *c, const char *label)
{
    if (c->app && c->record->may_be_own_work)
        return xasprintf(
            "a release of %s that never ran, or somebody's own: it or another image continues the other's steps",
            label);
    if (may_be_only_copy(c->context, c->record))
        return xstrdup(DETAIL_ONLY_COPY);
    if (has_app_run_from(c->context, c->record))
        return xstrdup(DETAIL_BESIDE_RELEASES);
    if (c->retention->unmanaged_max_unused_usec != DURATION_OFF &&
        repository_busy_until(c->context, c->record, c->retention) > 0)
        return xstrdup("no container here has ever used it, but an image has just come into its repository");
    char *text = xstrdup("no container here has ever used it");
    return c->retention->unmanaged_max_unused_usec == DURATION_OFF ? text : with_gaps(c, last_needed(c), text);
}

char *describe_other(const Case *c, const char *label)
{
    (void)label;
    return xstrdup(c->is_dangling && !c->retention->remove_dangling ? DETAIL_KEPT_DANGLING
                                                                    : "no rule of rgc describes it");
}

char *describe_unreadable(const Case *c, const char *label)
{
    (void)label;
    return xasprintf("rgc does not understand the engine's report: %s", c->image->unreadable);
}

char *describe_superseded(const Case *c, const char *label)
{
    const Release *r = c->release;
    if (!r->is_rankable)
        return xasprintf("%s, so no rollback of %s leads to it",
                         c->app->kind == APP_KAMAL ? "it has no version of its own" : "no tag names it any more",
                         label);
    bool waits = superseded_until(c) > c->context->now;
    char *text = xasprintf("%d release%s behind; %s keeps %d%s", r->rank, r->rank == 1 ? "" : "s", label,
                           c->retention->keep_previous,
                           !waits                   ? ""
                           : c->record->is_baseline ? "; it was here before rgc, and a job may use it (jobs_max_unused)"
                                                    : "; rgc missed events since it came, and a job may use it "
                                                      "(jobs_max_unused)");
    return waits ? with_gaps(c, c->record->first_seen, text) : text;
}

char *describe_failed(const Case *c, const char *label)
{
    if (c->release->newer_has_served)
        return xasprintf("never served; a newer release of %s has", label);
    char *text =
        xasprintf("%s served; kept for 24 h because of its logs", c->release->is_failed ? "never" : "may never have");
    return failed_until(c) > c->context->now ? with_gaps(c, failed_since(c), text) : text;
}

/* If it belongs to an app, it has no slot in it: nothing names it any more, or the app has been idle for idle_apps. */
char *describe_dangling(const Case *c, const char *label)
{
    bool waits = dangling_until(c) > c->context->now;
    const char *why = c->record->untagged_unseen > 0 ? "it lost its tag while rgc did not watch"
                      : c->record->is_baseline       ? "it was here before rgc"
                                                     : "it came while rgc did not watch";
    if (!c->app)
        return waits ? xasprintf("no tag; %s, so rgc cannot know which app it belongs to", why)
                     : xstrdup("no tag, and not a release of any app");
    return waits ? xasprintf("no tag; %s and may be a release of %s", why, label)
                 : xasprintf("no tag names it any more, and no rollback of %s needs it", label);
}

char *describe_unused(const Case *c, const char *label)
{
    char since[TEXT_MAX];
    (void)label;
    format_duration(since, c->context->now - (c->app ? c->app->last_run : last_needed(c)));
    if (c->app)
        return xasprintf("no container of %s has run for %s (idle_apps)", c->app->name, since);
    return xasprintf("%s for %s (%s)", c->is_job ? "a job that has not run" : "nothing has used it", since,
                     c->is_job ? "jobs_max_unused" : "unmanaged_max_unused");
}

char *describe_pressure(const Case *c, const char *label)
{
    (void)c;
    (void)label;
    return xstrdup("the disk is too full");
}
