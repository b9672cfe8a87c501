/* SPDX-License-Identifier: MIT */
/*
 * The first half of ranking an app: which of its releases are live, current, ready and failed. slots.c is the second
 * half, and tells the story of both. Nobody tells rgc which release is current, so it looks at each role: what is live
 * is current, and where nothing is, what ran last.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

#define IDLE_AFTER (30 * USEC_PER_DAY)

static const char *version_of(const Context *context, const Image *image, const char *last_deployed)
{
    for (size_t i = 0; i < image->tags.count; i++)
        if (is_version_tag(context, image->tags.items[i]) &&
            (!last_deployed || strcmp(reference_tag(image->tags.items[i]), last_deployed) == 0))
            return reference_tag(image->tags.items[i]);
    for (size_t i = 0; i < image->tags.count; i++)
        if (is_version_tag(context, image->tags.items[i]))
            return reference_tag(image->tags.items[i]);
    return last_deployed;
}

static void sum_up_uses(const Context *context, const App *app, Release *release)
{
    const Image *image = release_image(context, release);
    const ImageRecord *record = ledger_image(context->ledger, image->id);
    const char *last_deployed = NULL;

    release->record = record;
    for (size_t i = 0; i < record->n_uses; i++) {
        const Use *use = &record->uses[i];
        if (!is_use_of(context, use, app))
            continue;
        release->has_record = true;
        if (use->version && use->last_created >= release->last_created)
            last_deployed = use->version;
        release->last_created = later(release->last_created, use->last_created);
        release->last_started = later(release->last_started, use->last_started);
        release->last_run = later(release->last_run, use->last_run);
        release->last_ended = later(release->last_ended, use->last_ended);
        release->has_served |= use->has_served;
        release->may_have_served |= use->may_have_served;
        release->has_failed |= use->has_failed;
    }
    release->version = version_of(context, image, last_deployed);
}

/* What the app has of one role on this host. */
typedef struct Role {
    const char *name;
    bool is_live, has_container;
    Release *last; /* the release that ran last in it */
    Time last_run;
} Role;

typedef struct Roles {
    Role *items;
    size_t count;
} Roles;

static Role *find_role(Roles *roles, const char *name)
{
    for (size_t i = 0; i < roles->count; i++)
        if (same_text(roles->items[i].name, name))
            return &roles->items[i];
    Role *role = array_add(&roles->items, &roles->count);
    role->name = name;
    return role;
}

/* Does nobody know how the container ran, or how an older container ran that it ran beside? */
static bool is_unclear(const Context *context, const Release *release, const Container *container)
{
    const ContainerRecord *known = ledger_container(context->ledger, container->id);
    bool has_ended = container->state == STATE_EXITED || container->state == STATE_DEAD;
    bool is_judged = release->has_served || release->has_failed || (known && known->is_settled);
    return container->inspect_error || (has_ended && container->run.started > 0 && !is_judged);
}

static void find_live(const Context *context, App *app, Roles *roles)
{
    const Snapshot *snapshot = context->snapshot;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        if (!app_has_container(context, app, i))
            continue;
        Role *role = find_role(roles, context->places[i].role);
        role->has_container = true;
        Release *release = release_of_container(context, app, i);
        if (release && is_unclear(context, release, &snapshot->containers[i]))
            release->unclear = &snapshot->containers[i];
        if (!container_state_is_live(snapshot->containers[i].state))
            continue;
        role->is_live = app->is_running = true;
        if (release)
            release->is_live = release->is_current = true;
    }
}

/* Where nothing of a role is live, as after `kamal app stop`, a reboot or a crash, the release that ran last in it is
 * current. A role without any container has been retired, as long as another one of the app runs. */
static void find_stopped_current(const Context *context, App *app, Roles *roles)
{
    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        for (size_t j = 0; j < release->record->n_uses; j++) {
            const Use *use = &release->record->uses[j];
            if (!is_use_of(context, use, app) || use->last_started == 0)
                continue;
            Role *role = find_role(roles, use->role);
            if (use->last_run > role->last_run) {
                role->last_run = use->last_run;
                role->last = release;
            }
        }
    }
    for (size_t i = 0; i < roles->count; i++) {
        Role *role = &roles->items[i];
        bool is_retired = app->is_running && !role->has_container;
        if (!role->is_live && role->last && !is_retired)
            role->last->is_current = true;
    }
}

/* The creation decides, because after a reboot all containers have started at once. */
static bool is_newer(const Release *a, const Release *b)
{
    return a->last_created != b->last_created ? a->last_created > b->last_created : a->last_started > b->last_started;
}

