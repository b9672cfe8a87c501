/* SPDX-License-Identifier: MIT */
/*
 * A stream that writes into memory, like open_memstream(3), except that the process ends when memory runs out: stdio
 * would only set a flag, and half a document would pass for a whole one.
 *
 *     char *text;
 *     size_t size;
 *     FILE *stream = memory_stream(&text, &size);
 *
 *     fprintf(stream, "rgc_images %zu\n", count);
 *     memory_stream_close(stream);
 *     … text …
 *     free(text);
 */
#pragma once

#include <stdio.h>

/* `*ret` and `*ret_size` are valid once the stream is closed; the caller frees the text. */
FILE *memory_stream(char **ret, size_t *ret_size);
void memory_stream_close(FILE *stream);
