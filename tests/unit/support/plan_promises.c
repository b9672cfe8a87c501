/* SPDX-License-Identifier: MIT */
#include "plan_promises.h"

#include <rgc/reference.h>
#include <stdio.h>
#include <string.h>

size_t reasons_seen[REASON_MAX_][VERDICT_MAX_];
size_t rollbacks_checked;

#define BROKEN(condition, ...)                                                                                         \
    do {                                                                                                               \
        if (condition)                                                                                                 \
            return xasprintf(__VA_ARGS__);                                                                             \
    } while (0)

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool goes(const Judgement *judgement)
{
    return judgement->verdict == VERDICT_REMOVE;
}

static const char *name_of(const PlannedImage *planned)
{
    return planned->image->tags.count > 0 ? planned->image->tags.items[0] : planned->image->id;
}

static const Retention *retention_of(const Decision *d, const Membership *membership)
{
    const PlannedApp *app = &d->plan->apps[membership->app];
    Strings repositories = {0};
    /* Of all images that the app ever ran, as the policy's patterns want it. */
    for (size_t i = 0; i < d->ledger->n_images; i++) {
        const ImageRecord *record = &d->ledger->images[i];
        for (size_t j = 0; j < record->n_uses; j++) {
            const Use *use = &record->uses[j];
            if (use->kind == app->kind && !use->is_exec && same(use->app, app->name) &&
                same(use->destination, app->destination))
                for (size_t k = 0; k < record->repositories.count; k++)
                    strings_add_unique(&repositories, record->repositories.items[k]);
        }
    }
    const Retention *retention = policy_retention(d->policy, app->name, &repositories);
    strings_clear(&repositories);
    return retention;
}

static Time last_run(const ImageRecord *record)
{
    Time last = 0;
    for (size_t i = 0; i < record->n_uses; i++)
        if (!record->uses[i].is_exec && record->uses[i].last_run > last)
            last = record->uses[i].last_run;
    return last;
}

static char *check_judgement(const Decision *d, const Judgement *j, const char *what)
{
    BROKEN(j->verdict >= VERDICT_MAX_ || j->reason >= REASON_MAX_, "%s: no verdict", what);
    BROKEN(!j->detail || !*j->detail, "%s: %s without a detail", what, reason_to_string(j->reason));
    reasons_seen[j->reason][j->verdict]++;
    bool waits = reason_spec(j->reason)->verdict == VERDICT_WAIT;
    bool may_go = reason_spec(j->reason)->verdict == VERDICT_REMOVE;
    BROKEN(waits != (j->verdict == VERDICT_WAIT) && !may_go, "%s: %s is no reason to %s", what,
           reason_to_string(j->reason), verdict_to_string(j->verdict));
    BROKEN(j->verdict == VERDICT_KEEP && may_go, "%s: kept because %s", what, reason_to_string(j->reason));
    bool is_open = j->reason == REASON_NEXT && j->eligible_at == 0;
    BROKEN(waits && j->eligible_at <= d->plan->now && !is_open, "%s: waits (%s) for a time that has passed", what,
           reason_to_string(j->reason));
    BROKEN(j->verdict == VERDICT_WAIT && j->eligible_at <= d->plan->now && d->plan->suspension == SUSPENSION_NONE &&
               !is_open,
           "%s: waits (%s) for nothing", what, reason_to_string(j->reason));
    BROKEN(goes(j) && d->plan->suspension != SUSPENSION_NONE, "%s: goes although the pass is suspended", what);
    return NULL;
}

