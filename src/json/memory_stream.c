/* SPDX-License-Identifier: MIT */
/* stdio remembers a failed write until the stream is closed, so closing is where it has to be noticed. */
#include <rgc/memory_stream.h>

#include <rgc/memory.h>

FILE *memory_stream(char **ret, size_t *ret_size)
{
    FILE *stream = open_memstream(ret, ret_size);

    if (!stream)
        out_of_memory();
    return stream;
}

void memory_stream_close(FILE *stream)
{
    int was_cut_off = ferror(stream);

    if (fclose(stream) != 0 || was_cut_off)
        out_of_memory();
}
