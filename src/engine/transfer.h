/* SPDX-License-Identifier: MIT */
/* One request on its way: a curl handle, what it is to do and what has come back. Used by http.c and http_follow.c only. */
#pragma once

#include <curl/curl.h>
#include <time.h>

#include "http.h"

typedef struct Transfer {
    Http *http;
    CURL *easy;
    HttpRequest request;
    HttpReply reply;
    size_t received;
    size_t capacity;
    bool is_too_large;
    bool is_stopped;
    bool is_interrupted;
    void *job;
    char error[CURL_ERROR_SIZE];
} Transfer;

struct Http {
    char *socket_path;
    bool (*is_interrupted)(void);
    uint64_t requests;
    Transfer blocking;
};

/* Makes the handle ready to go; `request` stays borrowed. */
void transfer_prepare(Transfer *transfer, Http *http, const HttpRequest *request);
/* Turns curl's verdict into reply.failure. */
void transfer_finish(Transfer *transfer, CURLcode result);

static inline int64_t monotonic_usec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