static char *check_one_verdict_each(const Decision *d)
{
    const Plan *plan = d->plan;
    char *broken = NULL;
    Time next_at = 0;

    BROKEN(plan->n_images != d->snapshot->n_images, "not one verdict for each image");
    BROKEN(plan->n_containers != d->snapshot->n_containers, "not one verdict for each container");
    for (size_t i = 0; i < plan->n_images + plan->n_containers && !broken; i++) {
        size_t c = i - plan->n_images;
        bool is_image = i < plan->n_images;
        BROKEN(is_image ? plan->images[i].image != &d->snapshot->images[i]
                        : plan->containers[c].container != &d->snapshot->containers[c],
               "verdict %zu is another thing's", i);
        const Judgement *j = is_image ? &plan->images[i].judgement : &plan->containers[c].judgement;
        broken = check_judgement(d, j, is_image ? name_of(&plan->images[i]) : plan->containers[c].container->name);
        if (j->verdict == VERDICT_WAIT && j->eligible_at > 0 && (next_at == 0 || j->eligible_at < next_at))
            next_at = j->eligible_at;
    }
    BROKEN(!broken && next_at != plan->next_at, "the next pass is not due when the first wait ends");
    return broken;
}

static char *check_nothing_used_goes(const Decision *d)
{
    const Plan *plan = d->plan;
    bool is_unresolved = false;

    for (size_t i = 0; i < plan->n_containers; i++) {
        const Container *container = plan->containers[i].container;
        const PlannedImage *image = plan_image(plan, container->image_id);
        is_unresolved |= container->has_unresolved_mount;
        BROKEN(image && goes(&image->judgement) && !goes(&plan->containers[i].judgement),
               "%s goes, but container %s uses it", name_of(image), container->name);
        for (size_t j = 0; j < container->mounted_images.count; j++) {
            image = plan_image(plan, container->mounted_images.items[j]);
            BROKEN(image && goes(&image->judgement), "%s goes, but container %s mounts it", name_of(image),
                   container->name);
        }
    }
    for (size_t i = 0; i < plan->n_images; i++)
        BROKEN(is_unresolved && goes(&plan->images[i].judgement), "%s goes, but it may be mounted",
               name_of(&plan->images[i]));
    return NULL;
}

static char *check_only_stopped_release_containers_go(const Decision *d)
{
    for (size_t i = 0; i < d->plan->n_containers; i++) {
        const PlannedContainer *planned = &d->plan->containers[i];
        const Container *c = planned->container;
        if (!goes(&planned->judgement))
            continue;
        BROKEN(c->state != STATE_CREATED && c->state != STATE_EXITED && c->state != STATE_DEAD,
               "container %s goes, but it is %s", c->name, container_state_to_string(c->state));
        BROKEN(!c->labels.service || !c->labels.role, "container %s goes, but it is not Kamal's", c->name);
        BROKEN(c->labels.keep, "container %s goes, but it is protected", c->name);
        BROKEN(!c->run.is_known, "container %s goes, but nobody has seen how it ended", c->name);
        BROKEN(planned->app == NO_APP, "container %s goes, but it is no app's", c->name);
    }
    return NULL;
}

static bool is_of(const Use *use, const PlannedApp *app, const char *role)
{
    return use->kind == app->kind && !use->is_exec && same(use->app, app->name) &&
           same(use->destination, app->destination) && same(use->role, role);
}

/* Something of this role is here that ran later than `than` and stays. */
static bool later_one_stays(const Decision *d, const PlannedApp *app, const char *role, Time than)
{
    for (size_t i = 0; i < d->plan->n_images; i++) {
        const ImageRecord *record = ledger_image(d->ledger, d->plan->images[i].image->id);
        for (size_t j = 0; j < record->n_uses; j++)
            if (is_of(&record->uses[j], app, role) && record->uses[j].last_run >= than &&
                !goes(&d->plan->images[i].judgement))
                return true;
    }
    return false;
}

static bool is_role_live(const Plan *plan, size_t app, const char *role)
{
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].app == app && container_state_is_live(plan->containers[i].container->state) &&
            (plan->apps[app].kind != APP_KAMAL || same(plan->containers[i].container->labels.role, role)))
            return true;
    return false;
}

