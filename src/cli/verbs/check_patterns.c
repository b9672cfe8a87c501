/* SPDX-License-Identifier: MIT */
/* Do [app] sections and [protect] patterns find anything here? A slip in a name protects nothing, and says nothing. But
 * what they are for may also come later: each is a note, and never a failure. */
#include "cli/options.h"
#include "cli/views/labels.h"
#include "verb_check.h"

#include <rgc/protection.h>
#include <rgc/reference.h>
#include <string.h>

static void add_repositories(Strings *repositories, const Strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(references->items[i]);
        if (repository)
            strings_add_unique(repositories, repository);
    }
}

/* Asked of a policy with this section alone. */
static bool is_for(const AppPolicy *section, const char *app, const Strings *repositories)
{
    AppPolicy only = *section;
    const Policy policy = {.apps = &only, .n_apps = 1};
    return policy_retention(&policy, app, repositories) == &only.retention;
}

static size_t count_apps(const AppPolicy *section, const Plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->n_apps; i++)
        /* Once for all destinations, which stand side by side. */
        count += is_for(section, plan->apps[i].name, NULL) &&
                 (i == 0 || strcmp(plan->apps[i].name, plan->apps[i - 1].name) != 0);
    return count;
}

static size_t count_images_of(const AppPolicy *section, const Plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->n_images; i++) {
        cleanup_with(strings_clear) Strings repositories = {0};
        add_repositories(&repositories, &plan->images[i].image->tags);
        add_repositories(&repositories, &plan->images[i].image->digests);
        count += is_for(section, NULL, &repositories);
    }
    return count;
}

/* "; did you mean shop/staging?", or nothing. Caller frees. */
static char *nearest_app(const Plan *plan, const char *word)
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
    return near ? xasprintf("; did you mean %s?", near) : xstrdup("");
}

static char *section_text(const AppPolicy *section, const Plan *plan)
{
    size_t apps = count_apps(section, plan), images = count_images_of(section, plan);
    if (apps > 0)
        return xasprintf("[%s] is for %zu app%s here", section->section, apps, plural(apps));
    if (images > 0)
        return xasprintf("[%s] is for %zu image%s here", section->section, images, plural(images));
    cleanup_with(free_charp) char *near = nearest_app(plan, section->pattern);
    if (!section->pattern[strcspn(section->pattern, "*?[")])
        return xasprintf("note: [%s]: no app here is named %s%s", section->section, section->pattern, near);
    return xasprintf("note: [%s]: no app here matches %s", section->section, section->pattern);
}

static char *protect_app_text(char *pattern, const Plan *plan)
{
    const Strings only = {.items = &pattern, .count = 1};
    size_t count = 0;
    for (size_t i = 0; i < plan->n_apps; i++)
        count += app_protecting_pattern(&only, plan->apps[i].name, plan->apps[i].destination) != NULL;
    if (count > 0)
        return xasprintf("nothing of %zu app%s here that %s names is removed", count, plural(count), pattern);
    cleanup_with(free_charp) char *near = nearest_app(plan, pattern);
    return xasprintf("note: app = %s: no app here has this name%s", pattern, near);
}

static char *protect_text(char *pattern, const Pass *pass)
{
    const Strings only = {.items = &pattern, .count = 1};
    size_t count = 0;
    for (size_t i = 0; i < pass->plan.n_images; i++) {
        const Image *image = pass->plan.images[i].image;
        const ImageRecord *record = ledger_image(&pass->ledger, image->id);
        count += record && protecting_pattern(&only, image, record);
    }
    if (count == 0)
        return xasprintf("note: %s: no image here matches it", pattern);
    return xasprintf("%s keeps %zu image%s here", pattern, count, plural(count));
}

void check_patterns(const Policy *policy, const Pass *pass, Checks *ret)
{
    for (size_t i = 0; i < policy->n_apps; i++)
        checks_add(ret, "app", true, section_text(&policy->apps[i], &pass->plan));
    for (size_t i = 0; i < policy->protect.count; i++)
        checks_add(ret, "protect", true, protect_text(policy->protect.items[i], pass));
    for (size_t i = 0; i < policy->protect_apps.count; i++)
        checks_add(ret, "protect", true, protect_app_text(policy->protect_apps.items[i], &pass->plan));
}