static void find_primary(App *app)
{
    for (size_t i = 0; i < app->n_releases; i++) {
        Release *release = &app->releases[i];
        if (!release->is_current)
            continue;
        bool is_later = !app->primary || release->is_live > app->primary->is_live ||
                        (release->is_live == app->primary->is_live && is_newer(release, app->primary));
        if (is_later)
            app->primary = release;
    }
}

/* A rollback needs a container of each role that the primary release has here. A role that still runs an older release
 * has been taken out of the deploys. */
static void find_required_roles(const Context *context, App *app)
{
    const Snapshot *snapshot = context->snapshot;

    if (app->kind != APP_KAMAL || !app->primary)
        return;
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Place *place = &context->places[i];
        bool is_of_version =
            place->version && !place->is_replaced && strings_contain(&app->primary->versions, place->version);
        const char *image_id = snapshot->containers[i].image_id;
        if (app_has_container(context, app, i) && place->role &&
            (is_of_version || strcmp(image_id, release_image(context, app->primary)->id) == 0))
            strings_add_unique(&app->required_roles, place->role);
    }
}

/* Outside Kamal, whoever goes back to a release must be able to name its image. A pulled image can be pulled again, so
 * it is ready even without a tag; a build of this host that has lost its tag is not, and takes no slot. */
static void judge_readiness(const Context *context, const App *app, Release *release)
{
    const Image *image = release_image(context, release);

    if (app->kind == APP_KAMAL) {
        release_judge_version(context, app, release);
        return;
    }
    /* The containerd store tells nothing about an image that has no tag when rgc first sees it. It may be a pulled
     * one. */
    bool is_of_unknown_origin =
        context->snapshot->engine.store == STORE_CONTAINERD && release->record->repositories.count == 0;
    release->is_rankable =
        image->tags.count > 0 || image->digests.count > 0 || release->record->was_pulled || is_of_unknown_origin;
    release->is_ready = release->is_rankable;
    release->tagged_image = release->image;
    if (!release->is_ready)
        release->why_not_ready = xstrdup("no tag names it any more");
}

static void judge_failure(const Context *context, const App *app, Release *release)
{
    bool only_failed = release->has_failed && !release->has_served && !release->may_have_served;
    release->is_failed = only_failed && !release_has_good_image(context, release);
    /* It failed here and served in another destination, or nobody knows how it ran. */
    bool is_unknown = app->kind == APP_KAMAL && release->is_ready && release->has_record &&
                      (!release->has_served || release_needs_unproven_image(context, release));
    bool may_only_have_served = release->may_have_served && !release->has_served;
    release->is_unsure = is_unknown || may_only_have_served || release->record->may_be_own_work;
    release->newer_has_served = app->newest_served_created > release->last_created;
}

static void find_newest_served(App *app)
{
    for (size_t i = 0; i < app->n_releases; i++) {
        const Release *release = &app->releases[i];
        if (!release->has_served)
            continue;
        app->newest_served_created = later(app->newest_served_created, release->last_created);
        /* An image that was pulled again has not served as the new arrival until a container of it is created. */
        Time came = record_came(release->record) <= release->last_created ? record_came(release->record) : 0;
        app->newest_served_came = later(app->newest_served_came, came);
    }
}

static void find_idle(const Context *context, App *app)
{
    int64_t unused = gaps_age(&context->ledger->gaps, app->last_run, context->now);
    int64_t may_be_unused = gaps_age_at_most(&context->ledger->gaps, app->last_run, context->now);
    /* `idle` keeps, so it asks for what may be; an unknown last run may be long ago. */
    app->is_idle = !app->is_running && (app->last_run == 0 || may_be_unused >= IDLE_AFTER);
    app->is_idle_past_window = app->is_idle && app->last_run > 0 && app->retention->idle_apps_usec >= 0 &&
                               unused >= app->retention->idle_apps_usec;
}

void app_rank(const Context *context, App *app)
{
    Roles roles = {0};

    for (size_t i = 0; i < app->n_releases; i++)
        sum_up_uses(context, app, &app->releases[i]);
    app_join_versions(context, app);
    find_newest_served(app);
    find_live(context, app, &roles);
    find_stopped_current(context, app, &roles);
    find_primary(app);
    find_required_roles(context, app);
    free(roles.items);
    for (size_t i = 0; i < app->n_releases; i++)
        judge_readiness(context, app, &app->releases[i]);
    for (size_t i = 0; i < app->n_releases; i++)
        judge_failure(context, app, &app->releases[i]);
    find_idle(context, app);
    app_find_last_change(context, app);
    app_give_slots(context, app);
}
