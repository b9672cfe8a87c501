/* SPDX-License-Identifier: MIT */
/* The one way in which all views, messages and journal entries name images and apps. */
#include <rgc/labels.h>

#include <rgc/ownership.h>
#include <rgc/reference.h>
#include <string.h>

#define SHORT_ID_DIGITS 12

char *short_id(const char *id)
{
    return xasprintf("%.*s", SHORT_ID_DIGITS, strncmp(id, "sha256:", 7) == 0 ? id + 7 : id);
}

char *names_label(const Strings *tags, const Strings *digests, const char *id)
{
    if (tags->count > 1)
        return xasprintf("%s +%zu", repository_short(tags->items[0]), tags->count - 1);
    if (tags->count == 1)
        return xstrdup(repository_short(tags->items[0]));
    cleanup_with(free_charp) char *digits = short_id(id);
    cleanup_with(free_charp) char *repository = digests->count > 0 ? reference_repository(digests->items[0]) : NULL;
    return repository ? xasprintf("%s@%s", repository_short(repository), digits) : take_ptr(digits);
}

char *image_label(const Image *image)
{
    return names_label(&image->tags, &image->digests, image->id);
}

char *app_label(const Plan *plan, size_t app)
{
    if (app >= plan->n_apps)
        return xstrdup("");
    const PlannedApp *found = &plan->apps[app];
    cleanup_with(free_charp) char *label = owner_label(found->name, found->destination);
    return found->folder && plan_has_namesake(plan, found) ? xasprintf("%s (%s)", label, found->folder)
                                                           : take_ptr(label);
}

size_t deciding_app(const PlannedImage *image)
{
    for (size_t i = 0; i < image->n_apps; i++) {
        const Judgement *judgement = &image->apps[i].judgement;
        if (judgement->verdict == image->judgement.verdict && judgement->reason == image->judgement.reason)
            return image->apps[i].app;
    }
    return image->n_apps > 0 ? image->apps[0].app : NO_APP;
}
