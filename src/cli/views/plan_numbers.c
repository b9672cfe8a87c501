/* SPDX-License-Identifier: MIT */
/* The numbers of a plan as words, which plan, collect and status share. */
#include "show.h"
#include "texts.h"

#include <string.h>

VerdictCounts plan_counts(const Plan *plan)
{
    VerdictCounts counts = {0};
    for (size_t i = 0; i < plan->n_images; i++)
        counts.images[plan->images[i].judgement.verdict]++;
    for (size_t i = 0; i < plan->n_containers; i++)
        counts.containers[plan->containers[i].judgement.verdict]++;
    return counts;
}

char *estimate_text(const Plan *plan)
{
    char least[TEXT_MAX], most[TEXT_MAX];
    format_bytes(least, plan->estimate_bytes);
    format_bytes(most, plan->estimate_most_bytes > 0 ? plan->estimate_most_bytes : 0);
    if (plan->estimate_is_exact)
        return xasprintf("about %s", least);
    if (plan->estimate_most_bytes < plan->estimate_bytes)
        return xasprintf("at least %s", least);
    return plan->estimate_bytes > 0 && strcmp(least, most) != 0 ? xasprintf("%s to %s", least, most)
                                                                : xasprintf("up to %s", most);
}

/* Appends ", TEXT" and frees what was there. */
static char *joined(char *list, char *text)
{
    char *both = list ? xasprintf("%s, %s", list, text) : xstrdup(text);
    free(list);
    free(text);
    return both;
}

char *removed_text(size_t images, size_t containers, bool has_cache)
{
    char *list = NULL;
    if (images > 0)
        list = joined(list, xasprintf("%zu image%s", images, plural(images)));
    if (containers > 0)
        list = joined(list, xasprintf("%zu container%s", containers, plural(containers)));
    if (has_cache)
        list = joined(list, xstrdup("build cache"));
    return list ? list : xstrdup("nothing");
}

int64_t gained_bytes(int64_t disk_bytes)
{
    return disk_bytes > 0 ? disk_bytes : 0;
}

char *removals_text(const Plan *plan)
{
    VerdictCounts counts = plan_counts(plan);
    size_t images = counts.images[VERDICT_REMOVE], containers = counts.containers[VERDICT_REMOVE], builders = 0,
           volumes = 0;
    char *list = NULL, bytes[TEXT_MAX];
    if (images > 0)
        list = joined(list, xasprintf("%zu image%s", images, plural(images)));
    if (containers > 0)
        list = joined(list, xasprintf("%zu container%s", containers, plural(containers)));
    if (plan->cache.evict_records > 0)
        list = joined(list, xasprintf("%s of build cache", format_bytes(bytes, plan->cache.evict_bytes)));
    if (plan->cache.is_blind)
        list = joined(list, xstrdup("old build cache"));
    for (size_t i = 0; i < plan->n_builders; i++) {
        builders += plan->builders[i].prune;
        volumes += plan->builders[i].removes && !plan->builders[i].builder->container_id;
    }
    if (builders > 0)
        list = joined(list, xasprintf("the cache of %zu builder%s", builders, plural(builders)));
    if (volumes > 0)
        list = joined(list, xasprintf("%zu volume%s of builders", volumes, plural(volumes)));
    return list ? list : xstrdup("nothing");
}

void show_nothing_to_remove(const Screen *screen, const Plan *plan)
{
    VerdictCounts counts = plan_counts(plan);
    size_t kept = counts.images[VERDICT_KEEP], waiting = counts.images[VERDICT_WAIT];
    if (plan->n_images == 0) {
        screen_say(screen, 0, COLOR_KEEP, "nothing to remove: there are no images");
        return;
    }
    cleanup_with(free_charp) char *next = eligible_text(plan->next_at, plan->now);
    cleanup_with(free_charp) char *waits = waiting > 0 ? xasprintf(", %zu kept for now", waiting) : NULL;
    screen_say(screen, 0, COLOR_KEEP, "nothing to remove: %zu image%s kept%s%s%s", kept, plural(kept),
               waits ? waits : "", plan->next_at ? "; the next may be removed " : "", plan->next_at ? next : "");
}
