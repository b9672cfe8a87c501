/* SPDX-License-Identifier: MIT */
/* Unknown, unsafe or absurd values take one form here, so that no document has to decide about them. */
#include <rgc/json_values.h>

#include <math.h>
#include <string.h>

#define ELLIPSIS "…"

json_t *json_text(const char *s)
{
    cleanup_with(free_charp) char *sound = NULL;

    if (!s)
        return json_null();
    sound = printable(s);
    return json_string(sound);
}

json_t *json_lines(const char *s)
{
    cleanup_with(free_charp) char *sound = NULL;

    if (!s)
        return json_null();
    sound = printable_lines(s);
    return json_string(sound);
}

json_t *json_text_cut(const char *s, size_t limit)
{
    cleanup_with(free_charp) char *sound = NULL, *cut = NULL;
    size_t length;

    if (!s || strlen(s) <= limit)
        return json_text(s);
    sound = printable(s);
    if (strlen(sound) <= limit)
        return json_string(sound);
    length = limit - strlen(ELLIPSIS);
    while (length > 0 && ((unsigned char)sound[length] & 0xC0) == 0x80) /* never cut within a character */
        length--;
    sound[length] = '\0';
    cut = xasprintf("%s" ELLIPSIS, sound);
    return json_string(cut);
}

json_t *json_texts(const Strings *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_text(list->items[i]));
    return array;
}

json_t *json_time(Time t)
{
    char buffer[TEXT_MAX];

    return t > 0 ? json_string(format_time(buffer, t)) : json_null();
}

json_t *json_percent(double percent)
{
    if (!isfinite(percent) || fabs(percent) > 1e6)
        return json_null();
    /* More than two decimals would suggest a precision that the figures of a file system do not have. */
    return json_real((double)(int64_t)(percent * 100 + (percent < 0 ? -0.5 : 0.5)) / 100);
}

json_t *json_bytes(int64_t bytes)
{
    return bytes >= 0 ? json_integer(bytes) : json_null();
}

char *json_line(json_t *value)
{
    char *line = json_dumps(value, DUMP_FLAGS);

    json_decref(value);
    if (!line)
        out_of_memory();
    return line;
}
