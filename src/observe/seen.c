/* SPDX-License-Identifier: MIT */
/* What was seen between two passes becomes part of the picture, as if the engine's replay reached back that far. */
#include <rgc/watch.h>

#include <rgc/seen_file.h>
#include <rgc/watch_file.h>

#include <string.h>

typedef struct Fold {
    Snapshot *snapshot;
    Time last;  /* of the last line */
    Time taken; /* until then the ledger of a pass has it, and only that */
} Fold;

static bool is_action(const Seen *seen, const char *action)
{
    return seen->action && strcmp(seen->action, action) == 0;
}

/* The one that is there already gets the later time. Tags are kept apart: some are this program's own. */
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

/* Without a hole from before the last pass, or from later on, up to where the replay begins. What was seen before the
 * last pass is in the ledger, and only there: with a ledger that is lost, nothing is known. */
static void extend(const Fold *all, const Watched *watched, const Ledger *ledger, Time now)
{
    Snapshot *snapshot = all->snapshot;
    Time until = watched->until > all->last ? watched->until : all->last;
    Time since = watched->since > ledger->learned ? watched->since : ledger->learned;
    if (all->taken > since) /* the ledger is an older one */
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
    /* First what is claimed, then the lines: those that come in between do no harm. */
    bool is_watched = watch_file_read(state, &watched);

    size_t n_damaged = seen_files_read(state, fold, &all);
    if (is_watched && n_damaged == 0)
        extend(&all, &watched, ledger, now);
}

void seen_drop(StateDirectory *state, const Ledger *stored)
{
    Watched watched;

    /* Where nobody watches nothing is claimed of it. */
    seen_files_drop(state, watch_file_read(state, &watched) ? stored->learned : 0);
}
