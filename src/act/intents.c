/* SPDX-License-Identifier: MIT */
/*
 * Intents: which tags a pass is about to remove, stored in the ledger before it removes the first one. On a full disk
 * they may be stored too late or not at all. Then images with several tags are skipped, and the others are removed
 * nevertheless, because that makes room.
 *
 * The problem: removing an image is not atomic. An engine that is killed between untagging and deleting, or a pass that
 * is killed between two tags of one image, leaves an image without a name that it had. If that image is needed now, as
 * after a rollback, the engine cannot say any more what it was called.
 *
 * The idea: an undo log. An intent has the ID of an image and all its tags. The pass removes the intent once the image
 * is gone or has its tags back. An intent that the next pass finds is a debt: that pass gives the tags back before it
 * decides anything, as if the interrupted pass had not happened, and then plans anew.
 *
 * What is never allowed:
 *  - Taking a tag from its new owner. If an image has the tag by now, somebody has put it there and means that. The
 *    engine is asked again right before the tag is given back, because the snapshot may be older than a pull.
 *  - Taking rgc's own tagging for an arrival. act_give_back_owed() returns what it has tagged, for the recheck, and the
 *    ledger notes the time, for later passes. A tag that is given back while the pass acts does look like an arrival to
 *    the recheck of the same pass, which then keeps more.
 *  - Half untagging an image with several tags without a stored intent: act_images.c skips it then.
 *
 * tests/fault/interruptions.py kills passes and engines between requests, tests/fault/late_arrivals.py (1, 3, 9 to 11)
 * has pulls and failures in between, and tests/engine/scenarios_acting.py does the same to real engines.
 */
#include <rgc/act.h>
#include <rgc/clock.h>

#include <errno.h>

void act_note_intents(const Plan *plan, Ledger *ledger)
{
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *image = &plan->images[i];
        if (image->judgement.verdict != VERDICT_REMOVE || image->image->tags.count == 0)
            continue;
        Intent *intent = array_add(&ledger->intents, &ledger->n_intents);
        intent->image_id = xstrdup(image->image->id);
        strings_copy(&intent->tags, &image->image->tags);
    }
}

int act_give_back(Engine *engine, const char *image_id, const char *tag, Error *err)
{
    cleanup_with(strings_clear) Strings found = {0};
    int r = engine_query_tags(engine, tag, &found, err);

    if (r != -ENOENT)
        return r; /* 0: an image has the tag by now, and keeps it */
    r = engine_tag(engine, image_id, tag, err);
    return r == -ENOENT ? 0 : r;
}

/* Whether the image is still here and no image of the snapshot has the tag. */
static bool is_owed(const Snapshot *snapshot, const Intent *intent, const char *tag)
{
    return snapshot_image(snapshot, intent->image_id) && !snapshot_image_by_tag(snapshot, tag);
}

static void clear_intents(Ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_intents; i++)
        intent_clear(&ledger->intents[i]);
    ledger->n_intents = 0;
}

int act_give_back_owed(Engine *engine, Ledger *ledger, Snapshot *snapshot, Strings *ret, Error *err)
{
    for (size_t i = 0; i < ledger->n_intents; i++) {
        const Intent *intent = &ledger->intents[i];
        Time from = wall_clock();
        for (size_t j = 0; j < intent->tags.count; j++) {
            const char *tag = intent->tags.items[j];
            if (!is_owed(snapshot, intent, tag))
                continue;
            int r = engine ? act_give_back(engine, intent->image_id, tag, err) : 0;
            if (r < 0)
                return error_wrap(err, "giving back the tag %s, which an interrupted pass took", tag);
            strings_add_unique(&snapshot_image(snapshot, intent->image_id)->tags, tag);
            strings_add_unique(ret, intent->image_id);
            strings_add_unique(ret, tag);
            ledger_note_returned(ledger, intent->image_id, from, wall_clock());
        }
    }
    clear_intents(ledger);
    return 0;
}
