/* SPDX-License-Identifier: MIT */
/* Reads the frames that frames.h describes: a header, as many bytes of payload as it says, and so on. */
#include "frames.h"

#include <errno.h>
#include <string.h>

#define HEADER_SIZE sizeof(((Frames *)NULL)->header)
/* How much is kept of standard error, of which a person reads the first lines. */
#define COMPLAINT_MAX ((size_t)4096)

enum { STREAM_IN, STREAM_OUT, STREAM_ERR };

/* Takes bytes of a payload that may be longer. Bytes beyond a bound are an error, except on standard error, where only
 * the sum counts. */
static int take_payload(Frames *frames, const char *data, size_t size, Error *err)
{
    size_t room = COMPLAINT_MAX - frames->complaint.size;

    frames->payload_left -= size;
    frames->total += size;
    if (frames->total > frames->total_max ||
        (!frames->is_error_stream && frames->output.size + size > frames->output_max))
        return error_set(err, EFBIG, "it wrote more than can be true");
    if (!frames->is_error_stream)
        buffer_add(&frames->output, data, size);
    else
        buffer_add(&frames->complaint, data, size < room ? size : room);
    return 0;
}

/* Takes a whole header. Anything else than a frame is likely to be noticed here: three bytes must be zero. */
static int take_header(Frames *frames, Error *err)
{
    const unsigned char *h = frames->header;

    frames->header_length = 0;
    if (h[0] > STREAM_ERR || h[1] || h[2] || h[3])
        return error_set(err, EPROTO, "its output did not come in frames");
    frames->is_error_stream = h[0] == STREAM_ERR;
    frames->payload_left = (size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | (size_t)h[7];
    return 0;
}

int frames_feed(Frames *frames, const char *data, size_t size, Error *err)
{
    int r = 0;

    while (size > 0 && r == 0) {
        bool is_payload = frames->payload_left > 0;
        size_t wanted = is_payload ? frames->payload_left : HEADER_SIZE - frames->header_length;
        size_t taken = size < wanted ? size : wanted;

        if (is_payload) {
            r = take_payload(frames, data, taken, err);
        } else {
            memcpy(frames->header + frames->header_length, data, taken);
            frames->header_length += taken;
            if (frames->header_length == HEADER_SIZE)
                r = take_header(frames, err);
        }
        data += taken;
        size -= taken;
    }
    return r;
}

int frames_finish(const Frames *frames, Error *err)
{
    if (frames->header_length > 0 || frames->payload_left > 0)
        return error_set(err, EPROTO, "its output was cut off");
    return 0;
}

void frames_clear(Frames *frames)
{
    buffer_clear(&frames->output);
    buffer_clear(&frames->complaint);
    *frames = (Frames){0};
}
