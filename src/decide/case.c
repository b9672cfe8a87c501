/* SPDX-License-Identifier: MIT */
/* Gathers the facts of one case once, so that the rules (rules.c) read like sentences. */
#include "rules.h"

#include <rgc/protection.h>
#include <rgc/reference.h>
#include <string.h>

/* Every app that is known to have used the image protects it, too: an app that was renamed keeps its past. */
static const char *protection_of_app(const Context *context, const ImageRecord *record, const App *app)
{
    const Strings *patterns = &context->policy->protect_apps;
    const char *found = app ? app_protecting_pattern(patterns, app->name, app->destination) : NULL;

    for (size_t i = 0; i < record->n_uses && !found; i++)
        if (record->uses[i].app)
            found = app_protecting_pattern(patterns, record->uses[i].app, record->uses[i].destination);
    return found;
}

static const char *protection(const Context *context, const Image *image, const ImageRecord *record, const App *app)
{
    if (image->labels.keep)
        return "label rgc.keep on the image";
    const char *found = protecting_pattern(&context->policy->protect, image, record);
    return found ? found : protection_of_app(context, record, app);
}

/* kamal-proxy and buildkit are known by their names, in whatever registry or mirror they are. */
static bool is_infrastructure_repository(const char *repository)
{
    static const char *const names[] = {"kamal-proxy", "buildkit", "registry", "rgc"};
    const char *slash = strrchr(repository, '/');
    const char *name = slash ? slash + 1 : repository;
    /* "registry" and "rgc" are common words, so these two count only as the official image and as rgc's own. */
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i]) == 0)
            return i < 2 || !slash || strcmp(repository_short(repository), name) == 0;
    return false;
}

static bool is_infrastructure_image(const Image *image, const ImageRecord *record)
{
    const char *title = image->labels.title;
    if (title && (strcmp(title, "kamal-proxy") == 0 || strcmp(title, "rgc") == 0))
        return true;
    for (size_t i = 0; i < record->repositories.count; i++)
        if (is_infrastructure_repository(record->repositories.items[i]))
            return true;
    return false;
}

/* Infrastructure is protected as the image that was in use last; older ones are releases like any other. */
static bool was_used_last(const Context *context, const ImageRecord *record)
{
    Time last = record_last_run(record);
    if (last == 0)
        return false;
    for (size_t i = 0; i < context->snapshot->n_images; i++) {
        const ImageRecord *other = ledger_image(context->ledger, context->snapshot->images[i].id);
        if (other && other != record && record_last_run(other) > last && record_shares_repository(record, other))
            return false;
    }
    return true;
}

/* What ran and left nothing behind shows only in events (last_named), and counts as a job. */
static bool only_jobs_used(const ImageRecord *record)
{
    bool has_run = record->last_named > 0;
    for (size_t i = 0; i < record->n_uses; i++) {
        if (record->uses[i].kind != APP_NONE)
            return false;
        has_run |= record->uses[i].last_created > 0;
    }
    return has_run;
}

/* While a container that belongs to no app uses the image, it is not a job's: "in use" says more. */
static bool is_used_beside_apps(const Context *context, const Image *image)
{
    for (size_t i = 0; i < context->snapshot->n_containers; i++)
        if (context->places[i].app == NO_APP && strcmp(context->snapshot->containers[i].image_id, image->id) == 0)
            return true;
    return false;
}

/* Did a job use the image after its apps last did? */
static bool job_used_last(const Context *context, const Image *image, const ImageRecord *record)
{
    Time app = 0, job = 0;
    for (size_t i = 0; i < record->n_uses; i++) {
        Time *last = record->uses[i].kind == APP_NONE ? &job : &app;
        if (record->uses[i].last_run > *last)
            *last = record->uses[i].last_run;
    }
    return job > app && !is_used_beside_apps(context, image);
}

void case_make(const Context *context, const Image *image, const Link *link, Case *ret)
{
    const ImageRecord *record = ledger_image(context->ledger, image->id);
    const App *app = link ? &context->apps[link->app] : NULL;

    *ret = (Case){
        .context = context,
        .image = image,
        .record = record,
        .app = app,
        .release = app ? &app->releases[link->release] : NULL,
        .retention = app ? app->retention : policy_retention(context->policy, NULL, &record->repositories),
        .protected_by = protection(context, image, record, app),
        .is_infrastructure = is_infrastructure_image(image, record) && was_used_last(context, record),
        .last_run = record_last_run(record),
        .may_have_run = image_may_have_run(context, image),
        .has_been_used = record->n_uses > 0 || record->last_named > 0,
        .is_dangling =
            has_lost_its_tag(context, image, record) && (app || !may_be_unknown_release(context, image, record)),
    };
    ret->slot = ret->release ? ret->release->slot : 0;
    ret->is_attached = link && release_image(context, ret->release) != image;
    ret->foreign_tag = app ? foreign_tag(context, image, app) : NULL;
    ret->is_named = image->tags.count > 0 || (image->digests.count > 0 && !ret->is_dangling);
    ret->is_job = ret->is_named && (app ? job_used_last(context, image, record) : only_jobs_used(record));
    if (!app && ret->is_job)
        ret->foreign_tag = unstarted_tag(context, image);
}
