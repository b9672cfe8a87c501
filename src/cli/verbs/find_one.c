/* SPDX-License-Identifier: MIT */
/* Finds the one thing that a word means, and otherwise says what it may mean: a list to choose from helps more than
 * "not found". */
#include "cli/views/texts.h"
#include "find.h"

#include <errno.h>
#include <string.h>

/* With more candidates, the list no longer fits an error. */
#define CANDIDATES_MAX 5

static char *candidate_text(const Plan *plan, const Match *match)
{
    cleanup_with(free_charp) char *id =
        short_id(match->image ? match->image->image->id : match->container->container->id);
    if (match->container)
        return xasprintf("container %s (%s)", match->container->container->name, id);
    cleanup_with(free_charp) char *label = image_label(match->image->image);
    cleanup_with(free_charp) char *app = app_label(plan, deciding_app(match->image));
    return xasprintf("image %s (%s%s%s)", label, app, app[0] ? ", " : "", id);
}

static int list_candidates(const Plan *plan, const char *word, const Matches *matches, Error *err)
{
    cleanup_with(free_charp) char *list = xstrdup("");
    for (size_t i = 0; i < matches->count && i < CANDIDATES_MAX; i++) {
        cleanup_with(free_charp) char *candidate = candidate_text(plan, &matches->items[i]);
        char *longer = xasprintf("%s\n%s", list, candidate);
        free(list);
        list = longer;
    }
    cleanup_with(free_charp) char *more =
        matches->count > CANDIDATES_MAX ? xasprintf("\nand %zu more", matches->count - CANDIDATES_MAX) : xstrdup("");
    return error_set(err, EINVAL,
                     matches->are_only_similar ? "nothing is named '%s'; did you mean one of these?%s%s"
                                               : "'%s' is ambiguous; name one of these, or use its ID:%s%s",
                     word, list, more);
}

/* Explains why a word finds nothing. A builder may have left only a volume, and a row that rgc cannot read has no
 * verdict either. */
static int say_none(const Plan *plan, const char *word, Error *err)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        const Builder *builder = plan->builders[i].builder;
        if (!builder->container_id && strcmp(builder->name, word) == 0)
            return error_set(err, EINVAL, "builder '%s' has no container here: %s", word, plan->builders[i].reason);
    }
    for (size_t i = 0; i < plan->snapshot->n_unreadable && strlen(word) >= 4; i++) {
        const UnreadableRow *row = &plan->snapshot->unreadable[i];
        if (strncmp(row->name, word, strlen(word)) == 0)
            return error_set(err, EINVAL, "rgc cannot read %s '%s', so it has no verdict: %s",
                             row_kind_to_string(row->kind), word, row->why);
    }
    return error_set(
        err, ENOENT,
        "no app, image or container here is named '%s', and rgc does not know of one that a pass has removed; rgc plan "
        "lists the images, rgc status --all the apps, and docker ps -a the containers",
        word);
}

int find_one(const Plan *plan, const char *word, Match *ret, Error *err)
{
    cleanup_with(matches_clear) Matches matches;
    find_in_plan(plan, word, &matches);
    if (matches.count == 0)
        return say_none(plan, word, err);
    if (matches.count > 1 || matches.are_only_similar)
        return list_candidates(plan, word, &matches, err);
    *ret = matches.items[0];
    return 0;
}
