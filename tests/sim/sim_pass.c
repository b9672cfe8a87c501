/* SPDX-License-Identifier: MIT */
/* A pass of rgc over the host: the only place where its judgement is asked. */
#include "sim_engine.h"
#include "story.h"
#include "truth.h"

#include <rgc/watch.h>
#include <state/ledger_json.h>
#include <string.h>

#define TRIAL USEC_PER_DAY

static Suspension suspension_of(ClockVerdict clock, const Ledger *ledger, Time now)
{
    if (clock != CLOCK_FINE)
        return SUSPENSION_CLOCK;
    return ledger->trial_until > now ? SUSPENSION_TRIAL : SUSPENSION_NONE;
}

static void forget_run(Ledger *ledger, const char *id)
{
    for (size_t i = 0; i < ledger->n_containers; i++)
        if (strcmp(ledger->containers[i].id, id) == 0) {
            container_record_clear(&ledger->containers[i]);
            memmove(&ledger->containers[i], &ledger->containers[i + 1],
                    (ledger->n_containers - i - 1) * sizeof(*ledger->containers));
            ledger->n_containers--;
            return;
        }
}

/* Most of a simulator's time would be spent reading what it has just written; seven times of eight, it is kept. */
static void read_ledger(const World *w, const char *ledger, size_t size, Ledger *ret)
{
    Error error = {0};
    *ret = (Ledger){.is_new = true};
    if (ledger && w->has_read && size == w->ledger_size && memcmp(ledger, w->ledger, size) == 0) {
        ledger_copy(ret, &w->read);
    } else if (ledger && ledger_from_json(ledger, size, ret, &error) < 0) {
        ledger_clear(ret);
        ret->is_new = true;
    }
}

void round_make(const World *w, const Look *look, const Policy *policy, const char *ledger, size_t size, Round *ret)
{
    *ret = (Round){0};
    read_ledger(w, ledger, size, &ret->ledger);
    if (look->failing_container >= 0)
        forget_run(&ret->ledger, w->containers[look->failing_container].id);
    emit(w, look, &ret->ledger, &ret->snapshot, &ret->now);
    if (look->sightings)
        sightings_fold(look->sightings, &ret->ledger, &ret->snapshot, ret->now);
    ClockVerdict clock = ledger_enter(&ret->ledger, &ret->snapshot, ret->now);
    if (look->has_no_trial)
        ret->ledger.trial_until = 0;
    else if (ret->ledger.is_new || ret->ledger.trial_until > ret->now + TRIAL)
        ret->ledger.trial_until = ret->now + TRIAL;
    Suspension suspension = look->is_unsuspended ? SUSPENSION_NONE : suspension_of(clock, &ret->ledger, ret->now);
    DecideOptions options = {.deployed = &w->deployed, .suspension = suspension};
    ledger_learn(&ret->ledger, &ret->snapshot, policy, ret->now);
    ret->ledger.is_new = false;
    ret->ledger.passes++;
    plan_decide(&ret->snapshot, &ret->ledger, policy, ret->now, &options, &ret->plan);
}

bool round_removes(const Round *pass, const Judgement *judgement)
{
    return judgement->verdict == VERDICT_REMOVE && pass->plan.suspension == SUSPENSION_NONE;
}

char *round_ledger(const Round *pass, size_t *ret_size)
{
    return ledger_to_json(&pass->ledger, ret_size);
}

void round_clear(Round *pass)
{
    plan_clear(&pass->plan);
    ledger_clear(&pass->ledger);
    snapshot_clear(&pass->snapshot);
}

static bool is_named(const World *w, int image, size_t from)
{
    for (size_t i = from; i < w->n_events; i++)
        if (w->events[i].image == image && (w->events[i].container < 0 || w->events[i].is_commit) &&
            w->events[i].at.t >= w->images[image].arrived.t)
            return true;
    return false;
}

static bool has_new_tag(const SimImage *image)
{
    for (size_t i = 0; i < image->tags.count; i++)
        if (!strings_contain(&image->seen_tags, image->tags.items[i]))
            return true;
    return false;
}

