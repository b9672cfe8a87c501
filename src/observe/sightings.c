/* SPDX-License-Identifier: MIT */
/*
 * Folding: what was seen between two passes becomes part of the snapshot, as if the engine's replay reached back that
 * far. Learning then needs to know nothing of files and watchers. rgc/watch.h tells the whole story.
 *
 * Each line is added whether or not anybody claims that nothing was missed, because evidence of a use is always good.
 * The claim only decides how far back the absence of evidence counts (arrivals_since).
 */
#include <rgc/watch.h>

#include <rgc/sightings_file.h>
#include <rgc/watch_file.h>

#include <string.h>

typedef struct Fold {
    Snapshot *snapshot;
    Time last;  /* the time of the newest line */
    Time taken; /* what was seen until then is only in the ledger of the pass that took it; 0 = nothing is */
} Fold;

static bool is_action(const Sighting *sighting, const char *action)
{
    return sighting->action && strcmp(sighting->action, action) == 0;
}

/* Adds an event, or gives the same one that is there already the later time. Tag events are kept apart, because rgc
 * makes some of them itself, which learning tells by their time. */
static void add(ArrivalEvent **list, size_t *count, const char *reference, const Sighting *sighting)
{
    bool is_made_here = is_action(sighting, "commit") || is_action(sighting, "import");
    bool is_one_enough = sighting->is_transfer || sighting_is_use(sighting);

    for (size_t i = 0; is_one_enough && i < *count; i++) {
        ArrivalEvent *event = &(*list)[i];
        if (event->is_transfer == sighting->is_transfer && event->is_made_here == is_made_here &&
            strcmp(event->reference, reference) == 0) {
            if (sighting->at > event->time)
                event->time = sighting->at;
            return;
        }
    }
    *array_add(list, count) = (ArrivalEvent){.reference = xstrdup(reference),
                                             .time = sighting->at,
                                             .is_transfer = sighting->is_transfer,
                                             .is_made_here = is_made_here};
}

static void fold_arrival(Snapshot *snapshot, const Sighting *sighting)
{
    const char *names[] = {sighting->image, sighting->reference};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i])
            add(&snapshot->arrivals, &snapshot->n_arrivals, names[i], sighting);
}

static void fold_gone(Snapshot *snapshot, const Sighting *sighting)
{
    const ContainerEvent event = {.container = sighting->container,
                                  .name = sighting->name,
                                  .action = sighting->action,
                                  .image = sighting->image,
                                  .reference = sighting->reference,
                                  .labels = &sighting->labels,
                                  .at = sighting->at,
                                  .is_ending = sighting->is_ending,
                                  .exit_code = sighting->exit_code};
    snapshot_note_gone(snapshot, &event);
}

static void fold_use(Snapshot *snapshot, const Sighting *sighting)
{
    const char *image = sighting->image ? sighting->image : sighting->reference;
    Container *container = sighting->container ? snapshot_container(snapshot, sighting->container) : NULL;

    if (image && (is_action(sighting, "create") || is_action(sighting, "start")))
        add(&snapshot->starts, &snapshot->n_starts, image, sighting);
    if (container)
        container->run.was_killed |= sighting->is_ending;
    else if (sighting->container)
        fold_gone(snapshot, sighting);
}

static void fold(const Sighting *sighting, void *userdata)
{
    Fold *all = userdata;

    if (sighting_is_pass(sighting)) {
        all->taken = sighting->at > all->taken ? sighting->at : all->taken;
        return;
    }
    if (sighting->at > all->last)
        all->last = sighting->at;
    if (sighting_is_arrival(sighting))
        fold_arrival(all->snapshot, sighting);
    else if (sighting_is_use(sighting))
        fold_use(all->snapshot, sighting);
}

/* Moves arrivals_since back to where the claim begins, but not beyond the last pass, and only if the claim reaches to
 * the beginning of the engine's replay. What was seen before the last pass is in its ledger and nowhere else, so with a
 * ledger that is lost, or is an older one, nothing is known of that time. */
static void extend(const Fold *all, const WatchClaim *claim, const Ledger *ledger, Time now)
{
    Snapshot *snapshot = all->snapshot;
    Time until = claim->until > all->last ? claim->until : all->last;
    Time since = claim->since > ledger->learned ? claim->since : ledger->learned;
    if (all->taken > since) /* the ledger is older than the last pass */
        since = all->taken;

    if (claim->is_followed)
        until = now;
    if (ledger->learned > 0 && until >= snapshot->arrivals_since && since < snapshot->arrivals_since)
        snapshot->arrivals_since = since;
}

void sightings_fold(StateDirectory *state, const Ledger *ledger, Snapshot *snapshot, Time now)
{
    Fold all = {.snapshot = snapshot};
    WatchClaim claim;
    /* The claim is read before the lines: a line that is added in between is only more than what was claimed. */
    bool has_claim = watch_file_read(state, &claim);

    size_t n_damaged = sightings_files_read(state, fold, &all);
    if (has_claim && n_damaged == 0)
        extend(&all, &claim, ledger, now);
}

void sightings_drop(StateDirectory *state, const Ledger *stored)
{
    WatchClaim claim;

    /* If nobody watches, no claim can go wrong, and the file needs no line of this pass. */
    sightings_files_drop(state, watch_file_read(state, &claim) ? stored->learned : 0);
}
