/* SPDX-License-Identifier: MIT */
/* Bytes on their way in or out, and where a message in them ends. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct VarlinkBuffer {
    char *data; /* NULL when empty: an idle connection holds no memory for it */
    size_t size;
} VarlinkBuffer;

void varlink_buffer_append(VarlinkBuffer *buffer, const char *data, size_t size);
void varlink_buffer_consume(VarlinkBuffer *buffer, size_t size);
void varlink_buffer_clear(VarlinkBuffer *buffer);

/* Takes the first message out and parses it. 1: `*ret` is a new reference, or NULL if it was not a JSON object.
 * 0: none is complete yet. -EMSGSIZE: it is, or will be, longer than `limit`. */
int varlink_buffer_take(VarlinkBuffer *buffer, size_t limit, json_t **ret);

/* JSON and its NUL byte, `*ret_size` in all. Caller frees. */
char *varlink_frame(const json_t *message, size_t *ret_size);
