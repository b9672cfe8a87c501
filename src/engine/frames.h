/* SPDX-License-Identifier: MIT */
/*
 * The output of a program that runs in a container. A program without a terminal has two streams, standard output and
 * standard error, and the engine sends both over one connection, as frames:
 *
 *     byte 0      0 standard input, 1 standard output, 2 standard error
 *     bytes 1-3   zero
 *     bytes 4-7   length of the payload, big-endian
 *     then        the payload
 *
 * The transport cuts the bytes anywhere, even within a header, so Frames keeps its place from piece to piece. Standard
 * output is kept whole, because a decoder reads it; of standard error only the beginning is kept, for a person.
 *
 *     Frames frames = {.output_max = limit, .total_max = 2 * limit};
 *
 * Bounds are needed because a program can write for ever. An end within a frame is an error, so that half an output is
 * never decoded as a whole one. tests/unit/engine/engine_frames.c cuts frames at every byte.
 *
 * Source: Docker Engine API, POST /containers/{id}/attach, "Stream format". The engine announces these frames as
 * application/vnd.docker.raw-stream, although that type stands for output without frames, so rgc ignores the type.
 */
#pragma once

#include <rgc/buffer.h>
#include <rgc/error.h>
#include <rgc/memory.h>
#include <stdbool.h>

typedef struct Frames {
    size_t output_max; /* bytes of standard output, all of which is kept */
    size_t total_max;  /* bytes of both streams */
    Buffer output;
    Buffer complaint; /* the beginning of standard error, 4 KiB at most */

    /* private */
    unsigned char header[8];
    size_t header_length;
    size_t payload_left;
    size_t total;
    bool is_error_stream;
} Frames;

/* Takes the next bytes. -EPROTO if they are not frames, -EFBIG if the output exceeds a bound. */
int frames_feed(Frames *frames, const char *data, size_t size, Error *err);
/* To be called after the last byte. -EPROTO if a frame was cut off. */
int frames_finish(const Frames *frames, Error *err);
void frames_clear(Frames *frames);
