/* SPDX-License-Identifier: MIT */
/*
 * Untagged images: removes an image that has no tag, and loses none that somebody gives it meanwhile.
 *
 * The problem: an engine that is asked to remove such an image by its ID also removes a tag that somebody has given it
 * a moment before, even if the engine has acknowledged that tag. The image has one reference then, and a removal by ID
 * takes a single reference along.
 *
 * The idea: rgc gives the image a tag of its own and removes that tag. An image that has got another tag meanwhile only
 * loses rgc's, and is kept. What else keeps an image differs by store:
 *  - On overlay2, references by digest ("blog@sha256:…") keep an image until the last tag of their repository is
 *    removed. So rgc makes and removes its tag in each of these repositories in turn.
 *  - In the containerd store, such a reference is a name like any other, and rgc removes it by its name.
 *  - Podman does not keep the tag that it is asked for, so there the image is removed by its ID in act_images.c.
 *
 * What is never allowed: that a tag of rgc's own counts as one that somebody wants. reference_is_own_tag() knows it by
 * its form; it is no arrival and keeps no image. A refused or interrupted removal may leave one behind: a later pass
 * removes the image through it, or takes it off if the image has another tag by then.
 *
 * tests/fault/late_arrivals.py (7, 7b and 8) gives tags and digests in the middle of such removals, and
 * tests/engine/scenarios_adversary.py compares the loss with that of a bare client on real engines.
 */
#include "act_targets.h"

#include <errno.h>
#include <rgc/reference.h>
#include <string.h>

static void add_names_of_digests(const Act *act, const Image *image, Strings *ret)
{
    bool is_name = act->plan->snapshot->engine.store == STORE_CONTAINERD;

    for (size_t i = 0; i < image->digests.count; i++) {
        if (is_name) {
            strings_add_unique(ret, image->digests.items[i]);
            continue;
        }
        cleanup_with(free_charp) char *repository = reference_repository(image->digests.items[i]);
        cleanup_with(free_charp) char *tag = repository ? reference_own_tag(repository, image->id) : NULL;
        if (tag)
            strings_add_unique(ret, tag);
    }
}

void untagged_names(const Act *act, const Image *image, Strings *ret)
{
    if (image->tags.count > 0 || !engine_keeps_given_tags(act->engine))
        return;
    strings_copy(ret, &image->own_tags);
    add_names_of_digests(act, image, ret);
    if (ret->count == 0) {
        cleanup_with(free_charp) char *tag = reference_own_tag(NULL, image->id);
        strings_add(ret, tag);
    }
}

RemovalGo untagged_prepare(Act *act, Removal *removal)
{
    const Target *target = removal->userdata;
    const Image *image = target->planned->image;
    Error error = {0};

    if (!reference_is_own_tag(removal->target) || strings_contain(&image->own_tags, removal->target))
        return REMOVAL_START;
    int r = engine_tag(act->engine, image->id, removal->target, &error);
    if (r == 0)
        return REMOVAL_START;
    removal->outcome = r == -ENOENT ? OUTCOME_GONE : OUTCOME_FAILED;
    removal->error = xstrdup(error.text);
    return REMOVAL_SKIP;
}

/* Decides what the removal of one name means: the image was deleted; it has another name of its list to lose; it has
 * lost all of them and is still here, because something else keeps it; or the removal failed, was refused or did not
 * start, and its outcome is the image's. */
static void on_name_removed(Removal *removal, void *userdata)
{
    Act *act = userdata;
    Target *target = removal->userdata;
    bool is_last = target->n_names_gone + 1 == target->names.count;

    if (removal->was_deleted)
        strings_add(&act->deleted, target->planned->image->id);
    if (removal->outcome == OUTCOME_REMOVED && !removal->was_deleted && !is_last)
        target->n_names_gone++;
    else if (removal->outcome == OUTCOME_REMOVED && !removal->was_deleted)
        target_settle(act, target, OUTCOME_IN_USE, "it has received a name or a child meanwhile, so it is kept");
    else
        target_settle(act, target, removal->outcome, removal->error);
}

/* Removes one name of each target that is not settled. Returns how many there were. */
static size_t remove_next_names(Act *act, Target *targets, size_t count)
{
    Batch batch = {.act = act};
    size_t n_removals;

    for (size_t i = 0; i < count; i++)
        if (!targets[i].is_settled && targets[i].names.count > 0)
            batch_add(&batch, &targets[i], targets[i].names.items[targets[i].n_names_gone]);
    n_removals = batch.count;
    batch_run(&batch, NULL);
    for (size_t i = 0; i < batch.count; i++)
        on_name_removed(&batch.removals[i], act);
    batch_clear(&batch);
    return n_removals;
}

void remove_untagged(Act *act, Target *targets, size_t count)
{
    /* With a graphdriver, the engine reads the tags of an image for the last time a moment before it drops them all.
     * Removals side by side wait for each other in that moment, and a tag that is given then is lost with the image: so
     * there is only one removal at a time. The containerd store removes only the names that it has read. */
    size_t size = act->plan->snapshot->engine.store == STORE_CONTAINERD ? count : 1;

    /* Each round removes one name of each image, or settles the image, so the loop ends. */
    for (size_t i = 0; i < count; i += size)
        while (remove_next_names(act, targets + i, size) > 0)
            continue;
}

/* Whether the image has a tag that is not rgc's. Without one, removing rgc's tag would remove the image. */
static bool may_take_off(Act *act, const Image *image)
{
    cleanup_with(strings_clear) Strings tags = {0};
    Error ignored = {0};

    if (engine_query_tags(act->engine, image->id, &tags, &ignored) < 0)
        return false;
    for (size_t i = 0; i < tags.count; i++)
        if (!reference_is_own_tag(tags.items[i]))
            return true;
    return false;
}

static RemovalGo on_may_take_off(Removal *removal, void *userdata)
{
    Act *act = userdata;

    if (!act_may_go_on(act))
        return REMOVAL_STOP_ALL;
    return may_take_off(act, ((const Target *)removal->userdata)->planned->image) ? REMOVAL_START : REMOVAL_SKIP;
}

void take_off_own_tags(Act *act)
{
    const Plan *plan = act->plan;

    for (size_t i = 0; i < plan->n_images; i++) {
        Target target = {.planned = &plan->images[i]};
        const Image *image = target.planned->image;
        for (size_t j = 0; image->tags.count > 0 && j < image->own_tags.count; j++) {
            Removal removal = {.kind = TARGET_IMAGE, .target = image->own_tags.items[j], .userdata = &target};
            Error error = {0};
            if (engine_remove(act->engine, &removal, 1, on_may_take_off, NULL, act, &error) < 0)
                act_stop(act, error.text);
            removal_clear(&removal);
        }
    }
}
