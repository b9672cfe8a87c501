/* SPDX-License-Identifier: MIT */
/* The buffer grows by doubling, and always has room for the NUL after its last byte. */
#include <rgc/buffer.h>

#include <rgc/memory.h>

#include <stdint.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)256)

void buffer_clear(Buffer *buffer)
{
    free(buffer->data);
    *buffer = (Buffer){0};
}

char *buffer_reserve(Buffer *buffer, size_t size)
{
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;

    if (size > SIZE_MAX / 4 - buffer->size) /* no stream has that much; xreallocarray() will end the process */
        capacity = SIZE_MAX;
    while (capacity != SIZE_MAX && buffer->size + size + 1 > capacity)
        capacity *= 2;
    if (capacity > buffer->capacity) {
        buffer->data = xreallocarray(buffer->data, capacity, 1);
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->size;
}

void buffer_grew(Buffer *buffer, size_t size)
{
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_add(Buffer *buffer, const char *data, size_t size)
{
    char *at = buffer_reserve(buffer, size);

    if (size > 0)
        memcpy(at, data, size);
    buffer_grew(buffer, size);
}

void buffer_consume(Buffer *buffer, size_t size)
{
    if (size >= buffer->size) {
        buffer_clear(buffer);
        return;
    }
    memmove(buffer->data, buffer->data + size, buffer->size - size);
    buffer->size -= size;
    buffer->data[buffer->size] = '\0';
}