/* By app, destination and role: what runs, else what ran last. */
static char *check_nothing_current_goes(const Decision *d)
{
    const Plan *plan = d->plan;

    for (size_t i = 0; i < plan->n_apps; i++)
        for (size_t j = 0; j < plan->apps[i].current.count; j++) {
            const PlannedImage *image = plan_image(plan, plan->apps[i].current.items[j]);
            BROKEN(goes(&image->judgement), "%s goes, but it is current of %s", name_of(image), plan->apps[i].name);
        }
    for (size_t i = 0; i < plan->n_containers; i++) {
        const PlannedContainer *planned = &plan->containers[i];
        const Container *c = planned->container;
        const PlannedImage *image = plan_image(plan, c->image_id);
        if (!image || planned->app == NO_APP || !c->run.is_known || c->run.started == 0 ||
            is_role_live(plan, planned->app, c->labels.role))
            continue;
        const PlannedApp *app = &plan->apps[planned->app];
        bool is_kamal = app->kind == APP_KAMAL;
        Time ended = c->run.finished > c->run.started ? c->run.finished : c->run.started;
        if (ended > plan->now)
            ended = plan->now;
        BROKEN(goes(&image->judgement) && !later_one_stays(d, app, is_kamal ? c->labels.role : NULL, ended),
               "%s goes, but nothing of its role ran later (container %s)", name_of(image), c->name);
    }
    return NULL;
}

static bool matches_some(const Strings *patterns, const char *text)
{
    for (size_t i = 0; text && i < patterns->count; i++)
        if (matches_pattern(patterns->items[i], text))
            return true;
    return false;
}

static bool is_protected(const Decision *d, const Image *image)
{
    const Strings *patterns = &d->policy->protect;
    if (image->labels.keep || matches_some(patterns, image->id))
        return true;
    for (size_t i = 0; i < image->tags.count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(image->tags.items[i]);
        if (matches_some(patterns, image->tags.items[i]) || matches_some(patterns, repository))
            return true;
    }
    return false;
}

/* Less than `window` ago; what lies in the future, a wrong clock has made. */
static bool is_within(const Plan *plan, Time time, int64_t window)
{
    return time <= plan->now && plan->now - time < window;
}

static bool has_just_been_deployed(const Decision *d, const PlannedApp *app)
{
    char label[256];
    snprintf(label, sizeof(label), "%s%s%s", app->name, app->destination ? "/" : "",
             app->destination ? app->destination : "");
    return same(d->deployed, label);
}

static bool is_changing(const Decision *d, size_t app, int64_t quiet)
{
    const Plan *plan = d->plan;
    if (has_just_been_deployed(d, &plan->apps[app]))
        return false;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].app == app && is_within(plan, plan->containers[i].container->created, quiet))
            return true;
    for (size_t i = 0; i < plan->n_images; i++)
        for (size_t j = 0; j < plan->images[i].n_apps; j++)
            if (plan->images[i].apps[j].app == app && is_within(plan, plan->images[i].arrived, quiet))
                return true;
    return false;
}

/* A deploy of one destination holds all. */
static bool is_deploying(const Decision *d, size_t app, int64_t quiet)
{
    const PlannedApp *apps = d->plan->apps;
    for (size_t i = 0; i < d->plan->n_apps; i++)
        if (apps[i].kind == apps[app].kind && same(apps[i].name, apps[app].name) && is_changing(d, i, quiet))
            return true;
    return false;
}

static bool has_latest_tag(const Image *image)
{
    for (size_t i = 0; i < image->tags.count; i++)
        if (same(reference_tag(image->tags.items[i]), "latest"))
            return true;
    return false;
}

static char *check_in_app(const Decision *d, const PlannedImage *planned, const Membership *membership)
{
    const Retention *retention = retention_of(d, membership);
    const PlannedApp *app = &d->plan->apps[membership->app];

    BROKEN(!planned->last_run || planned->last_run < planned->arrived
               ? planned->arrived + retention->min_age_usec > d->plan->now
               : false,
           "%s goes, but it is young", name_of(planned));
    BROKEN(is_deploying(d, membership->app, retention->quiet_usec), "%s goes, but %s is being deployed",
           name_of(planned), app->name);
    BROKEN(planned->last_run > 0 && d->plan->now - planned->last_run < retention->keep_for_usec,
           "%s goes, but it ran within keep_for of %s", name_of(planned), app->name);
    BROKEN(has_latest_tag(planned->image), "%s goes, but a latest tag is on it", name_of(planned));
    return NULL;
}

