/* SPDX-License-Identifier: MIT */
/* Cutting text into lines. What a stream has of its last line is kept until the rest of it arrives. */
#include <rgc/lines.h>
#include <rgc/memory.h>

#include <string.h>

/* Adds to the line that is arriving. If it becomes too long, all of it is dropped. */
static void keep(Lines *lines, const char *data, size_t size)
{
    if (lines->is_skipping)
        return;
    if (size > lines->limit - lines->text.size) {
        lines->is_skipping = true;
        lines->skipped++;
        lines->text.size = 0;
        return;
    }
    buffer_add(&lines->text, data, size);
}

void lines_feed(Lines *lines, const char *data, size_t size, OnLine *on_line, void *userdata)
{
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        size_t part = end ? (size_t)(end - data) : size;
        keep(lines, data, part);
        if (!end)
            return;
        if (!lines->is_skipping)
            on_line(lines->text.data, lines->text.size, userdata);
        lines->is_skipping = false;
        lines->text.size = 0;
        data += part + 1;
        size -= part + 1;
    }
}

bool lines_have_rest(const Lines *lines)
{
    return lines->is_skipping || lines->text.size > 0;
}

void lines_clear(Lines *lines)
{
    buffer_clear(&lines->text);
    *lines = (Lines){.limit = lines->limit};
}

/* Adds the parts of one line between its NULs; an undamaged line has one part. Returns whether it had NULs. */
static bool add_parts(const char *line, size_t length, Strings *ret)
{
    bool is_damaged = memchr(line, '\0', length) != NULL;

    while (length > 0) {
        size_t part = strnlen(line, length);
        if (part > 0)
            *array_add(&ret->items, &ret->count) = xstrndup(line, part);
        part += part < length ? 1 : 0;
        line += part;
        length -= part;
    }
    return is_damaged;
}

size_t lines_split(const char *text, size_t size, Strings *ret)
{
    size_t n_damaged = 0;

    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        n_damaged += add_parts(text, length, ret);
        length += end ? 1 : 0;
        text += length;
        size -= length;
    }
    return n_damaged;
}
