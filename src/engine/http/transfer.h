/* SPDX-License-Identifier: MIT */
/* One request on its way: a curl handle, what it is to do and what has come back. For http.c and http_follow.c. */
#pragma once

#include <curl/curl.h>

#include "http.h"
#include "sieve.h"
#include <rgc/buffer.h>
#include <rgc/clock.h>

typedef struct Transfer {
    Http *http;
    CURL *easy;
    HttpRequest request;
    HttpReply reply;
    size_t received;
    Buffer body; /* becomes that of the reply when all has come */
    Sieve sieve; /* what was kept of the body, if the request says what to keep */
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
