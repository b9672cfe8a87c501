/* SPDX-License-Identifier: MIT */
/*
 * Sightings: how the watcher and the passes share seen.jsonl.
 *
 * The problem: `rgc watch` writes at any moment, also while a pass reads and drops what it has read. A lost line may be
 * the only evidence that somebody used an image. Neither may wait for the other: a pass may take minutes, and an event
 * cannot be repeated.
 *
 * The idea: reading twice is harmless, so lines are dropped late. A pass reads seen.old.jsonl and seen.jsonl. When its
 * ledger is stored, it renames seen.jsonl to seen.old.jsonl, which drops what the pass before it had read. A line that
 * the watcher adds at that moment ends up in either file, and the next pass reads both. Before renaming, the pass adds
 * a line of its own with the time of its ledger: a ledger that has learned less, such as one from a backup, sees from
 * that line that it does not know what was seen before.
 *
 * The bounds: a line that cannot be written is owed in memory, 64 KiB at most. A file that would grow beyond 256 KiB is
 * compacted to the last line of each image and app.
 *
 * What is never allowed: losing a line without saying so. Each way in which one is lost sets has_lost or counts as
 * damaged, and the claim in watch.json (rgc/watch_file.h) is given up then. tests/unit/state/sightings_file.c,
 * tests/unit/learn/sightings_fold.c and tests/unit/state/torn_files.c test this.
 */
#include <rgc/sightings_file.h>

#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/lines.h>
#include <rgc/memory_stream.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGHTINGS_FILE "seen.jsonl"
#define SIGHTINGS_OLD_FILE "seen.old.jsonl"
#define FILE_BYTES ((size_t)256 * 1024)
#define COMPACT_BYTES (FILE_BYTES / 2) /* leaves room, so that the next lines need no compaction */
#define READ_LIMIT (8 * FILE_BYTES)    /* somebody else may have made the file longer */
#define OWED_BYTES ((size_t)64 * 1024)
#define FILE_MODE ((mode_t)0640)

void sightings_file_clear(SightingsFile *file)
{
    strings_clear(&file->owed);
    *file = (SightingsFile){0};
}

static void forget_first(SightingsFile *file, size_t count)
{
    Strings *owed = &file->owed;

    for (size_t i = 0; i < count; i++) {
        file->owed_bytes -= strlen(owed->items[i]);
        free(owed->items[i]);
    }
    memmove(owed->items, owed->items + count, (owed->count - count) * sizeof(*owed->items));
    owed->count -= count;
}

/* Adds the line to what is owed, and drops the oldest ones beyond the bound. */
static void owe(SightingsFile *file, const char *line)
{
    size_t n_lost = 0;

    strings_add(&file->owed, line);
    file->owed_bytes += strlen(line);
    for (size_t bytes = file->owed_bytes; bytes > OWED_BYTES; n_lost++)
        bytes -= strlen(file->owed.items[n_lost]);
    if (n_lost > 0) {
        forget_first(file, n_lost);
        file->has_lost = true;
    }
}

static int open_for_adding(const StateDirectory *state, struct stat *ret_stat)
{
    cleanup_with(close_fdp) int fd = -1;
    Error ignored;

    if (state_open_file(state, SIGHTINGS_FILE, O_RDWR | O_APPEND | O_CREAT, FILE_MODE, &fd, &ignored) < 0 ||
        fstat(fd, ret_stat) < 0)
        return -1;
    int opened = fd;
    fd = -1;
    return opened;
}

static char *join(const Strings *lines, size_t bytes, bool needs_newline)
{
    char *text = xmalloc(bytes + 2), *end = text;

    *end = '\0';
    if (needs_newline)
        end = stpcpy(end, "\n");
    for (size_t i = 0; i < lines->count; i++)
        end = stpcpy(end, lines->items[i]);
    return text;
}

/* Two lines with the same key tell the same of one image and app, so that only the newer one matters. Caller frees. */
static char *key_of(const Sighting *sighting)
{
    const Labels *labels = &sighting->labels;
    const char *parts[] = {sighting->what,          sighting->action,     sighting->image,     sighting->reference,
                           labels->service,         labels->role,         labels->destination, labels->compose_project,
                           labels->compose_service, labels->swarm_service};
    char *key = NULL;
    size_t size = 0;
    FILE *stream = memory_stream(&key, &size);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        fprintf(stream, "%s\n", parts[i] ? parts[i] : "");
    memory_stream_close(stream);
    return key;
}

