/* SPDX-License-Identifier: MIT */
/*
 * `rgc history`: reads the files of the state directory and nothing else, so it needs neither an engine nor a
 * configuration that is valid.
 */
#include "cli/session.h"
#include "cli/views/show.h"

#include <errno.h>
#include <limits.h>
#include <rgc/clock.h>
#include <rgc/removed_file.h>
#include <rgc/report_json.h>
#include <string.h>

static int parse_number(const char *word, int *ret, Error *err)
{
    unsigned long number = strspn(word, "0123456789") == strlen(word) ? strtoul(word, NULL, 10) : 0;
    if (number == 0 || number > INT_MAX)
        return error_set(err, EINVAL, "rgc history takes the number of a pass, not '%s'; rgc history lists the passes",
                         word);
    *ret = (int)number;
    return 0;
}

/* Moves what the pass has removed from `all` to `ret`. */
static void pick(RemovedList *all, int number, RemovedList *ret)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].pass == number) {
            *array_add(&ret->items, &ret->count) = all->items[i];
            all->items[i] = (Removed){0};
        }
}

/* Returns the line of this pass, which may stand for several passes that removed nothing; NULL if the history does not
 * go back that far. */
static const char *find_line(const Strings *lines, int number, Summary *ret)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (summary_from_line(lines->items[i], ret) && number <= ret->pass && number > ret->pass - ret->passes)
            return lines->items[i];
        summary_clear(ret);
    }
    return NULL;
}

static int show_pass(Session *session, int number, const Strings *lines, RemovedList *all)
{
    cleanup_with(removed_list_clear) RemovedList removed = {0};
    cleanup_with(summary_clear) Summary summary = {0};
    Error err = {0};
    const char *line = find_line(lines, number, &summary);
    pick(all, number, &removed);
    if (!line && removed.count == 0) {
        error_set(&err, ENOENT, "rgc knows of no pass %d; rgc history -n 0 lists the passes that it knows", number);
        return fail_with_usage(&err);
    }
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_history_pass(number, line, &removed));
    else
        show_history_pass(&session->screen, number, line ? &summary : NULL, &removed, wall_clock());
    return EXIT_DONE;
}

int verb_history(Session *session)
{
    Error err = {0};
    cleanup_with(strings_clear) Strings lines = {0};
    cleanup_with(removed_list_clear) RemovedList removed = {0};
    const char *word = session->arguments.operand;
    int number = 0;
    if (word && parse_number(word, &number, &err) < 0)
        return fail_with_usage(&err);
    int r = state_open(session_state_path(session), &session->state, &err);
    if (r == 0)
        r = history_read(session->state, word ? 0 : session->arguments.count, &lines, &err);
    if (r == 0 && word)
        r = removed_load(session->state, &removed, &err);
    if (r < 0 && r != -ENOENT)
        return fail_with(&err);
    if (word)
        return show_pass(session, number, &lines, &removed);
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_history(&lines));
    else
        show_history(&session->screen, &lines, wall_clock());
    return EXIT_DONE;
}
