/* SPDX-License-Identifier: MIT */
/* Visits every time in the ledger, and every one that a snapshot reports: learn_clock.c moves them all when the clock
 * was set. A time that is missing here keeps the wrong clock's value. */
#include <rgc/ledger.h>
#include <rgc/saturate.h>

void ledger_each_time(Ledger *ledger, TimeVisitor visit, void *userdata)
{
    visit(&ledger->began, userdata);
    visit(&ledger->learned, userdata);
    visit(&ledger->high_since, userdata);
    visit(&ledger->followed_since, userdata);
    for (size_t i = 0; i < ledger->n_volumes; i++)
        visit(&ledger->volumes[i].alone_since, userdata);
    for (size_t i = 0; i < ledger->n_containers; i++)
        visit(&ledger->containers[i].gone_since, userdata);
    for (size_t i = 0; i < ledger->n_images; i++) {
        ImageRecord *record = &ledger->images[i];
        visit(&record->first_seen, userdata);
        visit(&record->arrived, userdata);
        visit(&record->came, userdata);
        visit(&record->pulled_again, userdata);
        visit(&record->last_named, userdata);
        visit(&record->untagged_unseen, userdata);
        visit(&record->returned_from, userdata);
        visit(&record->returned_until, userdata);
        visit(&record->may_have_run, userdata);
        for (size_t j = 0; j < record->n_uses; j++) {
            Use *use = &record->uses[j];
            visit(&use->first_created, userdata);
            visit(&use->last_created, userdata);
            visit(&use->last_started, userdata);
            visit(&use->last_run, userdata);
            visit(&use->last_ended, userdata);
        }
    }
}

void ledger_each_stamp(Ledger *ledger, TimeVisitor visit, void *userdata)
{
    for (size_t i = 0; i < ledger->n_containers; i++) {
        ContainerRecord *record = &ledger->containers[i];
        visit(&record->created, userdata);
        visit(&record->run.started, userdata);
        visit(&record->run.finished, userdata);
    }
}

static void each_of_containers(Container *containers, size_t count, TimeVisitor visit, void *userdata)
{
    for (size_t i = 0; i < count; i++) {
        visit(&containers[i].created, userdata);
        visit(&containers[i].run.started, userdata);
        visit(&containers[i].run.finished, userdata);
    }
}

static void each_of_events(ArrivalEvent *events, size_t count, TimeVisitor visit, void *userdata)
{
    for (size_t i = 0; i < count; i++)
        visit(&events[i].time, userdata);
}

static void each_of_cache(BuildCache *cache, TimeVisitor visit, void *userdata)
{
    for (size_t i = 0; i < cache->n_records; i++)
        visit(&cache->records[i].last_used, userdata);
}

/* Build dates are left out, because the clock of whoever built has noted them. */
void snapshot_each_time(Snapshot *snapshot, TimeVisitor visit, void *userdata)
{
    each_of_containers(snapshot->containers, snapshot->n_containers, visit, userdata);
    each_of_containers(snapshot->gone, snapshot->n_gone, visit, userdata);
    each_of_events(snapshot->arrivals, snapshot->n_arrivals, visit, userdata);
    each_of_events(snapshot->starts, snapshot->n_starts, visit, userdata);
    each_of_events(snapshot->ends, snapshot->n_ends, visit, userdata);
    visit(&snapshot->arrivals_since, userdata);
    visit(&snapshot->unreadable_event, userdata);
    each_of_cache(&snapshot->cache, visit, userdata);
    for (size_t i = 0; i < snapshot->n_builders; i++)
        each_of_cache(&snapshot->builders[i].cache, visit, userdata);
    for (size_t i = 0; i < snapshot->n_volumes; i++)
        visit(&snapshot->volumes[i].created, userdata);
    for (size_t i = 0; i < snapshot->n_facts; i++)
        visit(&snapshot->facts[i].tagged, userdata);
}

Time ledger_clock_trusted_at(const Ledger *ledger)
{
    return ledger->stored && ledger->doubt.since > 0 ? saturating_add(ledger->doubt.since, CLOCK_STANDS_AFTER) : 0;
}
