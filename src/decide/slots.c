/* SPDX-License-Identifier: MIT */
/*
 * Which releases of an app are kept for a rollback. rank.c is the first half of it.
 *
 * The problem: people want to go back to the N releases that served before the current one, and nothing on a host
 * records that order. Tags move, build dates say nothing about deploys, a deploy that crashed looks like a release, and
 * the image of the next deploy may be there long before its container.
 *
 * The idea: rgc goes by what ran and when, in five steps for each app:
 *  1. What is live, or ran last in a role of which nothing is live, is current (rank.c).
 *  2. What failed and never served is no release to go back to (rank.c).
 *  3. What arrived after the current release and has not run since may be next. rgc keeps the latest arrivals, and what
 *     only got a name after them: keep_previous of them, but at least one, as there is something to deploy even where
 *     nothing is to be kept.
 *  4. All others that may take a slot (is_rankable) are previous releases. Ready ones come first, then those that ran
 *     last, then those that arrived last. The first keep_previous of them get slots.
 *  5. Until the current release has served, the release that served last is kept whatever its rank.
 *
 * What is never allowed: that a failed, young or next release, or one of which rgc knows too little, takes the slot of
 * a release that is known to have served; that a build date decides where an arrival or a run is known; that two
 * releases which nothing tells apart are told apart by chance. Doubt makes rgc keep more: an unsure release may have a
 * slot, but then one more is kept (is_spared), and so is what is tied with the last slot.
 *
 * tests/unit/decide/histories_deploys.c, tests/unit/decide/rules_release.c and tests/unit/decide/rules_wait.c test this
 * case by case; tests/unit/decide/promises.c checks it on random hosts.
 */
#include "apps.h"

#include <string.h>

/* A run in any destination counts: what arrived for one of them and runs there is not what another one waits for. A job
 * does not count, because a deploy may begin with one. */
static bool has_run_since_arrival(const App *app, const Release *release)
{
    for (size_t i = 0; i < release->record->n_uses; i++) {
        const Use *use = &release->record->uses[i];
        bool is_of_app = makes_app(use) && use->kind == app->kind && strcmp(use->app, app->name) == 0;
        if (is_of_app && use->last_run >= release->record->arrived)
            return true;
    }
    return release->has_record && release->last_run >= release->record->arrived; /* under an earlier name (past.c) */
}

/* Of the releases that have served and are not current, the one that ran last; NULL = there is none. */
static Release *find_last_served(const App *app)
{
    Release *last = NULL;
    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        if (!release->is_current && release->has_served && (!last || release->last_run > last->last_run))
            last = release;
    }
    return last;
}

/* For images that were here before the ledger only the build dates can tell, and they are believed only where that keeps
 * more. */
static bool arrived_after(const Context *context, const Release *release, const Release *than)
{
    if (release->record->is_baseline)
        return than->record->is_baseline &&
               release_image(context, release)->created > release_image(context, than)->created;
    return release->record->arrived > record_came(than->record);
}

/* Did it arrive after the current release or, until that has served, after the one that served before? If it is not known
 * how a release ran, that one may be the one that served before. */
static bool arrived_after_current(const Context *context, const App *app, const Release *release)
{
    const Release *current = app->primary;
    if (!current)
        return !release->record->is_baseline;
    if (current->has_served)
        return arrived_after(context, release, current);
    const Release *served = find_last_served(app);
    bool is_after = arrived_after(context, release, served ? served : current);
    for (size_t i = 0; i < app->n_releases && !is_after; i++)
        is_after = !app->releases[i].is_current && app->releases[i].unclear &&
                   arrived_after(context, release, &app->releases[i]);
    return is_after;
}

typedef struct Candidate {
    Release *release;
    Time created;
    const char *id;
} Candidate;

