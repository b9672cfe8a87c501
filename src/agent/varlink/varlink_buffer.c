/* SPDX-License-Identifier: MIT */
#include "varlink_buffer.h"

#include <rgc/memory.h>

#include <errno.h>
#include <string.h>

void varlink_buffer_append(VarlinkBuffer *buffer, const char *data, size_t size)
{
    if (size == 0)
        return;
    buffer->data = xreallocarray(buffer->data, buffer->size + size, 1);
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

void varlink_buffer_consume(VarlinkBuffer *buffer, size_t size)
{
    if (size >= buffer->size) {
        varlink_buffer_clear(buffer);
        return;
    }
    buffer->size -= size;
    memmove(buffer->data, buffer->data + size, buffer->size);
}

void varlink_buffer_clear(VarlinkBuffer *buffer)
{
    free(buffer->data);
    *buffer = (VarlinkBuffer){0};
}

int varlink_buffer_take(VarlinkBuffer *buffer, size_t limit, json_t **ret)
{
    const char *end = buffer->size > 0 ? memchr(buffer->data, '\0', buffer->size) : NULL;
    if (!end)
        return buffer->size > limit ? -EMSGSIZE : 0;
    size_t length = (size_t)(end - buffer->data);
    if (length > limit)
        return -EMSGSIZE;
    json_t *message = json_loadb(buffer->data, length, JSON_REJECT_DUPLICATES, NULL);
    varlink_buffer_consume(buffer, length + 1);
    if (!json_is_object(message)) {
        json_decref(message);
        message = NULL;
    }
    *ret = message;
    return 1;
}

char *varlink_frame(const json_t *message, size_t *ret_size)
{
    char *text = json_dumps(message, JSON_COMPACT);
    if (!text)
        abort();
    *ret_size = strlen(text) + 1;
    return text;
}
