/* SPDX-License-Identifier: MIT */
/*
 * history.jsonl: one summary for each pass, for `rgc history`.
 *
 * On an idle host the agent makes a pass at least every 12 hours by default, and most of these remove nothing. Such
 * passes share one line that counts them; else they would push out the passes that matter. A pass that failed, was
 * suspended or was interrupted shares a line only with one that ended in the same way. tests/unit/state/history_file.c
 * tests this.
 */
#include <rgc/lines.h>
#include <rgc/state_directory.h>
#include <rgc/summary.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HISTORY_FILE "history.jsonl"
#define HISTORY_LINES ((size_t)500)
#define HISTORY_BYTES ((size_t)1 << 20)
#define HISTORY_READ_LIMIT (8 * HISTORY_BYTES) /* somebody else may have made the file longer */

static int read_lines(StateDirectory *state, Strings *ret, Error *err)
{
    cleanup_with(free_charp) char *text = NULL;
    Error why = {0};
    size_t size = 0;
    int r;

    r = state_read_file(state, HISTORY_FILE, HISTORY_READ_LIMIT, &text, &size, &why);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set(err, -r, "%s", why.text);
    (void)lines_split(text, size, ret); /* a damaged line only means that one pass is not shown */
    return 0;
}

static bool has_removed_nothing(const Summary *summary)
{
    return !summary_has_removed(summary) && summary->engine_bytes == 0 && summary_failures(summary) == 0;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether two passes ended alike: with the same error or none, suspended for the same cause, or interrupted. */
static bool is_same_end(const Summary *a, const Summary *b)
{
    return is_same_text(a->error, b->error) && is_same_text(a->suspension, b->suspension) &&
           a->interrupted == b->interrupted;
}

/* Lets `summary` also stand for the passes of the last line, if neither removed anything. Returns whether it does. */
static bool fold(Summary *summary, const char *last_line)
{
    cleanup_with(summary_clear) Summary last;
    bool can_fold = summary_from_line(last_line, &last) && has_removed_nothing(&last) && has_removed_nothing(summary) &&
                    is_same_end(summary, &last);

    if (can_fold) {
        summary->passes = last.passes > INT64_MAX - summary->passes ? INT64_MAX : last.passes + summary->passes;
        summary->began = last.began;
    }
    return can_fold;
}

/* The newest lines that fit, as one text. Caller frees. */
static char *join_within_bounds(const Strings *lines, size_t *ret_size)
{
    size_t first = lines->count, size = 0, n;
    char *text, *end;

    while (first > 0 && lines->count - first < HISTORY_LINES &&
           size + (n = strlen(lines->items[first - 1]) + 1) <= HISTORY_BYTES) {
        size += n;
        first--;
    }
    text = end = xmalloc(size + 1);
    for (size_t i = first; i < lines->count; i++)
        end += sprintf(end, "%s\n", lines->items[i]);
    *ret_size = size;
    return text;
}

int history_append(StateDirectory *state, const char *summary_json, bool removed_nothing, Error *err)
{
    cleanup_with(strings_clear) Strings lines = {0};
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(summary_clear) Summary summary;
    size_t size;
    int r;

    if (!summary_from_line(summary_json, &summary))
        return error_set(err, EINVAL, "history: the summary is not a JSON object");
    r = read_lines(state, &lines, err);
    if (r == -EFBIG)
        strings_clear(&lines); /* rgc never writes a file that is too large; a new one is better than none */
    else if (r < 0)
        return r;
    if (removed_nothing && lines.count > 0 && fold(&summary, lines.items[lines.count - 1]))
        free(lines.items[--lines.count]);
    *array_add(&lines.items, &lines.count) = summary_to_line(&summary);
    text = join_within_bounds(&lines, &size);
    return state_write_file(state, HISTORY_FILE, text, size, err);
}

int history_read(StateDirectory *state, size_t count, Strings *ret, Error *err)
{
    cleanup_with(strings_clear) Strings lines = {0};
    Strings newest = {0};
    int r;

    r = read_lines(state, &lines, err);
    if (r < 0)
        return r;
    for (size_t i = lines.count; i > 0 && (count == 0 || newest.count < count); i--) {
        cleanup_with(summary_clear) Summary summary;

        if (summary_from_line(lines.items[i - 1], &summary))
            strings_add(&newest, lines.items[i - 1]);
    }
    *ret = newest;
    return 0;
}