static int descending(Time a, Time b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static void add_candidate(const Context *context, Release *release, Candidate **items, size_t *count)
{
    const Image *image = release_image(context, release);
    *array_add(items, count) = (Candidate){.release = release, .created = image->created, .id = image->id};
}

static int compare_arrival(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    int order = descending(x->release->record->arrived, y->release->record->arrived);
    if (order == 0)
        order = descending(x->created, y->created);
    return order ? order : strcmp(x->id, y->id);
}

/* Is all that has come since its last run a name, such as one for a mirror? Then it is less likely to be deployed than
 * what has never run. */
static bool has_only_been_named(const Release *release)
{
    Time last_run = record_last_run(release->record);
    return last_run > 0 && record_came(release->record) <= last_run;
}

static int compare_next(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    int order = has_only_been_named(x->release) - has_only_been_named(y->release);
    return order ? order : compare_arrival(a, b);
}

static void find_next(const Context *context, App *app)
{
    Candidate *candidates = NULL;
    size_t count = 0;

    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        if (!release->is_current && !has_run_since_arrival(app, release) && release->is_rankable &&
            arrived_after_current(context, app, release) && app->newest_served_came <= release->record->arrived)
            add_candidate(context, release, &candidates, &count);
    }
    if (count > 0)
        qsort(candidates, count, sizeof(*candidates), compare_next);
    /* Even with keep_previous = 0 there is one release to come. */
    size_t limit = app->retention->keep_previous > 1 ? (size_t)app->retention->keep_previous : 1;
    size_t n_next = 0;
    for (size_t i = 0; i < count && n_next < limit; i++) {
        candidates[i].release->is_next = true;
        n_next += !candidates[i].release->record->may_be_own_work && !candidates[i].release->unclear;
    }
    free(candidates);
}

static int compare_candidate(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    const Release *r = x->release, *s = y->release;
    int order = descending(r->is_ready, s->is_ready);
    if (order == 0)
        order = descending(r->last_run, s->last_run);
    return order ? order : compare_arrival(x, y);
}

/* Does nothing tell which of the two arrived later? */
static bool is_alike(const Candidate *a, const Candidate *b)
{
    return !a->release->has_record && !b->release->has_record && a->release->is_ready == b->release->is_ready &&
           a->release->record->arrived == b->release->record->arrived && a->created == b->created;
}

/* An unsure release takes no slot from those that are known to have served: for each that has one, one more is kept. */
static void rank_candidates(Candidate *candidates, size_t count, int n_slots)
{
    int n_sure = 0;
    for (size_t i = 0; i < count; i++) {
        Release *release = candidates[i].release;
        release->rank = (int)i + 1;
        release->sure_rank = n_sure + 1;
        if ((int)i < n_slots)
            release->slot = (int)i + 1;
        else if (n_sure < n_slots)
            release->is_spared = true;
        else if (n_slots > 0)
            release->is_tied = is_alike(&candidates[i], &candidates[n_slots - 1]);
        n_sure += !release->is_unsure;
    }
}

static void give_slots(const Context *context, App *app)
{
    Candidate *candidates = NULL;
    size_t count = 0;
    int n_slots = app->is_idle_past_window ? 0 : app->retention->keep_previous;

    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        bool waits = !release->has_record && record_is_young(context, release->record, app->retention);
        if (release->is_current || release->is_failed || release->is_next || release->unclear ||
            release->may_be_tagged || !release->is_rankable || release_image(context, release)->unreadable || waits)
            continue;
        add_candidate(context, release, &candidates, &count);
    }
    if (count > 0)
        qsort(candidates, count, sizeof(*candidates), compare_candidate);
    rank_candidates(candidates, count, n_slots);
    free(candidates);
}

/* Until the current release has served, rgc keeps the last release that did, whatever its rank, and what ran after that
 * and may have served. */
static void keep_last_served(App *app)
{
    if (app->primary && app->primary->has_served)
        return;
    const Release *last = find_last_served(app);
    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        bool may_have_served = release->is_unsure && release->has_record && !release->is_current && !release->is_failed;
        release->is_last_served = release == last || (may_have_served && (!last || release->last_run > last->last_run));
    }
}

void app_give_slots(const Context *context, App *app)
{
    find_next(context, app);
    give_slots(context, app);
    keep_last_served(app);
}
