/* SPDX-License-Identifier: MIT */
/*
 * The output of a program that runs in a container, as engines send it when it has no terminal: frames of 8 bytes
 * header (which stream, how long) and payload, cut anywhere by the transport.
 */
#pragma once

#include <rgc/buffer.h>
#include <rgc/error.h>
#include <rgc/memory.h>
#include <stdbool.h>

typedef struct Frames {
    size_t output_max; /* of standard output, all of which is kept */
    size_t total_max;  /* of both streams */
    Buffer output;
    Buffer complaint; /* the beginning of standard error */

    /* private */
    unsigned char header[8];
    size_t header_length;
    size_t payload_left;
    size_t total;
    bool is_error_stream;
} Frames;

/* -EPROTO for what are no frames, -EFBIG beyond the bounds. */
int frames_feed(Frames *frames, const char *data, size_t size, Error *err);
/* After the last byte: -EPROTO if a frame was cut off. */
int frames_finish(const Frames *frames, Error *err);
void frames_clear(Frames *frames);
