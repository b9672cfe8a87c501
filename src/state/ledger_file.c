/* SPDX-License-Identifier: MIT */
/*
 * ledger.json: loading it, storing it, and setting it aside if it cannot be read.
 *
 * A ledger that is damaged, too large or of another schema is no reason to stop for good: the pass begins with an empty
 * one, which starts the trial, so that nothing is removed for a day. The old file is kept under another name for people
 * who want to know what happened. A file that may not be read is an error instead, because it may be whole.
 */
#include "ledger_json.h"
#include <rgc/state_directory.h>

#include <rgc/clock.h>
#include <rgc/file.h>
#include <rgc/memory.h>
#include <rgc/text.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEDGER_FILE "ledger.json"
#define SET_ASIDE_PREFIX LEDGER_FILE ".unreadable-"
#define LEDGER_LIMIT ((size_t)64 << 20)
#define SET_ASIDE_KEPT 2 /* enough to look into what happened, without filling the disk */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_set_aside(const StateDirectory *state, Strings *names)
{
    int fd = openat(state->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (!directory) {
        close_fdp(&fd);
        return;
    }
    while ((entry = readdir(directory)))
        if (strncmp(entry->d_name, SET_ASIDE_PREFIX, strlen(SET_ASIDE_PREFIX)) == 0)
            strings_add(names, entry->d_name);
    closedir(directory);
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

static void remove_old_set_aside(const StateDirectory *state)
{
    cleanup_with(strings_clear) Strings names = {0};

    list_set_aside(state, &names); /* in the order of time, with which their names end */
    for (size_t i = 0; i + SET_ASIDE_KEPT < names.count; i++)
        unlinkat(state->fd, names.items[i], 0);
}

static int set_aside(const StateDirectory *state, const char *why, char **ret_note, Error *err)
{
    cleanup_with(free_charp) char *name = NULL;
    char now[TEXT_MAX];

    name = xasprintf(SET_ASIDE_PREFIX "%s", format_time(now, wall_clock()));
    if (renameat(state->fd, LEDGER_FILE, state->fd, name) < 0)
        return error_set(err, errno, "%s/" LEDGER_FILE ": unreadable (%s), and cannot be renamed: %s", state->path, why,
                         strerror(errno));
    remove_old_set_aside(state);
    *ret_note = xasprintf("the ledger was unreadable (%s); it is now %s/%s, and this pass starts without memory", why,
                          state->path, name);
    return 0;
}

/* Only the holder of the lock may rename the file: for anybody else, a newer rgc may be at work with it right now. */
static int leave_out(const StateDirectory *state, const char *why, char **ret_note, Error *err)
{
    if (state->lock_fd >= 0)
        return set_aside(state, why, ret_note, err);
    *ret_note = xasprintf("%s/" LEDGER_FILE " is unreadable (%s) and was left out", state->path, why);
    return 0;
}

int ledger_load(StateDirectory *state, Ledger *ret, bool *ret_found, char **ret_note, Error *err)
{
    cleanup_with(free_charp) char *text = NULL, *note = NULL;
    Ledger ledger = {.is_new = true};
    Error why = {0};
    size_t size = 0;
    bool is_found = false;
    int r;

    r = state_read_file(state, LEDGER_FILE, LEDGER_LIMIT, &text, &size, &why);
    if (r == 0)
        is_found = ledger_from_json(text, size, &ledger, &why) == 0;
    else if (r < 0 && r != -ENOENT && r != -EFBIG)
        return error_set(err, -r, "%s", why.text);
    if (!is_found && r != -ENOENT) {
        r = leave_out(state, r == -EFBIG ? "larger than 64 MiB" : why.text, &note, err);
        if (r < 0)
            return r;
    }
    *ret = ledger;
    *ret_found = is_found;
    *ret_note = take_ptr(note);
    return 0;
}

int ledger_save(StateDirectory *state, const Ledger *ledger, Error *err)
{
    size_t size = 0;
    cleanup_with(free_charp) char *text = ledger_to_json(ledger, &size);

    return state_write_file(state, LEDGER_FILE, text, size, err);
}
