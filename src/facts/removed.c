/* SPDX-License-Identifier: MIT */
/* The states of what was removed, and which of several records of one thing counts. */
#include <rgc/removed.h>

#include <string.h>

const char *removed_state_to_string(RemovedState state)
{
    static const char *const names[] = {
        [REMOVED_GOING] = "going", [REMOVED_DONE] = "removed", [REMOVED_ASSUMED] = "assumed", [REMOVED_NOT] = "kept"};

    return names[state];
}

bool removed_is(const Removed *removed, RemovedState state)
{
    return strcmp(removed->state, removed_state_to_string(state)) == 0;
}

void removed_set_state(Removed *removed, RemovedState state)
{
    free(removed->state);
    removed->state = xstrdup(removed_state_to_string(state));
}

void removed_clear(Removed *removed)
{
    free(removed->kind);
    free(removed->id);
    strings_clear(&removed->names);
    free(removed->app);
    free(removed->destination);
    free(removed->version);
    free(removed->reason);
    free(removed->state);
    *removed = (Removed){0};
}

void removed_list_clear(RemovedList *list)
{
    for (size_t i = 0; i < list->count; i++)
        removed_clear(&list->items[i]);
    free(list->items);
    *list = (RemovedList){0};
}

static int compare_things(const Removed *a, const Removed *b)
{
    int order = strcmp(a->id, b->id);

    if (a->pass != b->pass)
        return a->pass < b->pass ? -1 : 1;
    return order != 0 ? order : strcmp(a->kind, b->kind);
}

static int compare(const void *a, const void *b)
{
    const Removed *x = *(const Removed *const *)a, *y = *(const Removed *const *)b;
    int order = compare_things(x, y);

    return order != 0 ? order : x < y ? -1 : 1;
}

/* Sorts pointers to the records and not the records themselves, so that their order in time is kept. */
void removed_list_settle(RemovedList *list)
{
    Removed **sorted = xcalloc(list->count + 1, sizeof(*sorted));
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        sorted[i] = &list->items[i];
    qsort(sorted, list->count, sizeof(*sorted), compare);
    for (size_t i = 0; i < list->count; i++) {
        bool is_last = i + 1 == list->count || compare_things(sorted[i], sorted[i + 1]) != 0;

        if (!is_last || removed_is(sorted[i], REMOVED_NOT))
            removed_clear(sorted[i]);
    }
    free(sorted);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id)
            list->items[kept++] = list->items[i];
    list->count = kept;
}
