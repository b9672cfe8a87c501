/* SPDX-License-Identifier: MIT */
/*
 * Acting on images: removes them without force, while others pull, tag and run beside the pass.
 *
 * The problem: DELETE /images/NAME asks whether a container uses the image only when it removes the last tag; any other
 * tag it takes off at once, from whatever image has it at that moment. An engine that refuses the last step, or dies
 * between untagging and deleting, leaves an image that has lost names.
 *
 * The idea: how rgc removes an image depends on how many tags it has.
 *  - One: rgc removes the image by its ID. If the tag has moved, the other image is not touched; if the image has got a
 *    second tag, the engine refuses.
 *  - Several: rgc takes off all but one, each after it has asked the engine which tags the image has now. Then it
 *    removes the image by its ID. If that is refused, rgc gives the tags back (intents.c).
 *  - None: rgc removes the image through a tag of its own (act_untagged.c).
 * An engine refuses an image that has children, so images are sorted by depth, and each depth is done before the next.
 *
 * What is never allowed: a removal without a fresh look (recheck.h); half untagging an image whose intent is not
 * stored; dropping the intent of an image that is kept but lacks a tag. tests/fault/interruptions.py,
 * tests/fault/moving_world.py, tests/fault/late_arrivals.py and tests/engine/scenarios_adversary.py test this.
 */
#include "act_targets.h"

#include <rgc/clock.h>

#include <rgc/reference.h>
#include <string.h>

#define TAGS_HAVE_CHANGED "its tags have changed since the plan, so it is left for the next pass"
#define BATCH 32 /* images with several tags that are half untagged at one time, at most */

void target_settle(Act *act, Target *target, Outcome outcome, const char *error)
{
    const Image *image = target->planned->image;
    target->is_settled = true;
    act_report(act, TARGET_IMAGE, image->id, image_main_tag(image), outcome, error);
}

static void drop_intent(Ledger *ledger, const char *image_id)
{
    for (size_t i = 0; i < ledger->n_intents; i++)
        if (strcmp(ledger->intents[i].image_id, image_id) == 0) {
            intent_clear(&ledger->intents[i]);
            ledger->intents[i] = ledger->intents[--ledger->n_intents];
            return;
        }
}

/* Gives back the tags that were taken. Unless all of that works, the intent is kept for the next pass. It is kept, too,
 * where the engine has not answered to the removal by ID: it may have taken the last tag off, or may still do so. */
static void give_back(Act *act, Target *target)
{
    const char *id = target->planned->image->id;
    bool is_whole = true;
    Time from = wall_clock();
    Error ignored = {0};

    if (target->doubtful_tag && act_give_back(act->engine, id, target->doubtful_tag, &ignored) < 0)
        is_whole = false;
    for (size_t i = 0; i < target->untagged.count; i++) {
        Error error = {0};
        if (act_give_back(act->engine, id, target->untagged.items[i], &error) < 0) {
            is_whole = false;
            error_wrap(&error, "rgc has taken the tag off and could not put it back; the next pass does");
            report_add(act->report, TARGET_IMAGE, id, target->untagged.items[i], OUTCOME_FAILED, error.text);
        }
    }
    ledger_note_returned(act->ledger, id, from, wall_clock());
    if (is_whole && !target->is_open)
        drop_intent(act->ledger, id);
}

/* NULL if the tag still belongs to this image and nobody has given the image another one. Caller frees. */
static char *why_tag_stays(Act *act, const Target *target, const char *tag)
{
    const Strings *planned = &target->planned->image->tags;
    cleanup_with(strings_clear) Strings tags = {0};
    Error error = {0};

    if (engine_query_tags(act->engine, target->planned->image->id, &tags, &error) < 0)
        return xstrdup(error.text);
    bool has_changed = !strings_contain(&tags, tag);
    for (size_t i = 0; i < tags.count; i++)
        has_changed |= !strings_contain(planned, tags.items[i]) && !reference_is_own_tag(tags.items[i]);
    return has_changed ? xstrdup(TAGS_HAVE_CHANGED) : NULL;
}

static RemovalGo on_may_start(Removal *removal, void *userdata)
{
    Act *act = userdata;
    const Target *target = removal->userdata;

    if (!act_may_go_on(act))
        return REMOVAL_STOP_ALL;
    Obstacle obstacle = recheck_image(&act->recheck, act->plan, target->planned, &removal->error);
    if (obstacle == OBSTACLE_NONE && target->names.count > 0)
        return untagged_prepare(act, removal);
    if (obstacle == OBSTACLE_NONE && !reference_is_id(removal->target)) {
        removal->error = why_tag_stays(act, target, removal->target);
        obstacle = removal->error ? OBSTACLE_CHANGED : OBSTACLE_NONE;
    }
    if (obstacle == OBSTACLE_NONE)
        return REMOVAL_START;
    removal->outcome = act_outcome_of(obstacle);
    return REMOVAL_SKIP;
}

void batch_run(Batch *batch, RemovalDone *done)
{
    Error error = {0};
    Act *act = batch->act;
    if (batch->count > 0 &&
        engine_remove(act->engine, batch->removals, batch->count, on_may_start, done, act, &error) < 0)
        act_stop(act, error.text);
    act_heed_signal(act);
}

void batch_clear(Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        removal_clear(&batch->removals[i]);
    free(batch->removals);
}

void batch_add(Batch *batch, Target *target, const char *name)
{
    Removal *removal = array_add(&batch->removals, &batch->count);
    *removal = (Removal){.kind = TARGET_IMAGE, .target = name, .userdata = target};
}

/* Whether the intents are stored, so that the image may be half untagged; else settles the target as skipped. On a full
 * disk they may not be, and images that this pass has removed since may have made room: so rgc tries again. */
