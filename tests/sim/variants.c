/* SPDX-License-Identifier: MIT */
/* Two passes over one host, of which the second knows less or is told to keep
 * more: it must not remove more. */
#include "variants.h"

#include <string.h>

static bool image_goes(const Round *pass, const char *id)
{
    const PlannedImage *image = plan_image(&pass->plan, id);
    return image && round_removes(pass, &image->judgement);
}

static bool container_goes(const Round *pass, const char *id)
{
    for (size_t i = 0; i < pass->plan.n_containers; i++)
        if (strcmp(pass->plan.containers[i].container->id, id) == 0)
            return round_removes(pass, &pass->plan.containers[i].judgement);
    return false;
}

/* What the plain pass says of it instead. */
static const Judgement *plain_image(const Variant *v, const char *id)
{
    const PlannedImage *image = plan_image(&v->pass->plan, id);
    return image ? &image->judgement : NULL;
}

static const Judgement *plain_container(const Variant *v, const char *id)
{
    for (size_t i = 0; i < v->pass->plan.n_containers; i++)
        if (strcmp(v->pass->plan.containers[i].container->id, id) == 0)
            return &v->pass->plan.containers[i].judgement;
    return NULL;
}

static void fail_more(const Variant *v, const char *what, const Judgement *goes, const Judgement *plain,
                      const char *how)
{
    fail(v->w, PROPERTY_MORE_GOES, "%s goes (%s: %s) %s; else it is %s: %s", what, reason_to_string(goes->reason),
         goes->detail, how, plain ? reason_to_string(plain->reason) : "not there", plain ? plain->detail : "");
}

static bool is_expected(const Variant *v, bool (*goes)(const Round *, const char *), const char *id)
{
    bool is = goes(v->pass, id);
    for (size_t i = 0; i < v->n_others; i++)
        is |= goes(&v->others[i], id);
    return is;
}

static size_t count_superseded(const Round *pass)
{
    size_t count = 0;
    for (size_t i = 0; i < pass->plan.n_images; i++)
        count += pass->plan.images[i].judgement.reason == REASON_SUPERSEDED &&
                 round_removes(pass, &pass->plan.images[i].judgement);
    return count;
}

static bool are_as_few_superseded(const Variant *v, const Round *other)
{
    size_t most = count_superseded(v->pass);
    for (size_t i = 0; i < v->n_others; i++)
        most = count_superseded(&v->others[i]) > most ? count_superseded(&v->others[i]) : most;
    return count_superseded(other) <= most;
}

/* What waits for a week, as next or without a name, goes in the end with no ledger as well. */
static bool goes_at_last(const Variant *v, Reason reason, bool (*goes)(const Round *, const char *), const char *id)
{
    return v->last && (reason == REASON_SUPERSEDED || reason == REASON_FAILED || reason == REASON_DANGLING) &&
           goes(v->last, id);
}

void variant_compare(const Variant *v, const Round *other, const char *how)
{
    World *w = v->w;
    bool ranks_otherwise = v->may_rank_otherwise && are_as_few_superseded(v, other), had_failed = w->failure.has_failed;
    w->n_variants++;
    for (size_t i = 0; i < other->plan.n_containers; i++) {
        const PlannedContainer *planned = &other->plan.containers[i];
        if ((ranks_otherwise && planned->judgement.reason == REASON_SUPERSEDED) ||
            goes_at_last(v, planned->judgement.reason, container_goes, planned->container->id) ||
            variant_only_events_tell(v, plain_container(v, planned->container->id),
                                     image_of_id(w, planned->container->image_id)))
            continue;
        if (round_removes(other, &planned->judgement) && !is_expected(v, container_goes, planned->container->id))
            fail_more(v, planned->container->name, &planned->judgement, plain_container(v, planned->container->id),
                      how);
    }
    for (size_t i = 0; i < other->plan.n_images; i++) {
        const PlannedImage *planned = &other->plan.images[i];
        if ((ranks_otherwise && planned->judgement.reason == REASON_SUPERSEDED) ||
            goes_at_last(v, planned->judgement.reason, image_goes, planned->image->id) ||
            variant_only_events_tell(v, plain_image(v, planned->image->id), image_of_id(w, planned->image->id)))
            continue;
        if (round_removes(other, &planned->judgement) && !is_expected(v, image_goes, planned->image->id))
            fail_more(v, image_label(w, image_of_id(w, planned->image->id)), &planned->judgement,
                      plain_image(v, planned->image->id), how);
    }
    if (w->failure.has_failed && !had_failed) {
        tell(w, "    and %s:", how);
        tell_verdicts(w, &other->plan);
    }
}

