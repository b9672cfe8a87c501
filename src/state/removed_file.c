/* SPDX-License-Identifier: MIT */
/*
 * removed.jsonl: read as a whole, appended to while a pass acts, and replaced within its bounds when the pass begins
 * and ends. tests/unit/state/removed_file.c tests the bounds and half lines.
 */
#include <rgc/removed_file.h>

#include "record_fields.h"

#include <rgc/file.h>
#include <rgc/json_values.h>
#include <rgc/lines.h>
#include <rgc/state_directory.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVED_FILE "removed.jsonl"
#define REMOVED_BYTES ((size_t)4 << 20)
#define REMOVED_AGE_USEC (400 * USEC_PER_DAY)
#define READ_LIMIT (8 * REMOVED_BYTES) /* a pass appends before it cuts the file */
#define FILE_MODE ((mode_t)0640)

static const Field fields[] = {
    {"state", FIELD_ID, offsetof(Removed, state)},
    {"pass", FIELD_INT, offsetof(Removed, pass)},
    {"at", FIELD_TIME, offsetof(Removed, at)},
    {"kind", FIELD_ID, offsetof(Removed, kind)},
    {"id", FIELD_ID, offsetof(Removed, id)},
    {"names", FIELD_STRINGS, offsetof(Removed, names)},
    {"app", FIELD_TEXT, offsetof(Removed, app)},
    {"destination", FIELD_TEXT, offsetof(Removed, destination)},
    {"version", FIELD_TEXT, offsetof(Removed, version)},
    {"reason", FIELD_TEXT, offsetof(Removed, reason)},
    {"bytes", FIELD_OFFSET, offsetof(Removed, bytes)},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool is_known_state(const Removed *removed)
{
    for (int state = 0; state < REMOVED_STATE_MAX_; state++)
        if (removed_is(removed, (RemovedState)state))
            return true;
    return false;
}

static void read_line(const char *text, RemovedList *ret)
{
    json_t *object = json_loads(text, 0, NULL);
    Removed removed = {0};
    Error ignored;
    bool is_sound = json_is_object(object) && record_decode(object, &removed, fields, N_FIELDS, &ignored) == 0 &&
                    is_known_state(&removed) && removed.pass > 0;

    json_decref(object);
    if (is_sound)
        *array_add(&ret->items, &ret->count) = removed;
    else
        removed_clear(&removed);
}

int removed_load(StateDirectory *state, RemovedList *ret, Error *err)
{
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(strings_clear) Strings lines = {0};
    RemovedList list = {0};
    Error why = {0};
    size_t size = 0;
    int r = state_read_file(state, REMOVED_FILE, READ_LIMIT, &text, &size, &why);

    if (r < 0 && r != -ENOENT)
        return error_set(err, -r, "%s", why.text);
    if (r == 0)
        (void)lines_split(text, size, &lines); /* a damaged line only means that one thing is not shown */
    for (size_t i = 0; i < lines.count; i++)
        read_line(lines.items[i], &list);
    removed_list_settle(&list);
    *ret = list;
    return 0;
}

/* One line with its newline. Caller frees. */
static char *line_of(const Removed *removed)
{
    cleanup_with(free_charp) char *text = json_line(record_encode(removed, fields, N_FIELDS));

    return xasprintf("%s\n", text);
}

static bool is_too_old(const Removed *removed, Time now)
{
    return removed->at < now - REMOVED_AGE_USEC;
}

int removed_save(StateDirectory *state, const RemovedList *list, Time now, Error *err)
{
    Strings lines = {0}; /* the newest first */
    size_t bytes = 0;

    for (size_t i = list->count; i > 0; i--) {
        if (is_too_old(&list->items[i - 1], now))
            continue;
        cleanup_with(free_charp) char *line = line_of(&list->items[i - 1]);
        if (bytes + strlen(line) > REMOVED_BYTES)
            break;
        bytes += strlen(line);
        strings_add(&lines, line);
    }
    cleanup_with(free_charp) char *text = xmalloc(bytes + 1);
    char *end = text;
    *end = '\0';
    for (size_t i = lines.count; i > 0; i--)
        end = stpcpy(end, lines.items[i - 1]);
    strings_clear(&lines);
    return state_write_file(state, REMOVED_FILE, text, bytes, err);
}

static int open_for_adding(const StateDirectory *state)
{
    Error ignored;
    int fd = -1;

    return state_open_file(state, REMOVED_FILE, O_RDWR | O_APPEND | O_CREAT, FILE_MODE, &fd, &ignored) < 0 ? -1 : fd;
}

static bool needs_newline(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && file_ends_within_a_line(fd, st.st_size);
}

void removed_append(RemovedAppender *appender, const Removed *removed)
{
    cleanup_with(free_charp) char *line = line_of(removed);
    char *text = xasprintf("%s%s", appender->owed ? appender->owed : "", line);

    free(appender->owed);
    appender->owed = text;
    removed_flush(appender);
}

/* Where half a line is written, all is written again behind it. A line that is there twice counts once. */
void removed_flush(RemovedAppender *appender)
{
    cleanup_with(close_fdp) int fd = appender->owed ? open_for_adding(appender->state) : -1;

    if (fd < 0)
        return;
    cleanup_with(free_charp) char *text = xasprintf("%s%s", needs_newline(fd) ? "\n" : "", appender->owed);
    if (write(fd, text, strlen(text)) == (ssize_t)strlen(text))
        removed_appender_clear(appender);
}

void removed_appender_clear(RemovedAppender *appender)
{
    free(appender->owed);
    appender->owed = NULL;
}
