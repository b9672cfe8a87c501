/* SPDX-License-Identifier: MIT */
/*
 * What each app still has once the pass is over, for people: its current releases, the ones that it can be rolled back
 * to, and why it cannot be rolled back to others. It is made last, because pressure takes slots away. Nothing is
 * decided here.
 */
#include "plan_parts.h"

#include <rgc/saturate.h>
#include <string.h>

static char *version_or_id(const Context *context, const Release *release)
{
    return release->version ? xstrdup(release->version)
                            : xstrndup(release_image(context, release)->id + strlen("sha256:"), 12);
}

/* Live releases come first, then those whose containers were created last. */
static int compare_current(const void *a, const void *b)
{
    const Release *x = *(const Release *const *)a, *y = *(const Release *const *)b;
    if (x->is_live != y->is_live)
        return x->is_live ? -1 : 1;
    if (x->last_created != y->last_created)
        return x->last_created > y->last_created ? -1 : 1;
    return x->last_started < y->last_started ? 1 : x->last_started > y->last_started ? -1 : 0;
}

static void list_current(const Context *context, const App *app, PlannedApp *ret)
{
    const Release **current = NULL;
    size_t count = 0;

    for (size_t i = 0; i < app->n_releases; i++)
        if (app->releases[i].is_current)
            *array_add(&current, &count) = &app->releases[i];
    if (count > 0)
        qsort(current, count, sizeof(*current), compare_current);
    /* The primary release comes first, whatever has been started since. */
    if (app->primary) {
        strings_add(&ret->current, release_image(context, app->primary)->id);
        ret->current_version = version_or_id(context, app->primary);
    }
    for (size_t i = 0; i < count; i++)
        strings_add_unique(&ret->current, release_image(context, current[i])->id);
    free(current);
}

static int compare_rank(const void *a, const void *b)
{
    const Release *x = *(const Release *const *)a, *y = *(const Release *const *)b;
    return x->rank - y->rank;
}

/* Under pressure a release may lose its image, or the one that its rollback runs. */
static bool keeps_its_slot(const Plan *plan, const Release *release)
{
    bool is_whole = !release->is_ready || plan->images[release->tagged_image].judgement.reason != REASON_PRESSURE;
    return release->slot > 0 && is_whole && plan->images[release->image].judgement.reason != REASON_PRESSURE;
}

/* Lists the releases with a slot, in the order of their ranks: those that are ready, and why the others are not. */
static void list_rollback(const Context *context, const Plan *plan, const App *app, PlannedApp *ret)
{
    const Release **kept = NULL;
    size_t count = 0;

    for (size_t i = 0; i < app->n_releases; i++)
        if (keeps_its_slot(plan, &app->releases[i]))
            *array_add(&kept, &count) = &app->releases[i];
    if (count > 0)
        qsort(kept, count, sizeof(*kept), compare_rank);
    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *version = version_or_id(context, kept[i]);
        if (kept[i]->is_ready) {
            strings_add(&ret->rollback_versions, version);
            ret->rollback_ready++;
        } else if (app->kind != APP_KAMAL || kept[i]->has_record) { /* nobody misses what never ran there */
            NotReady *not_ready = array_add(&ret->not_ready, &ret->n_not_ready);
            not_ready->version = take_ptr(version);
            not_ready->why = xstrdup(kept[i]->why_not_ready);
        }
    }
    free(kept);
    /* A new app has fewer releases than its policy would keep, and lacks none. */
    size_t n_previous = app->n_ever > ret->current.count ? app->n_ever - ret->current.count : 0;
    size_t n_listed = ret->rollback_versions.count + ret->n_not_ready;
    if (n_listed > n_previous)
        n_previous = n_listed;
    ret->rollback_wanted = (int)n_previous < ret->keep_previous ? (int)n_previous : ret->keep_previous;
}

static void sum_up_sizes(Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++)
        for (size_t j = 0; j < plan->images[i].n_apps; j++) {
            PlannedApp *app = &plan->apps[plan->images[i].apps[j].app];
            saturating_grow(&app->size_bytes, plan->images[i].image->size_bytes);
            if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
                saturating_grow(&app->remove_bytes, plan->images[i].image->size_bytes);
        }
}

void plan_apps(const Context *context, Plan *plan)
{
    plan->n_apps = context->n_apps;
    plan->apps = xcalloc(plan->n_apps + 1, sizeof(*plan->apps));
    for (size_t i = 0; i < plan->n_apps; i++) {
        const App *app = &context->apps[i];
        PlannedApp *planned = &plan->apps[i];
        planned->kind = app->kind;
        planned->name = xstrdup(app->name);
        planned->destination = xstrdup(app->destination);
        planned->folder = xstrdup(app->folder);
        planned->keep_previous = app->is_idle_past_window ? 0 : app->retention->keep_previous;
        planned->is_running = app->is_running;
        planned->last_run = app->last_run;
        planned->is_idle = app->is_idle;
        planned->is_gone = app->n_releases == 0 && !app->has_container;
        planned->ended_unseen = app->ended_unseen && app->n_releases > 0;
        planned->is_left_out = app->n_releases == 0; /* only the ledger knows it */
        list_current(context, app, planned);
        list_rollback(context, plan, app, planned);
    }
    sum_up_sizes(plan);
}
