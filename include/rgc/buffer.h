/* SPDX-License-Identifier: MIT */
/*
 * Bytes that come in pieces: one growing buffer for all that reads or writes a stream.
 *
 *     cleanup_with(buffer_clear) Buffer buffer = {0};
 *     buffer_add(&buffer, data, size);
 *     puts(buffer.data);                                  // there is a NUL behind the last byte
 */
#pragma once

#include <stddef.h>

/* Zeroed = empty. `data` is NULL until something has come, and again after buffer_clear(). */
typedef struct Buffer {
    char *data;
    size_t size, capacity; /* bytes; the NUL behind them is not counted in `size` */
} Buffer;

void buffer_clear(Buffer *buffer);
/* Makes room for `size` bytes more and the NUL; returns where they go. Grows by doubling, so n bytes cost O(n). */
char *buffer_reserve(Buffer *buffer, size_t size);
void buffer_add(Buffer *buffer, const char *data, size_t size);
/* After bytes have been written to what buffer_reserve() gave. */
void buffer_grew(Buffer *buffer, size_t size);
/* Takes bytes off the front. An empty buffer holds no memory. */
void buffer_consume(Buffer *buffer, size_t size);
