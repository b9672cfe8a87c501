/* SPDX-License-Identifier: MIT */
/* sizes.jsonl: each line can be read without the others, and one that is damaged is ignored. */
#include <rgc/sizes_file.h>

#include "record_fields.h"
#include <rgc/file.h>
#include <rgc/json_values.h>
#include <rgc/lines.h>
#include <rgc/state_directory.h>

#include <stdio.h>
#include <string.h>

#define SIZES_FILE "sizes.jsonl"
#define SIZES_LIMIT ((size_t)16 << 20)
/* The most lines that are read or written: more than any host has volumes and containers. */
#define SIZES_MAX 20000
#define FILE_MODE ((mode_t)0640)

typedef struct SizeLine {
    char *kind, *name;
    int64_t bytes, things;
    Time at;
} SizeLine;

static const Field fields[] = {
    {"kind", FIELD_ID, offsetof(SizeLine, kind)},         {"name", FIELD_TEXT, offsetof(SizeLine, name)},
    {"bytes", FIELD_OFFSET, offsetof(SizeLine, bytes)},   {"at", FIELD_TIME, offsetof(SizeLine, at)},
    {"things", FIELD_OFFSET, offsetof(SizeLine, things)},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void line_clear(SizeLine *line)
{
    free(line->kind);
    free(line->name);
}

static void read_line(const char *text, Sizes *ret)
{
    cleanup_with(line_clear) SizeLine line = {0};
    json_t *object = json_loads(text, 0, NULL);
    Error ignored;

    if (json_is_object(object) && record_decode(object, &line, fields, N_FIELDS, &ignored) == 0) {
        SizeKind kind = size_kind_from_string(line.kind);
        if (kind != SIZE_KIND_MAX_ && line.bytes >= 0 && line.at > 0)
            sizes_set(ret, kind, line.name ? line.name : "", line.bytes, line.things > 0 ? line.things : 0, line.at);
    }
    json_decref(object);
}

void sizes_load(StateDirectory *state, Sizes *ret)
{
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(strings_clear) Strings lines = {0};
    size_t size = 0;
    Error ignored;

    if (state_read_file(state, SIZES_FILE, SIZES_LIMIT, &text, &size, &ignored) < 0)
        return;
    lines_split(text, size, &lines);
    for (size_t i = 0; i < lines.count && i < SIZES_MAX; i++)
        read_line(lines.items[i], ret);
}

static void write_line(FILE *stream, const Size *size)
{
    cleanup_with(line_clear) SizeLine line = {.kind = xstrdup(size_kind_to_string(size->kind)),
                                              .name = xstrdup(size->name),
                                              .bytes = size->bytes,
                                              .things = size->things,
                                              .at = size->at};
    cleanup_with(free_charp) char *text = json_line(record_encode(&line, fields, N_FIELDS));

    fprintf(stream, "%s\n", text);
}

int sizes_save(StateDirectory *state, const Sizes *sizes, Error *err)
{
    cleanup_with(free_charp) char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        abort();
    for (size_t i = 0; i < sizes->count && i < SIZES_MAX; i++)
        write_line(stream, &sizes->items[i]);
    if (fclose(stream) != 0)
        abort();
    int r = file_replace(state->fd, SIZES_FILE, text, size, FILE_MODE, state->owner, state->group, err);
    return r < 0 ? error_wrap(err, "%s", state_path(state)) : 0;
}
