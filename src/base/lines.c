/* SPDX-License-Identifier: MIT */
#include <rgc/lines.h>

#include <rgc/memory.h>
#include <string.h>

static void keep(Lines *lines, const char *data, size_t size)
{
    if (lines->is_skipping)
        return;
    if (size > lines->limit - lines->size) {
        lines->is_skipping = true;
        lines->skipped++;
        lines->size = 0;
        return;
    }
    size_t wanted = lines->size + size + 1;
    if (wanted > lines->capacity) {
        lines->capacity = wanted < 256 ? 256 : wanted * 2;
        lines->text = xreallocarray(lines->text, lines->capacity, 1);
    }
    memcpy(lines->text + lines->size, data, size);
    lines->size += size;
    lines->text[lines->size] = '\0';
}

void lines_feed(Lines *lines, const char *data, size_t size, OnLine *on_line, void *userdata)
{
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        size_t part = end ? (size_t)(end - data) : size;
        keep(lines, data, part);
        if (!end)
            return;
        if (!lines->is_skipping && lines->text)
            on_line(lines->text, lines->size, userdata);
        lines->is_skipping = false;
        lines->size = 0;
        data += part + 1;
        size -= part + 1;
    }
}

bool lines_have_rest(const Lines *lines)
{
    return lines->is_skipping || lines->size > 0;
}

void lines_clear(Lines *lines)
{
    free(lines->text);
    *lines = (Lines){.limit = lines->limit};
}
