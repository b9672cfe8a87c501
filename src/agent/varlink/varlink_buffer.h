/* SPDX-License-Identifier: MIT */
/* Varlink messages in a stream of bytes: takes one out, and makes one. Server and client share it. */
#pragma once

#include <jansson.h>
#include <rgc/buffer.h>

/* Takes the first message out of the buffer and parses it. Returns 1 if there was one: `*ret` is then a new reference,
 * or NULL if it was no JSON object. Returns 0 if no message is complete yet, and -EMSGSIZE if the first one has, or
 * will have, more than `limit` bytes without its NUL. */
int varlink_buffer_take(Buffer *buffer, size_t limit, json_t **ret);

/* Returns the message as JSON with its NUL byte, `*ret_size` bytes in all. Caller frees. */
char *varlink_frame(const json_t *message, size_t *ret_size);
