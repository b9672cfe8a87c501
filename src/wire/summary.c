/* SPDX-License-Identifier: MIT */
/* The summary as a value: counting, questions that several commands ask, and its one sentence for people. */
#include <rgc/saturate.h>
#include <rgc/summary.h>

#include <string.h>

void summary_init(Summary *ret)
{
    *ret = (Summary){.passes = 1, .exit_code = -1};
}

static void counts_clear(SummaryCounts *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        free(counts->items[i].group);
        free(counts->items[i].name);
    }
    free(counts->items);
}

void summary_clear(Summary *summary)
{
    free(summary->trigger);
    free(summary->reason);
    free(summary->error);
    free(summary->suspension);
    free(summary->next_why);
    counts_clear(&summary->counts);
    counts_clear(&summary->outcomes);
    counts_clear(&summary->cut);
    for (size_t i = 0; i < summary->n_disks; i++)
        free(summary->disks[i].path);
    free(summary->disks);
    for (size_t i = 0; i < summary->n_apps; i++) {
        free(summary->apps[i].app);
        free(summary->apps[i].destination);
        free(summary->apps[i].version);
    }
    free(summary->apps);
    strings_clear(&summary->errors);
    summary_init(summary);
}

void summary_count(SummaryCounts *counts, const char *group, const char *name, int64_t count)
{
    *(SummaryCount *)array_add(&counts->items, &counts->count) =
        (SummaryCount){.group = group ? xstrdup(group) : NULL, .name = name ? xstrdup(name) : NULL, .count = count};
}

static bool is_or_any(const char *text, const char *wanted)
{
    return !wanted || (text && strcmp(text, wanted) == 0);
}

int64_t summary_sum(const SummaryCounts *counts, const char *group, const char *name)
{
    int64_t sum = 0;

    for (size_t i = 0; i < counts->count; i++)
        if (is_or_any(counts->items[i].group, group) && is_or_any(counts->items[i].name, name) &&
            counts->items[i].count > 0)
            saturating_grow(&sum, counts->items[i].count);
    return sum;
}

int64_t summary_failures(const Summary *summary)
{
    return saturating_add(summary_sum(&summary->outcomes, NULL, "failed"),
                          summary_sum(&summary->outcomes, NULL, "unknown"));
}

bool summary_has_removed(const Summary *summary)
{
    return summary->removed_images > 0 || summary->removed_containers > 0 || summary->removed_records > 0;
}

const SummaryDisk *summary_fullest(const Summary *summary)
{
    const SummaryDisk *fullest = NULL;

    for (size_t i = 0; i < summary->n_disks; i++)
        if (summary->disks[i].before_percent >= 0 &&
            (!fullest || summary->disks[i].before_percent >= fullest->before_percent))
            fullest = &summary->disks[i];
    return fullest;
}

static char *counted(int64_t count, const char *what)
{
    return xasprintf("%lld %s%s", (long long)count, what, count == 1 ? "" : "s");
}

char *summary_text(const Summary *summary)
{
    if (summary->suspension && strcmp(summary->suspension, "trial") == 0) {
        cleanup_with(free_charp) char *images = counted(summary_sum(&summary->counts, "remove", NULL), "image");
        return xasprintf("would remove %s", images);
    }
    if (!summary_has_removed(summary))
        return xstrdup("removed nothing");
    int64_t n_images = summary->removed_images, n_containers = summary->removed_containers;
    cleanup_with(free_charp) char *images = n_images > 0 ? counted(n_images, "image") : NULL;
    cleanup_with(free_charp) char *containers = n_containers > 0 ? counted(n_containers, "container") : NULL;
    char freed[TEXT_MAX];
    return xasprintf("removed %s%s%s, freed %s", images ? images : "", images && containers ? " and " : "",
                     containers ? containers
                     : images   ? ""
                                : "build cache",
                     format_bytes(freed, summary->disk_bytes > 0 ? summary->disk_bytes : 0));
}