static char *check_nothing_protected_or_young_goes(const Decision *d)
{
    const Plan *plan = d->plan;

    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *planned = &plan->images[i];
        const ImageRecord *record = ledger_image(d->ledger, planned->image->id);
        BROKEN(planned->arrived != record->arrived || planned->last_run != last_run(record), "%s: not its times",
               name_of(planned));
        if (!goes(&planned->judgement))
            continue;
        BROKEN(is_protected(d, planned->image), "%s goes, but it is protected", name_of(planned));
        char *broken = NULL;
        for (size_t j = 0; j < planned->n_apps && !broken; j++)
            broken = check_in_app(d, planned, &planned->apps[j]);
        if (broken)
            return broken;
        const Retention *retention = policy_retention(d->policy, NULL, &record->repositories);
        bool has_run = planned->last_run > 0 && planned->last_run >= planned->arrived;
        BROKEN(planned->n_apps == 0 && !has_run && planned->arrived + retention->min_age_usec > plan->now,
               "%s goes, but it is young", name_of(planned));
    }
    for (size_t i = 0; i < plan->n_containers; i++) {
        size_t app = plan->containers[i].app;
        if (goes(&plan->containers[i].judgement))
            BROKEN(is_deploying(d, app, retention_of(d, &(Membership){.app = app})->quiet_usec),
                   "container %s goes, but %s is being deployed", plan->containers[i].container->name,
                   plan->apps[app].name);
    }
    return NULL;
}

static const PlannedContainer *find_container(const Plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->name, name) == 0)
            return &plan->containers[i];
    return NULL;
}

/* Engines leave out what has no name and of which another image was made: the image that has the version's tag stands
 * for it. */
static bool is_left_out(const Plan *plan, const Container *container)
{
    return !plan_image(plan, container->image_id);
}

static bool is_of_version(const Container *container, const char *version)
{
    size_t length = strlen(container->name), n = version ? strlen(version) : 0;
    return version && length > n && container->name[length - n - 1] == '-' &&
           strcmp(container->name + length - n, version) == 0;
}

/* What a rollback starts: the roles that the current release has here. */
static void required_roles(const Plan *plan, size_t app, Strings *ret)
{
    for (size_t i = 0; i < plan->n_containers; i++) {
        const Container *c = plan->containers[i].container;
        if (plan->containers[i].app == app && plan->apps[app].current.count > 0 &&
            (same(c->image_id, plan->apps[app].current.items[0]) ||
             (is_left_out(plan, c) && is_of_version(c, plan->apps[app].current_version))))
            strings_add_unique(ret, c->labels.role);
    }
}

/* Are the containers here, one of the image among them, and, where `after`, still here after the pass? `is_holder`: the
 * image has the version's tag. */
static bool has_containers(const Plan *plan, size_t at, const char *image_id, bool is_holder, const Strings *needed,
                           const char *version, bool after)
{
    const PlannedApp *app = &plan->apps[at];
    bool has_its_own = false;
    for (size_t i = 0; i < needed->count; i++) {
        cleanup_with(free_charp) char *name =
            xasprintf("%s-%s%s%s-%s", app->name, needed->items[i], app->destination ? "-" : "",
                      app->destination ? app->destination : "", version);
        const PlannedContainer *found = find_container(plan, name);
        if (!found || found->app != at || (after && goes(&found->judgement)))
            return false;
        has_its_own |= same(found->container->image_id, image_id) || (is_holder && is_left_out(plan, found->container));
    }
    return has_its_own;
}

