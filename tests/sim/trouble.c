/* SPDX-License-Identifier: MIT */
/* What shakes a pass's trust. */
#include "happens.h"

#include <string.h>

void reboot(World *w, int64_t down)
{
    engine_restart_all(w, down);
    w->boot++;
    w->booted = w->now;
}

static void reboot_host(World *w)
{
    if (!has_trait(w, TRAIT_REBOOTS))
        return;
    tell(w, "the host reboots");
    reboot(w, SECONDS(30 + roll(w, 300)));
}

static void reboot_wrong(World *w)
{
    if (!has_trait(w, TRAIT_WRONG_BOOTS))
        return;
    static const int64_t errors[] = {-DAYS(56 * 365), DAYS(4 * 365), -HOURS(2), HOURS(2), DAYS(40)};
    reboot(w, SECONDS(30));
    set_clock(w, errors[roll(w, 5)], true);
    tell(w, "the host reboots with a wrong clock");
    world_wait(w, SECONDS(20 + roll(w, 100)));
    if (chance(w, 60))
        world_pass(w);
    set_clock(w, 0, false);
    tell(w, "the clock is set right");
}

static void step_clock(World *w)
{
    if (!has_trait(w, TRAIT_CLOCK_STEPS))
        return;
    static const int64_t steps[] = {HOURS(2), -HOURS(2), MINUTES(12), DAYS(40), -DAYS(40), HOURS(30)};
    int64_t error = w->clock_error ? 0 : steps[roll(w, 6)];
    set_clock(w, error, false);
    tell(w, "the clock steps");
}

static void lose_replay(World *w)
{
    if (!has_trait(w, TRAIT_LOST_REPLAY))
        return;
    w->replay_from = w->n_events;
    w->has_gap = true;
    tell(w, "the engine forgets its events (live-restore), and rgc was away");
}

static void lose_ledger(World *w)
{
    if (!has_trait(w, TRAIT_LOST_LEDGERS) || !w->ledger)
        return;
    free(w->ledger);
    free(w->old_ledger);
    w->ledger = w->old_ledger = NULL;
    w->has_read = false;
    w->gen++;
    w->has_gap = true;
    tell(w, "the ledger is lost");
    world_pass(w);
    world_wait(w, HOURS(25));
}

static void restore_ledger(World *w)
{
    if (!has_trait(w, TRAIT_OLD_LEDGERS) || !w->old_ledger)
        return;
    free(w->ledger);
    w->has_read = false;
    w->ledger = take_ptr(w->old_ledger);
    w->ledger_size = w->old_ledger_size;
    w->gen++;
    w->has_gap = true;
    tell(w, "the ledger is restored from an older backup");
}

static void fail_inspects(World *w)
{
    if (has_trait(w, TRAIT_FAILED_INSPECTS)) {
        static const uint32_t shares[] = {10, 50, 100};
        w->failing_inspects = shares[roll(w, 3)];
        tell(w, "%u %% of the inspects will fail", w->failing_inspects);
    }
}

static void stay_away(World *w)
{
    if (!has_trait(w, TRAIT_GAPS))
        return;
    tell(w, "weeks go by without a pass, and the host reboots");
    w->has_gap = true;
    world_wait(w, DAYS(5 + roll(w, 40)));
    reboot(w, SECONDS(60));
    world_wait(w, HOURS(roll(w, 30)));
}

static void leave_idle(World *w)
{
    int app = some_app(w);
    if (app < 0 || !has_trait(w, TRAIT_IDLE) || w->apps[app].kind != KIND_KAMAL)
        return;
    tell(w, "nobody runs %s for five weeks", w->apps[app].name);
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (is_live(c) && c->app >= 0 && w->apps[c->app].group == w->apps[app].group)
            engine_end(w, (int)i, 143, true);
    }
    for (int day = 0; day < 35; day += 5) {
        world_wait(w, DAYS(5));
        world_pass(w);
    }
}

void trouble_something(World *w)
{
    static void (*const acts[])(World *) = {
        reboot_host, reboot_wrong,  step_clock,     lose_replay, lose_ledger,
        stay_away,   fail_inspects, restore_ledger, leave_idle,
    };
    acts[roll(w, 9)](w);
}