/* The last line for each key, as many of the newest as fit, the oldest first. Caller frees. */
static char *compacted(const Strings *lines, bool *ret_has_lost)
{
    cleanup_with(strings_clear) Strings keys = {0}, kept = {0};
    size_t bytes = 0;

    for (size_t i = lines->count; i-- > 0;) {
        cleanup_with(sighting_clear) Sighting sighting = {0};
        Error ignored;

        if (sighting_from_line(lines->items[i], strlen(lines->items[i]), &sighting, &ignored) < 0) {
            *ret_has_lost = true;
            continue;
        }
        cleanup_with(free_charp) char *key = key_of(&sighting);
        if (strings_contain(&keys, key))
            continue;
        if (bytes + strlen(lines->items[i]) + 1 > COMPACT_BYTES) {
            *ret_has_lost = true;
            break;
        }
        strings_add(&keys, key);
        strings_add(&kept, lines->items[i]);
        bytes += strlen(lines->items[i]) + 1;
    }
    char *text = xmalloc(bytes + 1), *end = text;
    *end = '\0';
    for (size_t i = kept.count; i-- > 0;)
        end += sprintf(end, "%s\n", kept.items[i]);
    return text;
}

static int compact(SightingsFile *file)
{
    StateDirectory *state = file->state;
    cleanup_with(strings_clear) Strings lines = {0};
    cleanup_with(free_charp) char *text = NULL;
    Error ignored;
    size_t size = 0;
    int r = state_read_file(state, SIGHTINGS_FILE, READ_LIMIT, &text, &size, &ignored);

    if (r < 0 && r != -EFBIG)
        return r;
    if (r == 0)
        file->has_lost |= lines_split(text, size, &lines) > 0;
    else
        file->has_lost = true; /* rgc never writes a file that is too large */
    cleanup_with(free_charp) char *shorter = compacted(&lines, &file->has_lost);
    return file_replace(state->fd, SIGHTINGS_FILE, shorter, strlen(shorter), FILE_MODE, state->owner, state->group,
                        &ignored);
}

/* How many of the lines are whole in the file after `bytes` of them were written. */
static size_t whole_lines(const Strings *lines, size_t bytes)
{
    size_t n = 0;

    while (n < lines->count && strlen(lines->items[n]) <= bytes)
        bytes -= strlen(lines->items[n++]);
    return n;
}

void sightings_file_write(SightingsFile *file)
{
    cleanup_with(close_fdp) int fd = -1;
    struct stat st;

    if (file->owed.count == 0 || (fd = open_for_adding(file->state, &st)) < 0)
        return;
    if ((size_t)st.st_size + file->owed_bytes > FILE_BYTES) {
        close(fd);
        fd = -1;
        if (compact(file) < 0 || (fd = open_for_adding(file->state, &st)) < 0)
            return;
    }
    bool needs_newline = file_ends_within_a_line(fd, st.st_size);
    cleanup_with(free_charp) char *text = join(&file->owed, file->owed_bytes, needs_newline);
    ssize_t n = write(fd, text, strlen(text));
    if (n > 0)
        forget_first(file, whole_lines(&file->owed, (size_t)n - needs_newline));
}

void sightings_file_add(SightingsFile *file, const Sighting *sighting)
{
    cleanup_with(free_charp) char *line = sighting_to_line(sighting);

    if (!line)
        file->has_lost = true;
    else
        owe(file, line);
    sightings_file_write(file);
}

/* Returns how many lines of this file could not be read. */
static size_t read_one(StateDirectory *state, const char *name, OnSighting *on_sighting, void *userdata)
{
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(strings_clear) Strings lines = {0};
    size_t size = 0;
    Error ignored;
    int r = state_read_file(state, name, READ_LIMIT, &text, &size, &ignored);

    if (r < 0)
        return r != -ENOENT;
    size_t n_damaged = lines_split(text, size, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        cleanup_with(sighting_clear) Sighting sighting = {0};

        if (sighting_from_line(lines.items[i], strlen(lines.items[i]), &sighting, &ignored) == 0)
            on_sighting(&sighting, userdata);
        else
            n_damaged++;
    }
    return n_damaged;
}

size_t sightings_files_read(StateDirectory *state, OnSighting *on_sighting, void *userdata)
{
    size_t n_damaged = read_one(state, SIGHTINGS_OLD_FILE, on_sighting, userdata);

    return n_damaged + read_one(state, SIGHTINGS_FILE, on_sighting, userdata);
}

/* Adds the line of a pass. False if that failed; then nothing may be dropped, and the next pass reads it again. */
static bool add_pass(StateDirectory *state, Time learned)
{
    char what[] = "pass";
    const Sighting sighting = {.what = what, .at = learned};
    cleanup_with(free_charp) char *line = sighting_to_line(&sighting);
    cleanup_with(close_fdp) int fd = -1;
    struct stat st;

    if (!line || (fd = open_for_adding(state, &st)) < 0)
        return false;
    cleanup_with(free_charp) char *text = xasprintf("%s%s", file_ends_within_a_line(fd, st.st_size) ? "\n" : "", line);
    return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

void sightings_files_drop(StateDirectory *state, Time learned)
{
    if (learned > 0 && !add_pass(state, learned))
        return;
    if (renameat(state->fd, SIGHTINGS_FILE, state->fd, SIGHTINGS_OLD_FILE) < 0 && errno == ENOENT)
        unlinkat(state->fd, SIGHTINGS_OLD_FILE, 0);
}
