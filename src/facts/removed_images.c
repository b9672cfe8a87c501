/* SPDX-License-Identifier: MIT */
/* Counts images by the tags that a report names: an image is removed when something of it was, and nothing is left. */
#include <rgc/removed_images.h>

#include <string.h>

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Collects the sorted IDs of images of which something was removed (are_gone) or was not. Returns how many. An image
 * may be in both lists: it has a tag left, and is still there. */
static size_t collect_image_ids(const Report *report, bool are_gone, const char **ids)
{
    size_t count = 0, unique = 0;

    for (size_t i = 0; i < report->n_entries; i++) {
        const OutcomeEntry *entry = &report->entries[i];
        bool is_gone = entry->outcome == OUTCOME_REMOVED || entry->outcome == OUTCOME_GONE;

        if (entry->kind == TARGET_IMAGE && (are_gone ? entry->outcome == OUTCOME_REMOVED : !is_gone))
            ids[count++] = entry->id;
    }
    qsort(ids, count, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(ids[i], ids[i - 1]) != 0)
            ids[unique++] = ids[i];
    return unique;
}

const char **removed_images(const Report *report, size_t *ret_count)
{
    const char **gone = xcalloc(report->n_entries + 1, sizeof(*gone));
    const char **left = xcalloc(report->n_entries + 1, sizeof(*left));
    size_t n_gone = collect_image_ids(report, true, gone);
    size_t n_left = collect_image_ids(report, false, left);
    size_t removed = 0;

    for (size_t i = 0; i < n_gone; i++)
        if (!removed_images_have(left, n_left, gone[i]))
            gone[removed++] = gone[i];
    free(left);
    *ret_count = removed;
    return gone;
}

bool removed_images_have(const char *const *ids, size_t count, const char *id)
{
    return bsearch(&id, ids, count, sizeof(*ids), compare_ids);
}