static bool is_moving(const Decision *d, const char *tag)
{
    const char *name = reference_tag(tag);
    if (same(name, "latest"))
        return true;
    if (strncmp(name, "latest-", 7) != 0)
        return false;
    for (size_t i = 0; i < d->ledger->n_images; i++)
        for (size_t j = 0; j < d->ledger->images[i].n_uses; j++)
            if (same(d->ledger->images[i].uses[j].destination, name + 7) && !d->ledger->images[i].uses[j].is_exec)
                return true;
    return false;
}

static char *newest_repository(const Plan *plan, size_t app)
{
    const Container *newest = NULL;
    for (size_t i = 0; i < plan->n_containers; i++) {
        const Container *c = plan->containers[i].container;
        bool is_of_app = plan->containers[i].app == app && c->image_ref && !strstr(c->name, "_replaced_");
        if (is_of_app && reference_tag(c->image_ref) && (!newest || c->created > newest->created))
            newest = c;
    }
    return newest ? reference_repository(newest->image_ref) : NULL;
}

/* Does a rollback of Kamal to this image's release run this tag? Another image may have it by now. */
static bool is_started_by(const Decision *d, size_t app, const PlannedImage *planned, bool is_holder,
                          const Strings *needed, const char *repository, const char *tag, bool after)
{
    cleanup_with(free_charp) char *of_tag = reference_repository(tag);
    return !is_moving(d, tag) && same(of_tag, repository) &&
           has_containers(d->plan, app, planned->image->id, is_holder, needed, reference_tag(tag), after);
}

static bool has_failed(const Decision *d, const PlannedApp *app, const PlannedImage *planned)
{
    const ImageRecord *record = ledger_image(d->ledger, planned->image->id);
    bool has_served = false, has_failed = false;
    for (size_t i = 0; i < record->n_uses; i++) {
        if (is_of(&record->uses[i], app, record->uses[i].role)) {
            has_served |= record->uses[i].has_served;
            has_failed |= record->uses[i].has_failed;
        }
    }
    return has_failed && !has_served;
}

/* A tag and containers that Kamal finds for a rollback to the image. It starts the image that has the tag by now, which
 * is no rollback where that is another one that never served. */
static bool can_roll_back_to(const Decision *d, size_t app, const PlannedImage *planned, bool after)
{
    const PlannedApp *of = &d->plan->apps[app];
    cleanup_with(strings_clear) Strings needed = {0};

    if (after && goes(&planned->judgement))
        return false;
    if (of->kind != APP_KAMAL) {
        const ImageRecord *record = ledger_image(d->ledger, planned->image->id);
        bool is_of_unknown_origin = d->snapshot->engine.store == STORE_CONTAINERD && record->repositories.count == 0;
        return planned->image->tags.count > 0 || planned->image->digests.count > 0 || record->was_pulled ||
               is_of_unknown_origin;
    }
    required_roles(d->plan, app, &needed);
    cleanup_with(free_charp) char *repository = newest_repository(d->plan, app);
    for (size_t i = 0; i < d->plan->n_images; i++) {
        const PlannedImage *tagged = &d->plan->images[i];
        bool is_good = tagged == planned || !has_failed(d, of, tagged);
        if (is_good && (!after || !goes(&tagged->judgement)))
            for (size_t j = 0; j < tagged->image->tags.count; j++)
                if (is_started_by(d, app, planned, tagged == planned, &needed, repository, tagged->image->tags.items[j],
                                  after))
                    return true;
    }
    return false;
}

/* Of Kamal's, served is what the image did in any destination: it counts as a rollback, though it need not. */
static bool has_served_elsewhere(const Decision *d, const PlannedApp *app, const PlannedImage *planned)
{
    const ImageRecord *record = ledger_image(d->ledger, planned->image->id);
    bool has_served = false;
    for (size_t i = 0; i < record->n_uses && app->kind == APP_KAMAL; i++)
        has_served |= record->uses[i].kind == APP_KAMAL && !record->uses[i].is_exec && record->uses[i].has_served;
    return has_served;
}

