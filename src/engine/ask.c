/* SPDX-License-Identifier: MIT */
/*
 * Sending a request and judging its end, for all files of this folder: a plain answer is kept whole, a list is streamed
 * to its decoder. A list counts only once its end has come (tests/unit/engine/engine_failure.c).
 */
#include <errno.h>
#include <stdio.h>

#include "engine_parts.h"

char *engine_path(const Engine *engine, const char *format, ...)
{
    cleanup_with(free_charp) char *path = NULL;
    va_list args;

    va_start(args, format);
    path = xvasprintf(format, args);
    va_end(args);
    return xasprintf("/v1.%d%s", engine->api_minor, path);
}

int engine_ask(Engine *engine, const char *what, HttpRequest *request, char *path, HttpReply *ret, Error *err)
{
    HttpReply reply;
    int r = 0;

    request->path = path;
    http_perform(engine->http, request, &reply);
    if (reply.failure != HTTP_ANSWERED) {
        r = engine_fail(engine, what, request, &reply, err);
        http_reply_clear(&reply);
    } else {
        *ret = reply;
    }
    free(path);
    request->path = NULL;
    return r;
}

static bool is_success(const HttpReply *reply)
{
    return reply->status >= 200 && reply->status < 300;
}

int engine_get(Engine *engine, const char *what, char *path, int64_t timeout_usec, HttpReply *ret, Error *err)
{
    HttpRequest request = {.method = "GET",
                           .timeout_usec = timeout_usec,
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    int r = engine_ask(engine, what, &request, path, ret, err);

    if (r < 0 || is_success(ret))
        return r;
    r = engine_fail(engine, what, &request, ret, err);
    http_reply_clear(ret);
    return r;
}

typedef struct Reading {
    Stream *stream;
    Error err;
} Reading;

static bool feed(const char *data, size_t size, void *userdata)
{
    Reading *reading = userdata;

    return stream_feed(reading->stream, data, size, &reading->err) >= 0;
}

int engine_get_stream(Engine *engine, const char *what, char *path, Stream *stream, Error *err)
{
    Reading reading = {.stream = stream};
    HttpRequest request = {.method = "GET",
                           .path = path,
                           .timeout_usec = engine->timeout_usec,
                           .body_limit = LIST_MAX,
                           .sink = feed,
                           .sink_userdata = &reading,
                           .is_interruptible = true};
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    int r = 0;

    http_perform(engine->http, &request, &reply);
    if (reply.failure == HTTP_STOPPED) {
        r = -EPROTO;
    } else if (reply.failure != HTTP_ANSWERED || !is_success(&reply)) {
        r = engine_fail(engine, what, &request, &reply, err);
        reading.err = (Error){0};
    } else if (!reply.is_framed && stream->form == STREAM_SEQUENCE) {
        /* Events have no closing bracket: without a length or chunks, a missing end could not be noticed. */
        r = error_set(&reading.err, EPROTO, "an answer without a mark of its end");
    } else {
        r = stream_finish(stream, &reading.err);
    }
    if (reading.err.code) {
        *err = reading.err;
        r = engine_fail_decode(engine, what, err);
    }
    stream_clear(stream);
    free(path);
    return r;
}