static bool note_or_skip(Act *act, Target *target)
{
    Error error = {0};

    if (!act->has_noted_intents)
        act->has_noted_intents = ledger_save(act->state, act->ledger, &error) == 0;
    if (!act->has_noted_intents)
        target_settle(act, target, OUTCOME_SKIPPED, error.text);
    return act->has_noted_intents;
}

static void untag_all_but_one(Act *act, Target *targets, size_t count)
{
    Batch batch = {.act = act};

    for (size_t i = 0; i < count; i++) {
        const Strings *tags = &targets[i].planned->image->tags;
        if (tags->count < 2 || act->is_stopped || !note_or_skip(act, &targets[i]))
            continue;
        for (size_t j = 0; j + 1 < tags->count; j++)
            batch_add(&batch, &targets[i], tags->items[j]);
    }
    batch_run(&batch, NULL);
    for (size_t i = 0; i < batch.count; i++) {
        Removal *removal = &batch.removals[i];
        Target *target = removal->userdata;
        /* An engine may take the tag off and then fail. */
        bool may_be_off = removal->outcome == OUTCOME_REMOVED || removal->outcome == OUTCOME_UNKNOWN ||
                          removal->outcome == OUTCOME_FAILED;
        if (may_be_off)
            strings_add(&target->untagged, removal->target);
        if (target->is_settled || removal->outcome == OUTCOME_REMOVED)
            continue;
        if (removal->outcome == OUTCOME_GONE) /* only the tag is gone */
            target_settle(act, target, OUTCOME_SKIPPED, TAGS_HAVE_CHANGED);
        else
            target_settle(act, target, removal->outcome, removal->error);
    }
    batch_clear(&batch);
}

/* Reports as soon as the engine answers: the agent takes a pass that is silent for long for one that hangs. */
static void on_removed(Removal *removal, void *userdata)
{
    Act *act = userdata;
    Target *target = removal->userdata;
    if (removal->was_deleted)
        strings_add(&act->deleted, target->planned->image->id);
    target_settle(act, target, removal->outcome, removal->error);
    /* Without an answer the engine may have ended after untagging and before deleting: the intent must be kept. */
    target->is_open = removal->outcome == OUTCOME_UNKNOWN;
    if (removal->outcome == OUTCOME_REMOVED || removal->outcome == OUTCOME_GONE)
        strings_clear(&target->untagged);
    /* An image that is given a tag in the middle of its removal is refused after its own tag has been taken off. */
    const Strings *tags = &target->planned->image->tags;
    if (tags->count > 0 && (removal->outcome == OUTCOME_IN_USE || removal->outcome == OUTCOME_FAILED))
        target->doubtful_tag = tags->items[tags->count - 1];
}

static void remove_by_id(Act *act, Target *targets, size_t count)
{
    Batch batch = {.act = act};

    for (size_t i = 0; i < count; i++)
        if (!targets[i].is_settled && targets[i].names.count == 0)
            batch_add(&batch, &targets[i], targets[i].planned->image->id);
    batch_run(&batch, on_removed);
    for (size_t i = 0; i < batch.count; i++) {
        const Target *target = batch.removals[i].userdata;
        if (!target->is_settled) /* not started */
            on_removed(&batch.removals[i], act);
    }
    batch_clear(&batch);
}

static void remove_batch(Act *act, Target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        untagged_names(act, targets[i].planned->image, &targets[i].names);
    untag_all_but_one(act, targets, count);
    remove_untagged(act, targets, count);
    remove_by_id(act, targets, count);
    for (size_t i = 0; i < count; i++) {
        if (targets[i].untagged.count > 0 || targets[i].doubtful_tag)
            give_back(act, &targets[i]);
        else if (!targets[i].is_open)
            drop_intent(act->ledger, targets[i].planned->image->id);
        strings_clear(&targets[i].untagged);
        strings_clear(&targets[i].names);
    }
}

static Target *find_target(Target *targets, size_t count, const char *id)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(targets[middle].planned->image->id, id);
        if (order == 0)
            return &targets[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Puts every parent behind its deepest child. No engine has parents in a circle, but an answer may; `count` ends it. */
static void find_depths(Target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Target *at = &targets[i];
        for (size_t depth = 1; depth <= count && at->planned->image->parent_id; depth++) {
            at = find_target(targets, count, at->planned->image->parent_id);
            if (!at)
                break;
            if (at->depth < depth)
                at->depth = depth;
        }
    }
}

/* By depth, and images with several tags last, so that each depth has few batches. */
static int compare_order(const void *a, const void *b)
{
    const Target *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    bool x_several = x->planned->image->tags.count > 1, y_several = y->planned->image->tags.count > 1;
    return (int)x_several - (int)y_several;
}

/* How many targets, from the first one on, may be removed side by side: one depth, and at most BATCH half untagged. */
static size_t batch_size(const Target *targets, size_t count)
{
    size_t size = 0, n_several = 0;
    while (size < count && targets[size].depth == targets[0].depth) {
        n_several += targets[size].planned->image->tags.count > 1;
        if (n_several > BATCH)
            break;
        size++;
    }
    return size;
}

void act_images(Act *act)
{
    const Plan *plan = act->plan;
    Target *targets = xcalloc(plan->n_images + 1, sizeof(*targets));
    size_t count = 0;

    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == VERDICT_REMOVE)
            targets[count++] = (Target){.planned = &plan->images[i]};
    take_off_own_tags(act);
    find_depths(targets, count);
    qsort(targets, count, sizeof(*targets), compare_order);
    for (size_t done = 0; done < count;) {
        size_t size = batch_size(targets + done, count - done);
        remove_batch(act, targets + done, size);
        done += size;
    }
    free(targets);
}