static bool is_named(const PlannedImage *planned, const Membership *membership, const char *version)
{
    return same(membership->version, version) ||
           (!membership->version && strncmp(planned->image->id + strlen("sha256:"), version, 12) == 0);
}

/* What the plan calls ready is ready after the pass. */
static char *check_listed_rollback(const Decision *d, size_t app, const char *version)
{
    for (size_t i = 0; i < d->plan->n_images; i++) {
        const PlannedImage *planned = &d->plan->images[i];
        for (size_t j = 0; j < planned->n_apps; j++)
            if (planned->apps[j].app == app && is_named(planned, &planned->apps[j], version) &&
                can_roll_back_to(d, app, planned, true))
                return NULL;
    }
    return xasprintf("%s counts %s as ready, but after the pass it is not", d->plan->apps[app].name, version);
}

static char *check_rollback(const Decision *d, size_t app)
{
    const PlannedApp *of = &d->plan->apps[app];
    int n_before = 0, n_after = 0, keep = of->keep_previous;
    char *broken = NULL;

    BROKEN(of->rollback_ready > of->rollback_wanted || of->rollback_wanted > of->keep_previous,
           "%s: rollback %d/%d of %d", of->name, of->rollback_ready, of->rollback_wanted, of->keep_previous);
    BROKEN((size_t)of->rollback_ready != of->rollback_versions.count, "%s: ready ones not all named", of->name);
    for (size_t i = 0; i < of->rollback_versions.count && !broken; i++) {
        rollbacks_checked++;
        broken = check_listed_rollback(d, app, of->rollback_versions.items[i]);
    }
    for (size_t i = 0; i < d->plan->n_images && !broken; i++) {
        const PlannedImage *planned = &d->plan->images[i];
        for (size_t j = 0; j < planned->n_apps; j++) {
            if (planned->apps[j].app != app || strings_contain(&of->current, planned->image->id))
                continue;
            bool failed = has_failed(d, of, planned);
            n_before += !failed && can_roll_back_to(d, app, planned, false);
            n_after += (!failed || has_served_elsewhere(d, of, planned)) && can_roll_back_to(d, app, planned, true);
        }
    }
    if (d->plan->pressure.is_acting && keep > d->policy->pressure_keep_previous)
        keep = d->policy->pressure_keep_previous;
    BROKEN(!broken && n_after < n_before && n_after < keep,
           "%s %s/%s: %d releases could be rolled back to, %d can after the pass", app_kind_to_string(of->kind),
           of->name, of->destination ? of->destination : "", n_before, n_after);
    return broken;
}

static char *check_rollbacks(const Decision *d)
{
    char *broken = NULL;
    for (size_t i = 0; i < d->plan->n_apps && !broken; i++)
        broken = check_rollback(d, i);
    return broken;
}

static char *check_estimate(const Decision *d)
{
    const Plan *plan = d->plan;
    int64_t sum = plan->cache.evict_bytes;

    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *planned = &plan->images[i];
        bool is_gone = goes(&planned->judgement);
        BROKEN(planned->frees_bytes < 0 || (!is_gone && planned->frees_bytes != 0), "%s: stays, but frees bytes",
               name_of(planned));
        sum += planned->frees_bytes;
    }
    BROKEN(sum != plan->estimate_bytes, "the estimate is not the sum of its parts");
    return NULL;
}

char *broken_promise(const Decision *d)
{
    char *(*const promises[])(const Decision *) = {
        check_one_verdict_each,
        check_nothing_used_goes,
        check_only_stopped_release_containers_go,
        check_nothing_current_goes,
        check_nothing_protected_or_young_goes,
        check_rollbacks,
        check_estimate,
    };
    char *broken = NULL;
    for (size_t i = 0; i < sizeof(promises) / sizeof(*promises) && !broken; i++)
        broken = promises[i](d);
    return broken;
}
