/* SPDX-License-Identifier: MIT */
/*
 * One request under way: the curl handle, what it asks for, and what has come back. http.c and http_follow.c share it;
 * nobody else includes this header, so libcurl's types remain in this folder.
 */
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
    size_t received; /* bytes of the body so far, whether they were kept or not */
    Buffer body;     /* becomes the reply's body when all of it has come */
    Sieve sieve;     /* keeps the body instead, if the request says which members to keep */
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
    Transfer blocking; /* for http_perform */
};

/* Makes a new handle for one request, in place of the one before (NULL: there is none). `request` remains the
 * caller's; its path, its body and its sink must live until transfer_finish. */
void transfer_prepare(Transfer *transfer, Http *http, const HttpRequest *request);
/* Fills the reply, and turns curl's verdict into reply.failure. */
void transfer_finish(Transfer *transfer, CURLcode result);
