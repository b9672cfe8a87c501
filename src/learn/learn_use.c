/* SPDX-License-Identifier: MIT */
/*
 * How one container becomes part of a use: its names, its version and its times. Times only grow, and evidence is only
 * added (learn_uses.c tells the story). A stamp from the future was taken by a wrong clock, and is no news with each pass
 * (at_most). tests/unit/learn/learning.c and tests/unit/learn/lives.c test this.
 */
#include "learn.h"

#include <rgc/reference.h>

#include <string.h>

Use *learn_find_use(ImageRecord *record, const Owner *owner)
{
    for (size_t i = 0; i < record->n_uses; i++) {
        Use *use = &record->uses[i];
        if (use->kind == owner->kind && same_text(use->app, owner->app) && same_text(use->folder, owner->folder) &&
            same_text(use->destination, owner->destination) && same_text(use->role, owner->role) &&
            use->is_exec == owner->is_exec)
            return use;
    }
    Use *use = array_add(&record->uses, &record->n_uses);
    use->kind = owner->kind;
    use->app = xstrdup(owner->app);
    use->folder = xstrdup(owner->folder);
    use->destination = xstrdup(owner->destination);
    use->role = xstrdup(owner->role);
    use->is_exec = owner->is_exec;
    return use;
}

#define REPOSITORIES_KNOWN 8

static void learn_repository(Use *use, const Container *container)
{
    cleanup_with(free_charp) char *repository =
        container->image_ref ? reference_repository(container->image_ref) : NULL;
    if (repository && use->repositories.count < REPOSITORIES_KNOWN)
        strings_add_unique(&use->repositories, repository);
}

void learn_named_in(ImageRecord *record, const char *reference)
{
    cleanup_with(free_charp) char *repository = reference_repository(reference);
    if (repository && record->named_in.count < REPOSITORIES_KNOWN)
        strings_add_unique(&record->named_in, repository);
}

/* A stamp from the future was taken by a wrong clock. It counts as now when it is first seen, and is no news later. */
static Time at_most(Time stamp, Time now, bool is_known)
{
    return stamp <= now ? stamp : is_known ? 0 : now;
}

static Time started_at(const Run *run, bool is_live, Time now, bool is_known)
{
    bool has_ended_since = !is_live && run->finished > 0 && run->finished <= now;
    return run->started > now && has_ended_since ? run->finished : at_most(run->started, now, is_known);
}

static void learn_run(Use *use, const Run *run, bool is_live, Time now, bool is_known)
{
    raise_time(&use->last_started, started_at(run, is_live, now, is_known));
    raise_time(&use->last_run, use->last_started);
    if (run->started > 0)
        raise_time(&use->last_run, is_live ? now : at_most(run->finished, now, is_known));
    if (!is_live && run->finished > 0)
        raise_time(&use->last_ended, at_most(run->finished, now, is_known));
}

void learn_use(Use *use, const Container *container, Owner *owner, Life life, Time now, bool is_known)
{
    const Run *run = &container->run;
    bool is_live = container_state_is_live(container->state);

    if (owner->version && container->created >= use->last_created) {
        free(use->version);
        use->version = take_ptr(owner->version);
    }
    Time created = earlier(container->created, now);
    if (created >= use->last_created && container->name && *container->name) {
        free(use->name);
        use->name = xstrdup(container->name);
    }
    learn_repository(use, container);
    if (use->first_created == 0 || created < use->first_created)
        use->first_created = created;
    raise_time(&use->last_created, created);
    if (is_live)
        raise_time(&use->last_run, now);
    if (run->is_known)
        learn_run(use, run, is_live, now, is_known);
    else if (is_live)
        raise_time(&use->last_started, created);
    if (life.has_failed && use->last_ended == 0 && !is_live)
        use->last_ended = created;
    use->has_served |= life.has_served;
    use->has_failed |= life.has_failed;
    use->may_have_served |= life.may_have_served;
}
