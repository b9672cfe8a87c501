/* SPDX-License-Identifier: MIT */
/*
 * Frames: what the Varlink wire format adds to JSON is a NUL byte behind each object. JSON has no NUL inside, so the
 * first one ends a message, and no parser has to know where a half message stops.
 */
#include "varlink_buffer.h"

#include <rgc/memory.h>

#include <errno.h>
#include <string.h>

int varlink_buffer_take(Buffer *buffer, size_t limit, json_t **ret)
{
    const char *end = buffer->size > 0 ? memchr(buffer->data, '\0', buffer->size) : NULL;
    if (!end)
        return buffer->size > limit ? -EMSGSIZE : 0;
    size_t length = (size_t)(end - buffer->data);
    if (length > limit)
        return -EMSGSIZE;
    json_t *message = json_loadb(buffer->data, length, JSON_REJECT_DUPLICATES, NULL);
    buffer_consume(buffer, length + 1);
    if (!json_is_object(message)) {
        json_decref(message);
        message = NULL;
    }
    *ret = message;
    return 1;
}

char *varlink_frame(const json_t *message, size_t *ret_size)
{
    char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(12));
    if (!text)
        out_of_memory();
    *ret_size = strlen(text) + 1;
    return text;
}
