/* SPDX-License-Identifier: MIT */
#include <rgc/json_values.h>
#include <rgc/state_directory.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HISTORY_FILE "history.jsonl"
#define HISTORY_LINES ((size_t)500)
#define HISTORY_BYTES ((size_t)1 << 20)
#define HISTORY_READ_LIMIT (8 * HISTORY_BYTES) /* somebody may have added to it */

static json_t *parse_summary(const char *line)
{
    json_t *object = json_loads(line, 0, NULL);

    if (json_is_object(object))
        return object;
    json_decref(object);
    return NULL;
}

/* Splits in place, oldest first; empty lines left out. */
static void split_lines(char *text, Strings *ret)
{
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        strings_add(ret, line);
}

static int read_lines(StateDirectory *state, Strings *ret, Error *err)
{
    cleanup_with(free_charp) char *text = NULL;
    Error why = {0};
    int r;

    r = state_read_file(state, HISTORY_FILE, HISTORY_READ_LIMIT, &text, NULL, &why);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set(err, -r, "%s", why.text);
    split_lines(text, ret);
    return 0;
}

static bool has_entries(const json_t *summary, const char *object, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(summary, object), key)) != 0;
}

static bool has_removed_nothing(const json_t *summary)
{
    return !has_entries(summary, "removed", "images") && !has_entries(summary, "removed", "containers") &&
           !has_entries(summary, "removed", "build_cache_records") && !has_entries(summary, "freed", "engine_bytes") &&
           !has_entries(summary, "outcomes", "failed") && !has_entries(summary, "outcomes", "unknown");
}

static bool is_same_text(const json_t *a, const json_t *b, const char *key)
{
    const char *text_a = json_string_value(json_object_get(a, key));
    const char *text_b = json_string_value(json_object_get(b, key));

    return text_a && text_b ? strcmp(text_a, text_b) == 0 : text_a == text_b;
}

static bool was_interrupted(const json_t *summary)
{
    return json_is_true(json_object_get(summary, "interrupted"));
}

/* A pass that failed, was held or interrupted does not vanish behind one that was not, nor behind one that failed for
 * another reason. */
static bool is_same_end(const json_t *a, const json_t *b)
{
    return is_same_text(a, b, "error") && is_same_text(a, b, "hold") && was_interrupted(a) == was_interrupted(b);
}

static json_int_t passes_of(const json_t *summary)
{
    json_int_t passes = json_integer_value(json_object_get(summary, "passes"));

    return passes > 0 ? passes : 1;
}

/* Makes `summary` stand for the last line's passes too, if both did nothing. */
static bool fold(json_t *summary, const char *last_line)
{
    json_t *last = parse_summary(last_line);
    bool can_fold = last && has_removed_nothing(last) && has_removed_nothing(summary) && is_same_end(summary, last);

    if (can_fold) {
        json_object_set_new(summary, "passes", json_integer(passes_of(last) + passes_of(summary)));
        json_object_set(summary, "began", json_object_get(last, "began"));
    }
    json_decref(last);
    return can_fold;
}

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
    json_t *summary = parse_summary(summary_json);
    size_t size;
    char *line;
    int r;

    if (!summary)
        return error_set(err, EINVAL, "history: the summary is not a JSON object");
    r = read_lines(state, &lines, err);
    if (r == -EFBIG)
        strings_clear(&lines); /* rgc never writes such a file: begin a new one rather than have none for ever */
    else if (r < 0) {
        json_decref(summary);
        return r;
    }
    if (removed_nothing && lines.count > 0 && fold(summary, lines.items[lines.count - 1]))
        free(lines.items[--lines.count]);
    line = json_line(summary);
    *array_add(&lines.items, &lines.count) = line;
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
        json_t *summary = parse_summary(lines.items[i - 1]);

        if (summary)
            strings_add(&newest, lines.items[i - 1]);
        json_decref(summary);
    }
    *ret = newest;
    return 0;
}