static bool has_run_child(const World *w, int image)
{
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && w->images[i].parent == image && truth_ran_since(w, (int)i, 0))
            return true;
    return false;
}

/* When the engine has forgotten its events, a name that was given after the image ran is taken for one that it came with. */
static bool ran_before_it_was_named(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && w->containers[i].created.t < w->images[image].arrived.t)
            return true;
    return false;
}

/* Are the steps of both here to be compared? */
static bool can_compare_steps(const World *w, int image)
{
    int parent = w->images[image].parent;
    bool continues = parent >= 0 && w->images[parent].is_here && truth_ran_since(w, parent, 0);
    return continues || has_run_child(w, image);
}

/* What this pass has had a chance to see. */
static void note_seen_images(World *w)
{
    size_t from = events_seen_from(w);
    bool is_baseline = w->pass_gen != w->gen;
    for (size_t i = 0; i < w->n_images; i++) {
        SimImage *image = &w->images[i];
        if (!image->is_here) {
            image->seen_gen = -1;
            continue;
        }
        if (is_baseline)
            image->arrival_known = false;
        image->arrival_known |=
            is_named(w, (int)i, from) ||
            (!is_baseline && (image->seen_gen != w->gen ? !ran_before_it_was_named(w, (int)i) : has_new_tag(image)));
        image->seen_gen = w->gen;
        if (image->parent >= 0 && w->images[image->parent].is_here)
            image->parent_gen = w->gen;
        if (image->owner < 0 && can_compare_steps(w, (int)i))
            image->steps_gen = w->gen;
        strings_clear(&image->seen_tags);
        strings_copy(&image->seen_tags, &image->tags);
    }
}

static bool has_told_end(const World *w, int container, size_t from)
{
    for (size_t i = from; i < w->n_events; i++)
        if (w->events[i].container == container && w->events[i].is_end)
            return true;
    return false;
}

static void note_seen_containers(World *w, const Look *look)
{
    bool is_followed = w->is_agent && !w->has_gap && w->ledger;
    for (size_t i = 0; i < w->n_containers; i++) {
        SimContainer *c = &w->containers[i];
        bool has_gone = !is_here(c) && c->removed.t > w->kept_pass && c->created.t > w->kept_pass;
        if ((is_here(c) && !emit_hides(w, look, (int)i)) ||
            (has_gone && is_followed && c->app >= 0 && w->apps[c->app].kind == KIND_COMPOSE))
            c->seen_gen = w->gen;
        if ((is_here(c) && !is_live(c) && !emit_hides(w, look, (int)i)) ||
            (!is_here(c) && has_told_end(w, (int)i, events_seen_from(w))))
            c->end_gen = w->gen;
        if (is_here(c) && !is_live(c) && !emit_hides(w, look, (int)i) && c->judged_gen != w->gen &&
            !truth_may_have_served(w, (int)i))
            c->judged_gen = w->gen;
    }
}

int image_of_id(const World *w, const char *id)
{
    for (size_t i = 0; i < w->n_images; i++)
        if (strcmp(w->images[i].id, id) == 0)
            return (int)i;
    return -1;
}

int container_of_id(const World *w, const char *id)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (strcmp(w->containers[i].id, id) == 0)
            return (int)i;
    return -1;
}

static void act(World *w, const Round *pass)
{
    const Plan *plan = &pass->plan;
    for (size_t i = 0; i < plan->n_containers; i++) {
        if (!round_removes(pass, &plan->containers[i].judgement))
            continue;
        int container = container_of_id(w, plan->containers[i].container->id);
        tell(w, "    rgc removes container %s: %s", w->containers[container].name,
             plan->containers[i].judgement.detail);
        engine_remove(w, container);
        w->n_removed++;
    }
    for (size_t i = 0; i < plan->n_images; i++) {
        if (!round_removes(pass, &plan->images[i].judgement))
            continue;
        int image = image_of_id(w, plan->images[i].image->id);
        tell(w, "    rgc removes %s: %s: %s", image_label(w, image), reason_to_string(plan->images[i].judgement.reason),
             plan->images[i].judgement.detail);
        if (!is_used(w, image))
            engine_delete(w, image);
        w->n_removed++;
    }
}

