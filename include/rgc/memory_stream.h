/* SPDX-License-Identifier: MIT */
/* open_memstream(3), which ends the process where there is no memory: half a text is none. */
#pragma once

#include <stdio.h>

/* What is written is in `*ret` once the stream is closed, and the caller's to free. */
FILE *memory_stream(char **ret, size_t *ret_size);
void memory_stream_close(FILE *stream);
