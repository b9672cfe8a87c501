/* SPDX-License-Identifier: MIT */
#include <rgc/lines.h>

#include <string.h>

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
