/* SPDX-License-Identifier: MIT */
/* Of one Kamal app in one destination: what is current, and what a rollback to
 * each release that counts needs. */
#include "oracle.h"

#include <string.h>

typedef struct Version {
    const char *name;
    int image;      /* that has its tag now; -1 */
    Time low, high; /* when it ran last, as a pass may see it */
    bool is_current, is_ready, has_served, may_have_served;
} Version;

typedef struct Group {
    const World *w;
    int app;
    Version *versions;
    size_t count;
    Strings required; /* roles of the current release that are here */
    const char *current;
} Group;

static bool is_of_app(const World *w, size_t container, int app)
{
    const SimContainer *c = &w->containers[container];
    return c->app == app && !c->is_exec && is_here(c);
}

/* A pass may know of it, and then it is its release that ran last, as long as a container of the role is here. */
static bool has_removed_one_run_since(const World *w, int app, const char *role, Time low)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (c->app == app && !c->is_exec && !is_here(c) && strcmp(c->role, role) == 0 && c->n_lives > 0 &&
            truth_span(w, truth_last_run(w, (int)i)).high >= low)
            return true;
    }
    return false;
}

/* The container of this role that ran last and is here; -1: none, or a pass may
 * take another for it. */
static int last_of_role(const World *w, int app, const char *role)
{
    int last = -1;
    Span latest = {0};
    bool is_clear = true;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (!is_of_app(w, i, app) || strcmp(c->role, role) != 0 || c->n_lives == 0)
            continue;
        Span span = truth_span(w, truth_last_run(w, (int)i));
        if (is_live(c))
            span.low = span.high = INT64_MAX - c->created.t % 1000; /* beyond doubt */
        if (last < 0 || span.low > latest.high) {
            last = (int)i;
            latest = span;
            is_clear = true;
        } else if (span.high >= latest.low) {
            is_clear = false;
            latest.high = span.high > latest.high ? span.high : latest.high;
        }
    }
    return is_clear && !has_removed_one_run_since(w, app, role, latest.low) ? last : -1;
}

/* The release that a rollback leaves: of what runs the one that was made last,
 * else what ran last. */
static const char *current_version(const World *w, int app)
{
    int newest = -1;
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_of_app(w, i, app) && is_live(&w->containers[i]) &&
            (newest < 0 || w->containers[i].created.t > w->containers[newest].created.t))
            newest = (int)i;
    if (newest < 0)
        newest = last_of_role(w, app, w->apps[app].roles.items[0]);
    return newest < 0 ? NULL : w->containers[newest].version;
}

static Version *find_version(Group *group, const char *name)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->versions[i].name, name) == 0)
            return &group->versions[i];
    const World *w = group->w;
    Version *version = array_add(&group->versions, &group->count);
    cleanup_with(free_charp) char *tag = xasprintf("%s:%s", w->apps[group->app].repository, name);
    *version = (Version){.name = name, .image = find_tag(w, tag), .low = 0, .high = 0};
    return version;
}

static void add_container(Group *group, int index)
{
    const World *w = group->w;
    const SimContainer *c = &w->containers[index];
    Version *version = find_version(group, c->version);
    if (c->n_lives > 0) {
        Span span = truth_span(w, truth_last_run(w, index));
        version->low = span.low > version->low ? span.low : version->low;
        version->high = span.high > version->high ? span.high : version->high;
    }
    version->is_current |= is_live(c);
    version->has_served |= truth_has_served(w, index);
    version->may_have_served |= truth_may_have_served(w, index);
}

/* What is not here any more served all the same, and ran when it did, should a
 * pass remember. */
static void add_removed(Group *group, int index)
{
    const World *w = group->w;
    const SimContainer *c = &w->containers[index];
    for (size_t i = 0; i < group->count; i++) {
        Version *version = &group->versions[i];
        if (strcmp(version->name, c->version) != 0 || c->n_lives == 0)
            continue;
        Span span = truth_span(w, truth_last_run(w, index));
        version->high = span.high > version->high ? span.high : version->high;
        version->has_served |= truth_has_served(w, index);
        version->may_have_served |= truth_may_have_served(w, index);
    }
}

