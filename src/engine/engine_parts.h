/* SPDX-License-Identifier: MIT */
/*
 * What the files of src/engine share: the Engine itself, the limits of its requests, and how a request that fails
 * becomes a sentence. `what` is always the thing that rgc asks for, as a noun that fits into such a sentence: "the list
 * of images". fail.c looks it up to tell what a proxy must allow.
 */
#pragma once

#include <rgc/engine.h>

#include "dialect.h"
#include "engine/decode/members.h"
#include "engine/http/http.h"
#include "engine/http/stream.h"

struct Engine {
    Http *http;
    char *host; /* as the user named it, for messages */
    char *socket_path;
    int64_t timeout_usec, short_timeout_usec;
    int parallel;
    bool is_parallel_auto;
    int api_minor; /* the 51 of API 1.51 */
    char *version;
    bool is_podman;
    const Dialect *dialect;
};

/* The limit of a request that a healthy engine answers at once. dockerd creates its socket before it is ready, and a
 * wedged container can block its own inspect. */
#define SHORT_TIMEOUT_USEC (10 * USEC_PER_SEC)
/* The caller's short limit, or this one; never longer than the limit of a list. */
int64_t engine_short_timeout(const Engine *engine);
/* The limit of removals and prunes: to delete gigabytes on a slow disk takes minutes. */
#define LONG_TIMEOUT_USEC (10 * USEC_PER_MINUTE)

#define LIST_MAX ((size_t)512 * 1024 * 1024)  /* bytes of a list, which is read element by element */
#define ANSWER_MAX ((size_t)16 * 1024 * 1024) /* bytes that are kept of any other answer */

/* Formats a path and puts the negotiated version before it: "/v1.51/images/json". Caller frees. */
char *engine_path(const Engine *engine, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));

/* Makes one sentence of a request that failed, or that the engine refused (status other than 2xx). Returns the code
 * that rgc/engine.h lists for it. */
int engine_fail(const Engine *engine, const char *what, const HttpRequest *request, const HttpReply *reply, Error *err);
/* Makes the sentence for an answer that came and cannot be decoded; `err` has the decoder's phrase. -EPROTO. */
int engine_fail_decode(const Engine *engine, const char *what, Error *err);
/* For a list of which no row was decoded: 0 if it was empty, -EPROTO if it had unreadable rows of this kind. If not one
 * row can be read, the answer is something else, and not a list with odd rows. */
int engine_fail_all_unreadable(const Engine *engine, const char *what, const Snapshot *snapshot, RowKind kind,
                               Error *err);

/* These three own `path` and free it. */
/* Sends a request. Any answer is success, a refusal too; the caller clears `ret`. */
int engine_ask(Engine *engine, const char *what, HttpRequest *request, char *path, HttpReply *ret, Error *err);
/* Sends a GET and waits for `timeout_usec` at most. A refusal is an error. The caller clears `ret`. */
int engine_get(Engine *engine, const char *what, char *path, int64_t timeout_usec, HttpReply *ret, Error *err);
/* Sends a GET for a list, feeds the answer to `stream`, and clears the stream. The elements arrive before the function
 * knows whether the list is whole; on error the caller drops them. */
int engine_get_stream(Engine *engine, const char *what, char *path, Stream *stream, Error *err);

/* Some refusals pass by themselves. If `err` is a refusal whose text contains `sign`, waits a moment and returns true:
 * the caller asks again. Returns false for all other errors, and after three attempts; `attempt` counts from 0. */
bool engine_wait_to_retry(const Error *err, const char *sign, size_t attempt);
