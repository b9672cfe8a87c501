/* SPDX-License-Identifier: MIT */
/* Where a message ends in the bytes of a stream. */
#pragma once

#include <jansson.h>
#include <rgc/buffer.h>

/* Takes the first message out and parses it. 1: `*ret` is a new reference, or NULL if it was not a JSON object.
 * 0: none is complete yet. -EMSGSIZE: it is, or will be, longer than `limit`. */
int varlink_buffer_take(Buffer *buffer, size_t limit, json_t **ret);

/* JSON and its NUL byte, `*ret_size` in all. Caller frees. */
char *varlink_frame(const json_t *message, size_t *ret_size);