void variant_look(const Variant *v, const Look *look, const char *how)
{
    Round other;
    round_make(v->w, look, &v->w->policy, v->ledger, v->size, &other);
    variant_compare(v, &other, how);
    round_clear(&other);
}

int variant_container(const Variant *v)
{
    return v->w->n_containers > 0 ? (int)roll(v->w, (uint32_t)v->w->n_containers) : -1;
}

void variant_unsuspended(const Variant *v, int64_t later, Round *ret)
{
    Look look = LOOK_PLAIN;
    look.is_unsuspended = true;
    look.later = later;
    round_make(v->w, &look, &v->w->policy, v->ledger, v->size, ret);
}

/* What started in the future by its stamp, and has ended since, may have run until now for all that a pass knows. A step
 * may take that doubt away. */
static bool is_any_end_before_its_start(const World *w)
{
    bool is = false;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        const Life *last = c->n_lives > 0 ? &c->lives[c->n_lives - 1] : NULL;
        is |= is_here(c) && last && last->end.t > 0 && last->start.wall > last->end.wall;
    }
    return is;
}

/* The pass after the step holds; the one after that must not take what no pass
 * without the step takes. */
static void stepped(const Variant *v)
{
    static const int64_t steps[] = {HOURS(2), -HOURS(2), DAYS(40), MINUTES(15)};
    World *w = v->w;
    Look look = LOOK_PLAIN, plain = LOOK_PLAIN;
    Round first, second, later[2];
    size_t size = 0, plain_size = 0;

    if (!truth_shows_step(w) || is_any_end_before_its_start(w))
        return;
    look.clock_step = steps[roll(w, 4)];
    round_make(w, &look, &w->policy, v->ledger, v->size, &first);
    cleanup_with(free_charp) char *text = round_ledger(&first, &size);
    cleanup_with(free_charp) char *plain_text = round_ledger(v->pass, &plain_size);
    look.later = plain.later = MINUTES(1);
    round_make(w, &look, &w->policy, text, size, &second);
    round_make(w, &plain, &w->policy, plain_text, plain_size, &later[0]);
    variant_unsuspended(v, MINUTES(1), &later[1]);
    const Variant wider = {.w = w, .pass = v->pass, .others = later, .n_others = 2};
    if (v->ledger)
        variant_compare(&wider, &second, "in the second pass after a step of the clock");
    round_clear(&first);
    round_clear(&second);
    round_clear(&later[0]);
    round_clear(&later[1]);
}

void variants_check(World *w, const Round *pass, const char *ledger, size_t size)
{
    static const struct {
        Trait trait;
        void (*check)(const Variant *);
    } all[] = {
        {TRAIT_LESS_INSPECT, variant_less_inspect},
        {TRAIT_LESS_REPLAY, variant_less_replay},
        {TRAIT_LESS_LINE, variant_less_line},
        {TRAIT_LESS_LEDGER, variant_less_ledger},
        {TRAIT_MORE_KEPT, variant_more_kept},
        {TRAIT_MORE_PROTECTED, variant_more_protected},
        {TRAIT_RELABELLED, variant_relabelled},
        {TRAIT_RENAMED, variant_renamed},
        {TRAIT_STEPPED, stepped},
        {TRAIT_ODD_ROWS, variant_odd_rows},
        {TRAIT_RELABELLED, variant_labelled},
        {TRAIT_LESS_LEDGER, variant_no_ledger},
        {TRAIT_RESTARTED, variant_restarted},
    };
    const Variant variant = {.w = w, .pass = pass, .ledger = ledger, .size = size};
    for (int i = 0; i < 2; i++) {
        size_t which = roll(w, sizeof(all) / sizeof(all[0]));
        uint64_t rng = w->rng;
        if (has_trait(w, all[which].trait))
            all[which].check(&variant);
        w->rng = rng + 1; /* whatever was drawn for it */
    }
    uint64_t rng = w->rng;
    if (mix(rng, size) % 8 == 0 && has_trait(w, TRAIT_LESS_SIGHTINGS))
        variant_damaged_sightings(&variant);
    w->rng = rng;
}
