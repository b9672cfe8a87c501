/* SPDX-License-Identifier: MIT */
/*
 * HTTP over a Unix socket, by libcurl. This folder knows nothing of Docker; the rest of src/engine uses it in three
 * ways:
 *     http_perform  one request, whose answer the caller waits for
 *     http_batch    many requests side by side, such as an inspect of each container
 *     http_follow   one request whose answer does not end, such as the stream of events
 *
 * These functions return no error. They always fill the reply, and `failure` says whether it is an answer:
 *
 *     HttpRequest request = {.method = "GET", .path = path, .timeout_usec = 2 * USEC_PER_MINUTE, .body_limit = limit};
 *     cleanup_with(http_reply_clear) HttpReply reply = {0};
 *
 *     http_perform(http, &request, &reply);
 *     if (reply.failure == HTTP_ANSWERED && reply.status == 200)
 *         …
 *
 * Times are in microseconds, sizes in bytes. The story of how rgc lives with an engine that hangs is in http.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rgc/memory.h>

#include "sieve.h"

typedef struct Http Http;

typedef enum HttpFailure {
    HTTP_ANSWERED,
    HTTP_NO_CONNECTION, /* `os_errno` says why */
    HTTP_TIMEOUT,
    HTTP_NO_ANSWER, /* the connection ended before the first byte */
    HTTP_CUT_OFF,   /* the connection ended within the answer */
    HTTP_NOT_HTTP,
    HTTP_TOO_LARGE,
    HTTP_STOPPED,     /* the sink returned false */
    HTTP_INTERRUPTED, /* is_interrupted returned true, or the grace after HTTP_STOP is over */
    HTTP_FAILED,      /* `error` says how */
} HttpFailure;

/* Takes a part of the body of a 2xx answer. If it returns false, the request ends with HTTP_STOPPED. */
typedef bool HttpSink(const char *data, size_t size, void *userdata);

typedef struct HttpRequest {
    const char *method;
    char *path;           /* with its query, escaped. http_batch frees it; otherwise it belongs to the caller */
    const char *json;     /* the body of a POST; NULL = none. Borrowed until the request is done */
    int64_t timeout_usec; /* for the whole request, from connecting to the last byte */
    size_t body_limit;    /* bytes kept in memory; with a sink, bytes that may pass through it */
    const Members *known; /* members of a JSON body that are kept; NULL = all. Not to be combined with a sink */
    HttpSink *sink;       /* NULL = the body is kept in the reply */
    void *sink_userdata;
    bool is_interruptible; /* for http_perform; http_batch always asks is_interrupted */
} HttpRequest;

typedef struct HttpReply {
    HttpFailure failure;
    int os_errno;
    int status;
    bool was_sent;  /* some of the request may have reached the server */
    bool has_begun; /* some of the answer came */
    bool is_framed; /* the answer marks its end (by a length or by chunks), so no byte of it can be missing unnoticed */
    bool is_libpod; /* the answer's headers name Podman */
    char *body;     /* never NULL once filled; NUL-terminated; for a status other than 2xx at most 64 KiB of it */
    size_t length;
    char error[256]; /* in libcurl's words */
} HttpReply;

void http_reply_clear(HttpReply *reply);

/* `is_interrupted` may be NULL. Otherwise it is called at least once a second while rgc waits for an interruptible
 * request, and five times a second while it waits for a batch. The caller frees the result with http_free. */
Http *http_new(const char *socket_path, bool (*is_interrupted)(void));
void http_free(Http *http);
DEFINE_CLEANUP(Http, http_free)

/* How many requests were sent so far. */
uint64_t http_requests(const Http *http);

/* Sends one request and blocks until its end. A callback of a batch or of a stream may call it. The caller clears
 * `ret`. */
void http_perform(Http *http, const HttpRequest *request, HttpReply *ret);

typedef enum HttpNext {
    HTTP_START, /* `next` filled the request */
    HTTP_NO_MORE,
    HTTP_STOP, /* nothing more starts, and requests under way have `grace_usec` left */
} HttpNext;

typedef struct HttpBatch {
    int parallel; /* requests under way at one time; less than 1 counts as 1 */
    int64_t grace_usec;
    /* Called before each start. It fills the request, whose path it gives away, and the job that `done` will get. */
    HttpNext (*next)(HttpRequest *ret, void **ret_job, void *userdata);
    /* Called once for each request that was started. The reply is borrowed. */
    void (*done)(void *job, const HttpReply *reply, void *userdata);
    void *userdata;
} HttpBatch;

/* Blocks until `next` has no more requests and the last one is done. */
void http_batch(Http *http, const HttpBatch *batch);

/* How to read an answer that does not end. The request's time-out limits only the wait for its beginning. */
typedef struct HttpFollow {
    int stop_fd;        /* the answer ends (HTTP_INTERRUPTED) when this descriptor becomes readable; -1 = none */
    bool has_late_head; /* the server may send nothing before it has something to tell: then the answer counts as begun
                           when the time-out is over */
    void (*on_begin)(void *userdata);   /* once, when a 2xx answer begins, before the sink; may use http_perform */
    int (*before_wait)(void *userdata); /* returns how many milliseconds to wait at most; -1 = until something comes */
    void *userdata;
} HttpFollow;

/* Gives what arrives to the request's sink, and blocks until the answer ends. While nothing arrives it makes no system
 * call. */
void http_follow(Http *http, const HttpRequest *request, const HttpFollow *follow, HttpReply *ret);

/* Escapes text for a segment of a path or for a value in a query (RFC 3986); '/' and ':' remain as they are. Caller
 * frees. */
char *http_escape(const char *s);
