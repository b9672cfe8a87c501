/* SPDX-License-Identifier: MIT */
/*
 * Tags that somebody gave to an image in order to keep it.
 *
 * `docker tag` is how people keep things. Only its repository distinguishes such a tag from those of a deploy: so a tag
 * keeps its image if no app here has ever run from that repository. What makes an app only because somebody let it run
 * from there counts for its own releases, and for images that it has run. The exception is a mirror, to which a build
 * pushes each release as well. A repository counts as a mirror if at least two releases have the same tag there and in a
 * repository of the app. A tag in a mirror keeps its image only if the image does not have the same tag in a repository of
 * the app. tests/unit/decide/origins.c and tests/unit/decide/doubts.c test this.
 */
#include "apps.h"

#include <rgc/reference.h>
#include <string.h>

#define MIRRORED 2 /* releases with the same tag there */

/* Does the other app's repository say that the tag is a deploy's? What makes an app only because somebody let it run from
 * there says so of its own releases alone. */
static bool counts_for(const Context *context, const Image *image, const App *app, const App *other)
{
    return other->kind != APP_REPOSITORY || other == app || other->successor == app ||
           is_release_of(context, image, other);
}

static bool has_run_from(const Context *context, const Image *image, const App *app, const char *repository)
{
    for (size_t i = 0; i < context->n_apps; i++)
        if (strings_contain(&context->apps[i].run_from, repository) &&
            counts_for(context, image, app, &context->apps[i]))
            return true;
    return false;
}

/* Does the image have this tag in a repository of the app? */
static bool has_in_app(const App *app, const Image *image, const char *tag)
{
    for (size_t i = 0; i < image->tags.count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(image->tags.items[i]);
        if (same_text(reference_tag(image->tags.items[i]), tag) && strings_contain(&app->run_from, repository))
            return true;
    }
    return false;
}

static bool is_mirrored_in(const App *app, const Image *image, const char *repository)
{
    for (size_t i = 0; i < image->tags.count; i++) {
        cleanup_with(free_charp) char *of_tag = reference_repository(image->tags.items[i]);
        if (same_text(of_tag, repository) && has_in_app(app, image, reference_tag(image->tags.items[i])))
            return true;
    }
    return false;
}

static bool is_mirror(const Context *context, const App *app, const char *repository)
{
    size_t count = 0;
    for (size_t i = 0; i < app->n_releases && count < MIRRORED; i++)
        count += is_mirrored_in(app, release_image(context, &app->releases[i]), repository);
    return count >= MIRRORED;
}

/* Is a name known by which something was started from the image? A step of a build uses it by its ID only. */
static bool has_been_named(const ImageRecord *record)
{
    for (size_t i = 0; i < record->n_uses; i++)
        if (record->uses[i].repositories.count > 0)
            return true;
    return record->named_in.count > 0;
}

const char *unstarted_tag(const Context *context, const Image *image)
{
    if (!has_been_named(ledger_image(context->ledger, image->id)))
        return NULL;
    for (size_t i = 0; i < image->tags.count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(image->tags.items[i]);
        if (repository && !strings_contain(&context->started_from, repository))
            return image->tags.items[i];
    }
    return NULL;
}

const char *foreign_tag(const Context *context, const Image *image, const App *app)
{
    for (size_t i = 0; i < image->tags.count; i++) {
        const char *tag = image->tags.items[i];
        cleanup_with(free_charp) char *repository = reference_repository(tag);
        if (!repository || has_run_from(context, image, app, repository))
            continue;
        if (!has_in_app(app, image, reference_tag(tag)) || !is_mirror(context, app, repository))
            return tag;
    }
    return NULL;
}
