/* SPDX-License-Identifier: MIT */
/*
 * Folding: what was seen between two passes becomes part of the snapshot, as if the engine's replay reached back that
 * far. Learning then needs to know nothing of files and watchers. rgc/watch.h tells the whole story.
 *
 * Each line is added whether or not anybody claims that nothing was missed, because evidence of a use is always good.
 * The claim only decides how far back the absence of evidence counts (arrivals_since).
 */
#include <rgc/watch.h>

#include <rgc/seen_file.h>
#include <rgc/watch_file.h>

#include <string.h>

typedef struct Fold {
    Snapshot *snapshot;
    Time last;  /* the time of the newest line */
    Time taken; /* what was seen until then is only in the ledger of the pass that took it; 0 = nothing is */
} Fold;

static bool is_action(const Seen *seen, const char *action)
{
    return seen->action && strcmp(seen->action, action) == 0;
}

/* Adds an event, or gives the same one that is there already the later time. Tag events are kept apart, because rgc
 * makes some of them itself, which learning tells by their time. */
static void add(ArrivalEvent **list, size_t *count, const char *reference, const Seen *seen)
{
    bool is_made_here = is_action(seen, "commit") || is_action(seen, "import");
    bool is_one_enough = seen->is_transfer || seen_is_use(seen);

    for (size_t i = 0; is_one_enough && i < *count; i++) {
        ArrivalEvent *event = &(*list)[i];
        if (event->is_transfer == seen->is_transfer && event->is_made_here == is_made_here &&
            strcmp(event->reference, reference) == 0) {
            if (seen->at > event->time)
                event->time = seen->at;
            return;
        }
    }
    *array_add(list, count) = (ArrivalEvent){.reference = xstrdup(reference),
                                             .time = seen->at,
                                             .is_transfer = seen->is_transfer,
                                             .is_made_here = is_made_here};
}

static void fold_arrival(Snapshot *snapshot, const Seen *seen)
{
    const char *names[] = {seen->image, seen->reference};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i])
            add(&snapshot->arrivals, &snapshot->n_arrivals, names[i], seen);
}

static void fold_gone(Snapshot *snapshot, const Seen *seen)
{
    const ContainerEvent event = {.container = seen->container,
                                  .name = seen->name,
                                  .action = seen->action,
                                  .image = seen->image,
                                  .reference = seen->reference,
                                  .labels = &seen->labels,
                                  .at = seen->at,
                                  .is_ending = seen->is_ending,
                                  .exit_code = seen->exit_code};
    snapshot_note_gone(snapshot, &event);
}

static void fold_use(Snapshot *snapshot, const Seen *seen)
{
    const char *image = seen->image ? seen->image : seen->reference;
    Container *container = seen->container ? snapshot_container(snapshot, seen->container) : NULL;

    if (image && (is_action(seen, "create") || is_action(seen, "start")))
        add(&snapshot->starts, &snapshot->n_starts, image, seen);
    if (container)
        container->run.was_killed |= seen->is_ending;
    else if (seen->container)
        fold_gone(snapshot, seen);
}

static void fold(const Seen *seen, void *userdata)
{
    Fold *all = userdata;

    if (seen_is_pass(seen)) {
        all->taken = seen->at > all->taken ? seen->at : all->taken;
        return;
    }
    if (seen->at > all->last)
        all->last = seen->at;
    if (seen_is_arrival(seen))
        fold_arrival(all->snapshot, seen);
    else if (seen_is_use(seen))
        fold_use(all->snapshot, seen);
}

/* Moves arrivals_since back to where the claim begins, but not beyond the last pass, and only if the claim reaches to
 * the beginning of the engine's replay. What was seen before the last pass is in its ledger and nowhere else, so with a
 * ledger that is lost, or is an older one, nothing is known of that time. */
static void extend(const Fold *all, const Watched *watched, const Ledger *ledger, Time now)
{
    Snapshot *snapshot = all->snapshot;
    Time until = watched->until > all->last ? watched->until : all->last;
    Time since = watched->since > ledger->learned ? watched->since : ledger->learned;
    if (all->taken > since) /* the ledger is older than the last pass */
        since = all->taken;

    if (watched->is_followed)
        until = now;
    if (ledger->learned > 0 && until >= snapshot->arrivals_since && since < snapshot->arrivals_since)
        snapshot->arrivals_since = since;
}

void seen_fold(StateDirectory *state, const Ledger *ledger, Snapshot *snapshot, Time now)
{
    Fold all = {.snapshot = snapshot};
    Watched watched;
    /* The claim is read before the lines: a line that is added in between is only more than what was claimed. */
    bool is_watched = watch_file_read(state, &watched);

    size_t n_damaged = seen_files_read(state, fold, &all);
    if (is_watched && n_damaged == 0)
        extend(&all, &watched, ledger, now);
}

void seen_drop(StateDirectory *state, const Ledger *stored)
{
    Watched watched;

    /* If nobody watches, no claim can go wrong, and the file needs no line of this pass. */
    seen_files_drop(state, watch_file_read(state, &watched) ? stored->learned : 0);
}
