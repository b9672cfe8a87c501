/* SPDX-License-Identifier: MIT */
/*
 * Do the [app] sections and [protect] patterns of the configuration find anything on this host? A misspelled name
 * protects nothing, and nobody would notice before it is too late. But a pattern may also be meant for what comes
 * later. So a pattern that finds nothing is reported, with the app whose name is most like it, and is no error.
 */
#include "plan_parts.h"

#include <rgc/closest.h>
#include <rgc/protection.h>
#include <rgc/reference.h>
#include <string.h>

/* Would the section be chosen if it were the only one? */
static bool is_for(const AppPolicy *section, const char *app, const Strings *repositories)
{
    AppPolicy only = *section;
    const Policy policy = {.apps = &only, .n_apps = 1};
    return policy_retention(&policy, app, repositories) == &only.retention;
}

static void add_repositories(Strings *repositories, const Strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository)
            strings_add_unique(repositories, repository);
    }
}

static size_t count_images_for(const AppPolicy *section, const Snapshot *snapshot)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot->n_images; i++) {
        cleanup_with(strings_clear) Strings repositories = {0};
        add_repositories(&repositories, &snapshot->images[i].tags);
        add_repositories(&repositories, &snapshot->images[i].digests);
        count += is_for(section, NULL, &repositories);
    }
    return count;
}

/* The destinations of an app stand side by side, and count as one. */
static size_t count_apps_for(const AppPolicy *section, const Plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->n_apps; i++)
        count += is_for(section, plan->apps[i].name, NULL) &&
                 (i == 0 || strcmp(plan->apps[i].name, plan->apps[i - 1].name) != 0);
    return count;
}

static size_t count_images_protected(const Context *context, char *pattern)
{
    const Strings only = {.items = &pattern, .count = 1};
    size_t count = 0;

    for (size_t i = 0; i < context->snapshot->n_images; i++) {
        const Image *image = &context->snapshot->images[i];
        const ImageRecord *record = ledger_image(context->ledger, image->id);
        count += record && protecting_pattern(&only, image, record);
    }
    return count;
}

static size_t count_apps_protected(const Plan *plan, char *pattern)
{
    const Strings only = {.items = &pattern, .count = 1};
    size_t count = 0;

    for (size_t i = 0; i < plan->n_apps; i++)
        count += app_protecting_pattern(&only, plan->apps[i].name, plan->apps[i].destination) != NULL;
    return count;
}

char *plan_nearest_app(const Plan *plan, const char *word)
{
    cleanup_with(strings_clear) Strings names = {0};

    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];
        strings_add_unique(&names, app->name);
        if (app->destination) {
            cleanup_with(free_charp) char *full = xasprintf("%s/%s", app->name, app->destination);
            strings_add_unique(&names, full);
        }
    }
    const char *near = closest_word(word, (const char *const *)names.items, names.count);
    return near ? xstrdup(near) : NULL;
}

static PatternMatch *add(Plan *plan, char *where)
{
    PatternMatch *match = array_add(&plan->patterns, &plan->n_patterns);
    *match = (PatternMatch){.where = where};
    return match;
}

void plan_patterns(const Context *context, Plan *plan)
{
    const Policy *policy = context->policy;

    for (size_t i = 0; i < policy->n_apps; i++) {
        PatternMatch *match = add(plan, xasprintf("[%s]", policy->apps[i].section));
        match->n_apps = count_apps_for(&policy->apps[i], plan);
        match->n_images = match->n_apps ? 0 : count_images_for(&policy->apps[i], context->snapshot);
        if (match->n_apps + match->n_images == 0)
            match->nearest = plan_nearest_app(plan, policy->apps[i].pattern);
    }
    for (size_t i = 0; i < policy->protect.count; i++)
        add(plan, xasprintf("[protect] image = %s", policy->protect.items[i]))->n_images =
            count_images_protected(context, policy->protect.items[i]);
    for (size_t i = 0; i < policy->protect_apps.count; i++) {
        PatternMatch *match = add(plan, xasprintf("[protect] app = %s", policy->protect_apps.items[i]));
        match->n_apps = count_apps_protected(plan, policy->protect_apps.items[i]);
        if (match->n_apps == 0)
            match->nearest = plan_nearest_app(plan, policy->protect_apps.items[i]);
    }
}
