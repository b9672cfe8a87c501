/* SPDX-License-Identifier: MIT */
/* How far a string or a number reaches, and whether a name is known. These loops see every byte of every answer. */
#include "scan.h"

#include <string.h>

static int compare_name(const char *name, const char *other, size_t other_length)
{
    if (other_length > 0 && *name != *other)
        return (unsigned char)*name < (unsigned char)*other ? -1 : 1;
    size_t length = strlen(name);
    int order = memcmp(name, other, length < other_length ? length : other_length);

    return order != 0 ? order : (length > other_length) - (length < other_length);
}

bool members_contain(const Members *members, const char *name, size_t length)
{
    size_t low = 0, high = members->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_name(members->names[middle], name, length);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Byte by byte, as a backslash makes it necessary. */
static size_t scan_escaped(const char *data, size_t size, bool *is_escaped, bool *ret_ends)
{
    for (size_t i = 0; i < size; i++) {
        if (*is_escaped) {
            *is_escaped = false;
        } else if (data[i] == '\\') {
            *is_escaped = true;
        } else if (data[i] == '"') {
            *ret_ends = true;
            return i + 1;
        }
    }
    return size;
}

size_t scan_string(const char *data, size_t size, bool *is_escaped, bool *ret_ends)
{
    const char *quote = memchr(data, '"', size);
    size_t length = quote ? (size_t)(quote - data) : size;

    *ret_ends = false;
    if (*is_escaped || memchr(data, '\\', length))
        return scan_escaped(data, size, is_escaped, ret_ends);
    *ret_ends = quote;
    return quote ? length + 1 : size;
}

size_t scan_scalar(const char *data, size_t size, bool *ret_ends)
{
    size_t i = 0;

    /* strchr() finds a NUL too, so a NUL ends the word. */
    while (i < size && !scan_is_space(data[i]) && !strchr(",]}[{:\"", data[i]))
        i++;
    *ret_ends = i < size;
    return i;
}
