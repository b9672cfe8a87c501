/* SPDX-License-Identifier: MIT */
/* Puts together, from single events, the containers that came and went between two passes. */
#include <rgc/snapshot.h>

#include <string.h>

static Container *find_gone(Snapshot *snapshot, const char *id)
{
    for (size_t i = snapshot->n_gone; i-- > 0;) /* events of one container mostly follow each other */
        if (strcmp(snapshot->gone[i].id, id) == 0)
            return &snapshot->gone[i];
    Container *container = array_add(&snapshot->gone, &snapshot->n_gone);
    container->id = xstrdup(id);
    container->state = STATE_EXITED;
    container->run.is_auto_remove = true; /* or somebody removed it: events do not tell which */
    return container;
}

static void fill(char **to, const char *from)
{
    if (!*to)
        *to = xstrdup(from);
}

/* Each event adds what it tells. The labels of the last one count, since an event has all labels of its container. */
void snapshot_note_gone(Snapshot *snapshot, const ContainerEvent *event)
{
    Container *container = find_gone(snapshot, event->container);
    const char *action = event->action ? event->action : "";

    fill(&container->name, event->name ? event->name : "");
    fill(&container->image_id, event->image);
    fill(&container->image_ref, event->reference);
    labels_clear(&container->labels);
    labels_copy(&container->labels, event->labels);
    if (strcmp(action, "create") == 0) {
        container->created = event->at;
    } else if (strcmp(action, "start") == 0) {
        container->run.is_known = true;
        container->run.started = event->at;
    } else if (strcmp(action, "die") == 0) {
        container->run.finished = event->at;
        container->run.exit_code = event->exit_code;
    }
    container->run.was_killed |= event->is_ending;
}

void snapshot_drop_present(Snapshot *snapshot)
{
    size_t kept = 0;

    for (size_t i = 0; i < snapshot->n_gone; i++)
        if (snapshot_container(snapshot, snapshot->gone[i].id))
            container_clear(&snapshot->gone[i]);
        else
            snapshot->gone[kept++] = snapshot->gone[i];
    snapshot->n_gone = kept;
}
