/* SPDX-License-Identifier: MIT */
/*
 * Can a Kamal app be rolled back to a release, and may the release take a slot?
 *
 * A rollback to a version needs a container of that version for each role that the current release has here, and the
 * image that has the version's tag. rgc judges a release by each of its versions: those of its tags first, then those
 * of its containers. It is ready if one of them has all of that and the tag is on the release itself (versions.c), or
 * on an image that is attached to it. If none has, the reason that rgc gives is the one of the first version.
 *
 * A release may take a slot if one of its versions is its own. A version that a redeploy in the same destination has
 * taken, or that runs on another release by now, belongs to that one, however many of its old containers are here. So
 * redeploys of one version leave one release to go back to, not several.
 *
 * tests/unit/decide/versions.c and tests/unit/decide/histories_shared.c test this.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

/* NULL if a rollback to this version finds all its containers, else what is wrong with them. A container of another
 * image belongs to a role that a redeploy did not reach, and is kept with this release; but at least one must be the
 * release's own. Caller frees. */
static char *why_no_containers(const Context *context, const App *app, const Release *release, const char *version)
{
    bool has_its_own = false;
    for (size_t i = 0; i < app->required_roles.count; i++) {
        const char *role = app->required_roles.items[i];
        cleanup_with(free_charp) char *prefix = kamal_name_prefix(app->name, role, app->destination);
        cleanup_with(free_charp) char *name = xasprintf("%s%s", prefix, version);
        const Container *container = context_container(context, app, name);
        if (!container)
            return xasprintf("there is no container of role %s", role);
        has_its_own |=
            release_of_container(context, app, (size_t)(container - context->snapshot->containers)) == release;
    }
    return has_its_own ? NULL : xasprintf("the containers of %s belong to another release", version);
}

static bool has_only_failed(const ImageRecord *record)
{
    bool has_failed = false;
    for (size_t i = 0; record && i < record->n_uses; i++) {
        if (record->uses[i].has_served || record->uses[i].may_have_served)
            return false;
        has_failed |= record->uses[i].has_failed;
    }
    return has_failed;
}

/* Returns NULL if a rollback of the app to this version works, else why it does not; the caller frees that. Sets
 * may_be_tagged if only an image with hidden tags may have the version's tag. */
static char *find_obstacle(const Context *context, const App *app, Release *release, const char *version)
{
    const Image *tagged = version_image(context, app, version);
    if (app->required_roles.count == 0)
        return xstrdup("there is no container of the current release");
    char *why = why_no_containers(context, app, release, version);
    if (why)
        return why;
    const char *repository = app->repository ? app->repository : app->name;
    if (!tagged)
        release->may_be_tagged = hidden_tags(context);
    if (!tagged)
        return xasprintf("no image here has the tag %s:%s", repository, version);
    if (context_release(context, app, tagged->id) != release)
        return xasprintf("the tag %s:%s is on another release", repository, version);
    if (tagged != release_image(context, release) && has_only_failed(ledger_image(context->ledger, tagged->id)))
        return xasprintf("the image that now has the tag %s:%s has never served", repository, version);
    return NULL;
}

static void try_version(const Context *context, const App *app, Release *release, const char *version)
{
    if (release->is_ready)
        return;
    char *why = find_obstacle(context, app, release, version);
    release->is_ready = !why;
    if (release->is_ready) {
        release->version = version;
        release->may_be_tagged = NULL;
        release->tagged_image = (size_t)(version_image(context, app, version) - context->snapshot->images);
    }
    if (release->is_ready || !release->why_not_ready) {
        free(release->why_not_ready);
        release->why_not_ready = why;
    } else {
        free(why);
    }
}

/* Has the release a version that is its own? What a redeploy in the same destination leaves behind, such as containers
 * of a role that it did not reach, belongs to the release that has the tag now, or to the one that runs. */
static bool has_version(const Context *context, const App *app, const Release *release)
{
    for (size_t i = 0; i < release->versions.count; i++) {
        const char *version = release->versions.items[i];
        const Image *tagged = version_image(context, app, version);
        const Release *whole = tagged ? context_release(context, app, tagged->id) : NULL;
        bool is_left = whole && whole != release && whole->has_record;
        if (!is_left && !version_runs_elsewhere(context, app, release, version))
            return true;
    }
    return false;
}

void release_judge_version(const Context *context, const App *app, Release *release)
{
    const Image *image = release_image(context, release);
    bool has_tag = false;

    for (size_t i = 0; i < image->tags.count; i++) {
        const char *version = reference_tag(image->tags.items[i]);
        if (!is_version_tag(context, image->tags.items[i]))
            continue;
        /* A version that runs on another release belongs to that one. */
        has_tag |= !release->has_record || !version_runs_elsewhere(context, app, release, version);
        try_version(context, app, release, version);
    }
    for (size_t i = 0; i < release->versions.count; i++)
        try_version(context, app, release, release->versions.items[i]);
    release->is_rankable = has_tag || has_version(context, app, release);
    if (!release->is_ready && !release->why_not_ready)
        release->why_not_ready = xstrdup("it has no version tag");
}

static bool has_served(const ImageRecord *record, bool may)
{
    for (size_t i = 0; i < record->n_uses; i++) {
        const Use *use = &record->uses[i];
        if (use->kind != APP_KAMAL || use->is_exec)
            continue;
        if (use->has_served || (may && (use->may_have_served || (use->last_started > 0 && !use->has_failed))))
            return true;
    }
    return false;
}

bool release_has_good_image(const Context *context, const Release *release)
{
    const Image *tagged = &context->snapshot->images[release->tagged_image];
    bool is_another = release->tagged_image != release->image;
    return release->is_ready && release->is_rankable &&
           (has_served(ledger_image(context->ledger, tagged->id), is_another) ||
            (is_another && image_may_have_run(context, tagged)));
}

bool release_needs_unproven_image(const Context *context, const Release *release)
{
    const Image *tagged = &context->snapshot->images[release->tagged_image];
    return release->is_ready && release->tagged_image != release->image &&
           !has_served(ledger_image(context->ledger, tagged->id), false);
}