void tell_verdicts(World *w, const Plan *plan)
{
    for (size_t i = 0; w->has_verdicts && i < plan->n_images; i++)
        tell(w, "      %s: %s %s: %s", image_label(w, image_of_id(w, plan->images[i].image->id)),
             verdict_to_string(plan->images[i].judgement.verdict), reason_to_string(plan->images[i].judgement.reason),
             plan->images[i].judgement.detail);
    for (size_t i = 0; w->has_verdicts && i < plan->n_containers; i++)
        tell(w, "      container %s (%s): %s %s: %s", plan->containers[i].container->name,
             container_state_to_string(plan->containers[i].container->state),
             verdict_to_string(plan->containers[i].judgement.verdict),
             reason_to_string(plan->containers[i].judgement.reason), plan->containers[i].judgement.detail);
}

static void save(World *w, const Ledger *ledger)
{
    if (w->ledger && chance(w, 25)) {
        free(w->old_ledger);
        w->old_ledger = take_ptr(w->ledger);
        w->old_ledger_size = w->ledger_size;
    }
    free(w->ledger);
    w->ledger = ledger_to_json(ledger, &w->ledger_size);
    ledger_clear(&w->read);
    w->has_read = !ledger->stored && w->n_passes % 8 > 0;
    if (w->has_read)
        ledger_copy(&w->read, ledger);
}

static void finish(World *w, const Ledger *ledger)
{
    if (!ledger->stored) {
        w->kept_pass = w->now;
        w->kept_boot = w->boot;
        w->kept_wall = w->now + w->clock_error;
        w->kept_event = w->n_events;
    }
    if (w->pass_gen != w->gen)
        w->gen_began = w->now;
    if (w->last_pass > 0 && w->pass_boot != w->boot)
        *array_add(&w->unjoined, &w->n_unjoined) = w->now;
    w->last_pass = w->now;
    w->last_pass_wall = w->now + w->clock_error;
    w->pass_boot = w->boot;
    w->pass_gen = w->gen;
    for (; w->pass_changes < w->n_changes; w->pass_changes++)
        w->changes[w->pass_changes].until = w->now;
    w->has_gap = false;
    w->failing_inspects = 0;
    strings_clear(&w->deployed);
    w->n_passes++;
}

void world_pass(World *w)
{
    Round pass;
    Look look = LOOK_PLAIN;
    if (w->failure.has_failed || !w->is_installed)
        return;
    look.failing_percent = w->failing_inspects;
    look.failing_seed = w->rng;
    cleanup_with(free_charp) char *before = w->ledger ? xstrdup(w->ledger) : NULL;
    size_t size = w->ledger_size;
    tell(w, "  pass %zu%s%s", w->n_passes + 1, w->deployed.count > 0 ? ", of the hook of " : "",
         w->deployed.count > 0 ? w->deployed.items[0] : "");
    round_make(w, &look, &w->policy, w->ledger, w->ledger_size, &pass);
    if (pass.plan.suspension != SUSPENSION_NONE)
        tell(w, "    which removes nothing: %s",
             pass.plan.suspension == SUSPENSION_TRIAL ? "it is on trial" : "the clock");
    tell_verdicts(w, &pass.plan);
    if (!pass.ledger.stored) { /* else it forgets what it sees */
        note_seen_images(w);
        note_seen_containers(w, &look);
    }
    oracle_check(w, &pass);
    if (!w->failure.has_failed && chance(w, 30) && look.failing_percent == 0)
        variants_check(w, &pass, before, size);
    save(w, &pass.ledger);
    act(w, &pass);
    finish(w, &pass.ledger);
    round_clear(&pass);
}
