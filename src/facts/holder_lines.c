/* SPDX-License-Identifier: MIT */
/* One line of what holds the disk, and the list of them: what the three files that add lines have in common. */
#include "holder_lines.h"

#include <stdlib.h>

static const char *const kind_words[HOLDER_KIND_MAX_] = {
    [HOLDER_APP] = "app",
    [HOLDER_SHARED] = "shared-layers",
    [HOLDER_UNMANAGED] = "unmanaged",
    [HOLDER_DANGLING] = "dangling",
    [HOLDER_OTHER_IMAGES] = "other-images",
    [HOLDER_BUILD_CACHE] = "build-cache",
    [HOLDER_BUILDER] = "builder",
    [HOLDER_VOLUMES] = "volumes",
    [HOLDER_ANONYMOUS] = "anonymous-volumes",
    [HOLDER_LOGS] = "container-logs",
    [HOLDER_WRITABLE] = "writable-layers",
    [HOLDER_JOURNAL] = "journal",
    [HOLDER_HIDDEN] = "hidden-images",
    [HOLDER_LEFTOVERS] = "leftovers",
    [HOLDER_REST] = "rest",
};

const char *holder_kind_to_string(HolderKind kind)
{
    return kind_words[kind];
}

Holder *holders_add(Holders *holders, HolderKind kind, char *name, int64_t bytes, char *command)
{
    Holder *holder;

    if (bytes == 0) {
        free(name);
        free(command);
        return NULL;
    }
    holder = array_add(&holders->items, &holders->count);
    *holder = (Holder){.kind = kind, .name = name, .bytes = bytes < 0 ? -1 : bytes, .command = command};
    return holder;
}

void holders_clear(Holders *holders)
{
    for (size_t i = 0; i < holders->count; i++) {
        free(holders->items[i].name);
        free(holders->items[i].command);
        free(holders->items[i].note);
    }
    free(holders->items);
    free(holders->note);
    *holders = (Holders){0};
}

double holder_percent(const Holders *holders, const Holder *holder)
{
    if (holders->total_bytes <= 0 || holder->bytes <= 0)
        return 0;
    if (holder->bytes >= holders->total_bytes) /* an engine may report more than is on the disk */
        return 100;
    double percent = (double)holder->bytes * 100.0 / (double)holders->total_bytes;
    return (double)(int64_t)(percent * 100 + 0.5) / 100;
}