static void make_group(const World *w, int app, Group *ret)
{
    *ret = (Group){.w = w, .app = app, .current = current_version(w, app)};
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_of_app(w, i, app))
            add_container(ret, (int)i);
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].app == app && !w->containers[i].is_exec && !is_here(&w->containers[i]))
            add_removed(ret, (int)i);
    for (size_t i = 0; ret->current && i < w->n_containers; i++)
        if (is_of_app(w, i, app) && !w->containers[i].is_replaced &&
            strcmp(w->containers[i].version, ret->current) == 0)
            strings_add_unique(&ret->required, w->containers[i].role);
    for (size_t i = 0; i < ret->count; i++) {
        Version *version = &ret->versions[i];
        version->is_ready = version->image >= 0 && ret->required.count > 0;
        for (size_t j = 0; j < ret->required.count && version->is_ready; j++) {
            cleanup_with(free_charp) char *name = kamal_name(&w->apps[app], ret->required.items[j], version->name);
            version->is_ready = find_container(w, name) >= 0;
        }
    }
}

/* What ran last of a role is current while nothing of it runs. One that has not
 * served is left to other claims. */
static void claim_current(const World *w, int app, Claims *claims, Group *group)
{
    for (size_t i = 0; i < w->apps[app].roles.count; i++) {
        const char *role = w->apps[app].roles.items[i];
        int last = last_of_role(w, app, role);
        if (last < 0)
            continue;
        find_version(group, w->containers[last].version)->is_current = true;
        if (!truth_has_served(w, last) || w->containers[last].is_replaced)
            continue;
        claim_image(claims, w->containers[last].image, PROPERTY_CURRENT, "it is current of %s %s, role %s",
                    w->apps[app].name, w->apps[app].destination ? w->apps[app].destination : "", role);
        claim_container(claims, last, PROPERTY_CURRENT, "it is current of its role");
    }
}

static bool competes(const Version *other, const Version *version)
{
    return other != version && !other->is_current && other->is_ready && other->image != version->image &&
           (other->has_served || other->may_have_served) && /* not what only served in another destination */
           other->high >= version->low;
}

static void claim_rollback(const Group *group, const Version *version, const char *why, Claims *claims)
{
    const App *app = &group->w->apps[group->app];
    claim_image(claims, version->image, PROPERTY_ROLLBACK, "a rollback of %s %s to %s needs it, %s", app->name,
                app->destination ? app->destination : "", version->name, why);
    for (size_t i = 0; i < group->required.count; i++) {
        cleanup_with(free_charp) char *name = kamal_name(app, group->required.items[i], version->name);
        claim_container(claims, find_container(group->w, name), PROPERTY_ROLLBACK, "a rollback to %s needs it, %s",
                        version->name, why);
    }
}

static void claim_rollbacks(const Group *group, const Policy *policy, Claims *claims)
{
    const World *w = group->w;
    for (size_t i = 0; i < group->count; i++) {
        const Version *version = &group->versions[i];
        if (version->is_current || !version->is_ready || !version->has_served ||
            !truth_image_served(w, version->image, w->apps[group->app].group))
            continue;
        int n = 0;
        for (size_t j = 0; j < group->count; j++)
            n += competes(&group->versions[j], version);
        cleanup_with(free_charp) char *why =
            xasprintf("and at most %d of %d kept releases ran later", n, policy->retention.keep_previous);
        if (n < policy->retention.keep_previous)
            claim_rollback(group, version, why, claims);
    }
}

/* Until the current release has served, the last one that did is kept beyond N.
 */
static void claim_last_served(const Group *group, Claims *claims)
{
    const World *w = group->w;
    const Version *last = NULL, *current = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const Version *version = &group->versions[i];
        if (group->current && strcmp(version->name, group->current) == 0)
            current = version;
        else if (version->has_served && !version->is_current && (!last || version->low > last->high))
            last = version;
    }
    if (!current || current->has_served || current->may_have_served || !last || !last->is_ready ||
        !truth_image_served(w, last->image, w->apps[group->app].group))
        return;
    for (size_t i = 0; i < group->count; i++)
        if (&group->versions[i] != last && !group->versions[i].is_current && group->versions[i].high >= last->low &&
            (group->versions[i].has_served || group->versions[i].may_have_served))
            return;
    claim_rollback(group, last, "as the current release has not served", claims);
}

void claims_of_kamal(const World *w, int app, const Policy *policy, Claims *claims)
{
    Group group;
    make_group(w, app, &group);
    claim_current(w, app, claims, &group);
    claim_rollbacks(&group, policy, claims);
    claim_last_served(&group, claims);
    free(group.versions);
    strings_clear(&group.required);
}
