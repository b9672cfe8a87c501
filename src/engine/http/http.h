/* SPDX-License-Identifier: MIT */
/*
 * HTTP over a Unix socket, by libcurl: one request at a time, or a batch side by side. Knows
 * nothing of Docker. A reply is always filled; whether it is an answer says `failure`.
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
    HTTP_STOPPED,     /* by the sink */
    HTTP_INTERRUPTED, /* by is_interrupted, or the grace after HTTP_STOP is over */
    HTTP_FAILED,      /* `error` says how */
} HttpFailure;

/* Takes a part of the body of a 2xx answer; false ends the request (HTTP_STOPPED). */
typedef bool HttpSink(const char *data, size_t size, void *userdata);

typedef struct HttpRequest {
    const char *method;
    char *path;           /* with query, escaped; owned by whoever filled it */
    const char *json;     /* of a POST: its body; NULL = none. Borrowed until the request is done */
    int64_t timeout_usec; /* for all of it */
    size_t body_limit;    /* of what is kept in memory; with a sink, of what passes through it */
    const Members *known; /* what is kept of a JSON body, and counted; NULL: all. Not with a sink */
    HttpSink *sink;       /* NULL: the body is kept in the reply */
    void *sink_userdata;
    bool is_interruptible;
} HttpRequest;

typedef struct HttpReply {
    HttpFailure failure;
    int os_errno;
    int status;
    bool was_sent;  /* something of the request may have reached the server */
    bool has_begun; /* something of the answer came */
    bool is_framed; /* its end is marked (length or chunks), so that nothing can be missing */
    bool is_libpod;
    char *body; /* NUL-terminated; at most 64 KiB of it unless the status is 2xx */
    size_t length;
    char error[256]; /* libcurl's words */
} HttpReply;

void http_reply_clear(HttpReply *reply);

/* `is_interrupted` may be NULL; it is asked some times a second while interruptible requests are under way. */
Http *http_new(const char *socket_path, bool (*is_interrupted)(void));
void http_free(Http *http);
DEFINE_CLEANUP(Http, http_free)

uint64_t http_requests(const Http *http);

/* Blocks. May be called from the callbacks of a batch. */
void http_perform(Http *http, const HttpRequest *request, HttpReply *ret);

typedef enum HttpNext {
    HTTP_START, /* the request was filled */
    HTTP_NO_MORE,
    HTTP_STOP, /* start nothing more; what is under way has `grace_usec` left */
} HttpNext;

typedef struct HttpBatch {
    int parallel;
    int64_t grace_usec;
    /* Called before each start; fills the request (its path is freed by the batch) and the job that `done` will get. */
    HttpNext (*next)(HttpRequest *ret, void **ret_job, void *userdata);
    /* Called once for each started request. */
    void (*done)(void *job, const HttpReply *reply, void *userdata);
    void *userdata;
} HttpBatch;

void http_batch(Http *http, const HttpBatch *batch);

/* An answer that does not end: the request's time-out is for its begin, its sink gets what comes. */
typedef struct HttpFollow {
    int stop_fd;        /* readable: it ends (HTTP_INTERRUPTED); -1 = none */
    bool has_late_head; /* this server sends no head before there is something to tell: the time-out is its begin */
    void (*on_begin)(void *userdata);   /* once, when a 2xx answer begins, before the sink; may use http_perform */
    int (*before_wait)(void *userdata); /* says for how many milliseconds to wait at most; -1 = until something comes */
    void *userdata;
} HttpFollow;

/* Blocks. While nothing comes it makes no system call. */
void http_follow(Http *http, const HttpRequest *request, const HttpFollow *follow, HttpReply *ret);

/* Escapes for a path segment or a query value; '/' and ':' stay as they are. Caller frees. */
char *http_escape(const char *s);
