/* SPDX-License-Identifier: MIT */
/* A pass that knows less: an inspect fails, the engine has forgotten its events, a line of the ledger or all of it is
 * lost. */
#include "variants.h"

#include <string.h>

/* "An image of which a container ran is not young, however short the engine's replay is." */
static bool is_only_young(const Variant *v, const Judgement *plain, int image)
{
    return v->has_no_replay && plain && plain->reason == REASON_YOUNG && image >= 0 && truth_ran_since(v->w, image, 0);
}

static bool has_run_before_arrival(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (w->containers[i].image == image && w->containers[i].created.t < w->images[image].arrived.t)
            return true;
    return false;
}

static bool has_hook(const World *w, const App *app)
{
    cleanup_with(free_charp) char *label =
        xasprintf("%s%s%s", app->name, app->destination ? "/" : "", app->destination ? app->destination : "");
    return strings_contain(&w->deployed, label);
}

/* But for what a deploy makes whose own hook asks: is all that has come lately a name of what had run before? Without
 * events that arrived when it was first run, and its name holds nothing. */
static bool have_only_names_come(const World *w)
{
    int64_t quiet = w->policy.retention.quiet_usec + SECONDS(3);
    bool has_name_come = false;
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (truth_age(w, c->created) < quiet && (c->app < 0 || !has_hook(w, &w->apps[c->app])))
            return false;
    }
    for (size_t i = 0; i < w->n_images; i++) {
        const SimImage *image = &w->images[i];
        if (!image->is_here || truth_age(w, image->arrived) >= quiet)
            continue;
        if (truth_age(w, image->came) < quiet || !has_run_before_arrival(w, (int)i))
            return false;
        has_name_come = true;
    }
    return has_name_come;
}

/* Nothing on the host has come lately, in truth: what holds is a name of which the ledger does not know since when it
 * is there. */
static bool has_nothing_come(const World *w)
{
    int64_t quiet = w->policy.retention.quiet_usec + SECONDS(3);
    for (size_t i = 0; i < w->n_containers; i++)
        if (truth_age(w, w->containers[i].created) < quiet)
            return false;
    for (size_t i = 0; i < w->n_images; i++)
        if (w->images[i].is_here && truth_age(w, w->images[i].arrived) < quiet)
            return false;
    return true;
}

bool variant_only_events_tell(const Variant *v, const Judgement *plain, int image)
{
    bool is_deploying = v->has_no_replay && plain && plain->reason == REASON_DEPLOYING;
    bool is_doubted = v->may_rank_otherwise && plain && plain->reason == REASON_DEPLOYING && has_nothing_come(v->w);
    return is_only_young(v, plain, image) || is_doubted || (is_deploying && have_only_names_come(v->w));
}

/* A mirror is known by two releases of one destination that have their tags there, and of which destination a release is
 * only inspects tell. */
static bool has_mirror(const World *w)
{
    bool has = false;
    for (size_t i = 0; i < w->n_images; i++)
        for (size_t j = 0; j < w->images[i].tags.count; j++)
            has |= strncmp(w->images[i].tags.items[j], "mirror.test/", 12) == 0;
    return has;
}

/* A first pass that does not wait for the trial, and an engine that is too busy to inspect. */
static void less_inspect_at_first(const Variant *v)
{
    static const uint32_t shares[] = {20, 50, 100};
    Look look = LOOK_PLAIN;
    Round all, other;
    look.has_no_trial = true;
    round_make(v->w, &look, &v->w->policy, NULL, 0, &all);
    look.failing_seed = v->w->rng;
    look.failing_percent = shares[roll(v->w, 3)];
    round_make(v->w, &look, &v->w->policy, NULL, 0, &other);
    const Variant first = {.w = v->w, .pass = &all};
    variant_compare(&first, &other, "in a first pass in which inspects fail");
    round_clear(&all);
    round_clear(&other);
}

void variant_less_inspect(const Variant *v)
{
    if (chance(v->w, 30)) {
        if (!has_mirror(v->w))
            less_inspect_at_first(v);
        return;
    }
    int container = variant_container(v);
    if (container < 0 || !is_here(&v->w->containers[container]))
        return;
    Look look = LOOK_PLAIN;
    look.failing_container = container;
    cleanup_with(free_charp) char *how = xasprintf("when %s cannot be inspected", v->w->containers[container].name);
    variant_look(v, &look, how);
}

/* Stamps of a clock that was set since may look younger than they are, and hold what the ledger alone knows to be due. */
static bool has_stamps_of_two_clocks(const World *w)
{
    size_t from = events_seen_from(w);
    bool has = false;
    for (size_t i = 0; i < w->n_changes && from < w->n_events; i++)
        has |= w->changes[i].t >= w->events[from].at.t;
    return has;
}

void variant_less_replay(const Variant *v)
{
    if (has_stamps_of_two_clocks(v->w))
        return;
    Look look = LOOK_PLAIN;
    look.has_no_replay = true;
    const Variant without = {.w = v->w, .pass = v->pass, .ledger = v->ledger, .size = v->size, .has_no_replay = true};
    variant_look(&without, &look, "when the engine has forgotten its events");
}

/* No more than with the whole ledger, or than goes a day later if there is none
 * at all. */
static void with_other_ledger(const Variant *v, const char *ledger, size_t size, const char *how)
{
    Look look = LOOK_PLAIN;
    Round other, first, none[2], last;
    size_t none_size = 0;
    round_make(v->w, &look, &v->w->policy, ledger, size, &other);
    look.has_no_trial = true;
    round_make(v->w, &look, &v->w->policy, NULL, 0, &first);
    cleanup_with(free_charp) char *none_ledger = round_ledger(&first, &none_size);
    look.later = HOURS(25);
    round_make(v->w, &look, &v->w->policy, none_ledger, none_size, &none[0]);
    variant_unsuspended(v, 0, &none[1]);
    look.later = DAYS(8);
    round_make(v->w, &look, &v->w->policy, none_ledger, none_size, &last);
    const Variant wider = {
        .w = v->w, .pass = v->pass, .others = none, .n_others = 2, .last = &last, .may_rank_otherwise = true};
    variant_compare(&wider, &other, how);
    round_clear(&other);
    round_clear(&first);
    round_clear(&none[0]);
    round_clear(&none[1]);
    round_clear(&last);
}

void variant_less_line(const Variant *v)
{
    if (!v->ledger || v->size < 10)
        return;
    cleanup_with(free_charp) char *text = xstrndup(v->ledger, v->size);
    char *begin = strchr(text, '\n'), *last = text + strlen(text) - 2;
    while (last > text && *last != '\n')
        last--;
    if (!begin || begin >= last)
        return;
    begin += roll(v->w, (uint32_t)(last - begin));
    while (*begin != '\n')
        begin--;
    for (begin++; *begin && *begin != '\n'; begin++)
        *begin = 'x';
    with_other_ledger(v, text, v->size, "when a line of the ledger is damaged");
}

/* With a clock that is wrong now, and that the older ledger has not seen being set, nobody can vouch for an age. */
void variant_less_ledger(const Variant *v)
{
    if (v->w->old_ledger && v->w->clock_error == 0)
        with_other_ledger(v, v->w->old_ledger, v->w->old_ledger_size, "with an older ledger");
}

/* It is on trial again. */
void variant_no_ledger(const Variant *v)
{
    const Look look = LOOK_PLAIN;
    const Round nothing = {0};
    const Variant strict = {.w = v->w, .pass = &nothing};
    Round none;
    round_make(v->w, &look, &v->w->policy, NULL, 0, &none);
    variant_compare(&strict, &none, "without a ledger");
    round_clear(&none);
}
