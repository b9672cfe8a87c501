/* SPDX-License-Identifier: MIT */
/* What the files of this layer share. `what` is always the thing that was asked for, as a noun: "the list of images".
 */
#pragma once

#include <rgc/engine.h>

#include "dialect.h"
#include "engine/decode/members.h"
#include "engine/http/http.h"
#include "engine/http/stream.h"

struct Engine {
    Http *http;
    char *host; /* for messages */
    char *socket_path;
    int64_t timeout_usec, short_timeout_usec;
    int parallel;
    bool is_parallel_auto;
    int api_minor;
    char *version;
    bool is_podman;
    const Dialect *dialect;
};

/* dockerd creates its socket before it is ready, and a wedged container can hold its inspect. */
#define SHORT_TIMEOUT_USEC (10 * USEC_PER_SEC)
int64_t engine_short_timeout(const Engine *engine); /* not longer than the one of lists */
/* Deleting gigabytes on a slow disk takes minutes. */
#define LONG_TIMEOUT_USEC (10 * USEC_PER_MINUTE)

#define LIST_MAX ((size_t)512 * 1024 * 1024)
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

/* Puts "/v1.51" before a path. Caller frees. */
char *engine_path(const Engine *engine, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));

/* One sentence for every way in which a request can fail, or be refused (status other than 2xx). */
int engine_fail(const Engine *engine, const char *what, const HttpRequest *request, const HttpReply *reply, Error *err);
/* "the list of images cannot be used: " + err. */
int engine_fail_decode(const Engine *engine, const char *what, Error *err);
/* 0 unless rows of this kind could not be read: then it is not one odd row, but no such list. */
int engine_fail_all_unreadable(const Engine *engine, const char *what, const Snapshot *snapshot, RowKind kind,
                               Error *err);

/* All steal `path`. Any answer, also a refusal, is success: */
int engine_ask(Engine *engine, const char *what, HttpRequest *request, char *path, HttpReply *ret, Error *err);
/* GET within `timeout_usec`; a refusal is an error. */
int engine_get(Engine *engine, const char *what, char *path, int64_t timeout_usec, HttpReply *ret, Error *err);
/* GET of a list, fed to `stream`, which is cleared. */
int engine_get_stream(Engine *engine, const char *what, char *path, Stream *stream, Error *err);

/* After a refusal that says `sign`: waits a moment and says whether to ask again. `attempt` counts from 0. */
bool engine_wait_to_retry(const Error *err, const char *sign, size_t attempt);
