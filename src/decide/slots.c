/* SPDX-License-Identifier: MIT */
/* Of one app's releases: which is next, and who gets the slots. */
#include "apps.h"

#include <string.h>

/* In any destination: what came for one of them and runs there is not what another is waiting for. A job is no such run: a
 * deploy may begin with one. */
static bool has_run_since_arrival(const App *app, const Release *release)
{
    for (size_t i = 0; i < release->record->n_uses; i++) {
        const Use *use = &release->record->uses[i];
        bool is_of_app = makes_app(use) && use->kind == app->kind && strcmp(use->app, app->name) == 0;
        if (is_of_app && use->last_run >= release->record->arrived)
            return true;
    }
    return release->has_record && release->last_run >= release->record->arrived; /* of its past, under another name */
}

/* The release, other than the current ones, that served last; NULL. */
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

/* Did it come after the current release did, or, until that has served, after the one that served before? Of what was
 * here before the ledger only the build date can tell; it is believed where that keeps more. */
static bool arrived_after_current(const Context *context, const App *app, const Release *release)
{
    const Release *primary = app->primary && !app->primary->has_served ? find_last_served(app) : NULL;
    if (!primary)
        primary = app->primary;
    if (!primary)
        return !release->record->is_baseline;
    if (release->record->is_baseline)
        return primary->record->is_baseline &&
               release_image(context, release)->created > release_image(context, primary)->created;
    return release->record->arrived > record_came(primary->record);
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
        qsort(candidates, count, sizeof(*candidates), compare_arrival);
    /* With keep_previous = 0 the one that is to come is still one. */
    size_t limit = app->retention->keep_previous > 1 ? (size_t)app->retention->keep_previous : 1;
    size_t n_next = 0;
    for (size_t i = 0; i < count && n_next < limit; i++) {
        candidates[i].release->is_next = true;
        n_next += !candidates[i].release->record->may_be_own_work;
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

/* Does nothing tell which of the two came later? */
static bool is_alike(const Candidate *a, const Candidate *b)
{
    return !a->release->has_record && !b->release->has_record && a->release->is_ready == b->release->is_ready &&
           a->release->record->arrived == b->release->record->arrived && a->created == b->created;
}

/* What may be no release that served takes no slot from those that are: it has its own, and one more is kept. */
static void place_candidates(Candidate *candidates, size_t count, int n_slots)
{
    int n_sure = 0;
    for (size_t i = 0; i < count; i++) {
        Release *release = candidates[i].release;
        release->rank = (int)i + 1;
        release->place = n_sure + 1;
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
    place_candidates(candidates, count, n_slots);
    free(candidates);
}

/* Until the current release has served, the last one that did must not go, whatever its place; nor what ran later and may
 * have served. */
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
