/* SPDX-License-Identifier: MIT */
/*
 * A growing buffer for bytes that come in pieces. Everything in rgc that reads or writes a stream uses it.
 *
 *     cleanup_with(buffer_clear) Buffer buffer = {0};
 *
 *     buffer_add(&buffer, data, size);
 *     puts(buffer.data); // a NUL always follows the last byte
 *
 * Or, without a copy, straight from a descriptor:
 *
 *     char *at = buffer_reserve(&buffer, CHUNK);
 *     ssize_t n = read(fd, at, CHUNK);
 *
 *     if (n > 0)
 *         buffer_grew(&buffer, (size_t)n);
 *
 * Sizes are in bytes. When memory runs out, the process ends (rgc/memory.h).
 */
#pragma once

#include <stddef.h>

/* Zeroed = empty. `data` is NULL before the first byte and after buffer_clear(). To take the memory over, take `data`
 * and zero the buffer. */
typedef struct Buffer {
    char *data;
    size_t size, capacity; /* `size` does not count the NUL */
} Buffer;

void buffer_clear(Buffer *buffer);
/* Makes room for `size` more bytes and the NUL, and returns the place for them, borrowed until the next call. The
 * buffer grows by doubling, so to add n bytes one by one costs O(n). */
char *buffer_reserve(Buffer *buffer, size_t size);
void buffer_add(Buffer *buffer, const char *data, size_t size);
/* To be called after `size` bytes were written to the place that buffer_reserve() returned. */
void buffer_grew(Buffer *buffer, size_t size);
/* Removes bytes from the front. A buffer that becomes empty gives its memory back. */
void buffer_consume(Buffer *buffer, size_t size);
