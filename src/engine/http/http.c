/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "transfer.h"

/* How often is_interrupted is asked while a batch waits. */
#define POLL_MS 200

/* A local socket needs two; one that is slow to accept gets the rest in its own time. */
#define STEPS_TO_SEND 8

void http_reply_clear(HttpReply *reply)
{
    free(reply->body);
    *reply = (HttpReply){0};
}

static CURL *easy_new(void)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        out_of_memory(); /* as far as anybody can tell */
    return easy;
}

Http *http_new(const char *socket_path, bool (*is_interrupted)(void))
{
    Http *http = xcalloc(1, sizeof(*http));

    curl_global_init(CURL_GLOBAL_NOTHING); /* no TLS here: its start costs time and memory */
    http->socket_path = xstrdup(socket_path);
    http->is_interrupted = is_interrupted;
    http->blocking.easy = easy_new();
    return http;
}

void http_free(Http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->blocking.easy);
    free(http->socket_path);
    free(http);
}

uint64_t http_requests(const Http *http)
{
    return http->requests;
}

void http_perform(Http *http, const HttpRequest *request, HttpReply *ret)
{
    transfer_prepare(&http->blocking, http, request);
    transfer_finish(&http->blocking, curl_easy_perform(http->blocking.easy));
    *ret = http->blocking.reply;
    http->blocking.reply = (HttpReply){0};
}

typedef struct Running {
    Http *http;
    CURLM *multi;
    const HttpBatch *batch;
    Transfer *slots;
    bool *busy;
    size_t n_slots;
    size_t n_busy;
    bool is_ended;    /* `next` has no more, or said stop */
    int64_t deadline; /* of those under way, after a stop; 0 = none */
} Running;

static void running_stop(Running *running)
{
    running->is_ended = true;
    if (!running->deadline)
        running->deadline = awake_clock() + running->batch->grace_usec;
}

static void running_start(Running *running)
{
    HttpRequest request = {0};
    size_t slot = 0;
    Transfer *transfer;
    void *job = NULL;
    HttpNext next = running->batch->next(&request, &job, running->batch->userdata);
    long sent = 0;
    int ignored;

    if (next != HTTP_START) {
        running->is_ended = true;
        if (next == HTTP_STOP)
            running_stop(running);
        return;
    }
    while (running->busy[slot])
        slot++;
    transfer = &running->slots[slot];
    if (!transfer->easy)
        transfer->easy = easy_new();
    transfer_prepare(transfer, running->http, &request);
    transfer->job = job;
    running->busy[slot] = true;
    running->n_busy++;
    curl_multi_add_handle(running->multi, transfer->easy);
    /* Off it goes before `next` is asked again, which may take its time. Connecting and sending are several steps. */
    for (int step = 0; step < STEPS_TO_SEND && sent == 0; step++) {
        curl_multi_perform(running->multi, &ignored);
        curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    }
}

static void running_end(Running *running, Transfer *transfer, CURLcode result)
{
    size_t slot = (size_t)(transfer - running->slots);

    transfer_finish(transfer, result);
    curl_multi_remove_handle(running->multi, transfer->easy);
    running->busy[slot] = false;
    running->n_busy--;
    running->batch->done(transfer->job, &transfer->reply, running->batch->userdata);
    free(transfer->request.path);
    transfer->request.path = NULL;
    http_reply_clear(&transfer->reply);
}

static void running_collect(Running *running)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(running->multi, &left))) {
        /* The message dies with curl_multi_remove_handle. */
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        char *transfer = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        running_end(running, (Transfer *)(void *)transfer, result);
    }
}

static void running_abandon(Running *running)
{
    for (size_t i = 0; i < running->n_slots; i++)
        if (running->busy[i]) {
            running->slots[i].is_interrupted = true;
            running_end(running, &running->slots[i], CURLE_ABORTED_BY_CALLBACK);
        }
}

static void running_step(Running *running)
{
    Http *http = running->http;
    int ignored;

    while (!running->is_ended && running->n_busy < running->n_slots)
        running_start(running);
    curl_multi_perform(running->multi, &ignored);
    running_collect(running);
    if (http->is_interrupted && http->is_interrupted())
        running_stop(running);
    if (running->deadline && awake_clock() >= running->deadline)
        running_abandon(running);
    /* With a free place and more to do there is nothing to wait for. */
    if (running->n_busy > 0 && (running->is_ended || running->n_busy == running->n_slots))
        curl_multi_poll(running->multi, NULL, 0, POLL_MS, NULL);
}

void http_batch(Http *http, const HttpBatch *batch)
{
    Running running = {.http = http, .batch = batch, .n_slots = batch->parallel > 1 ? (size_t)batch->parallel : 1};

    running.slots = xcalloc(running.n_slots, sizeof(*running.slots));
    running.busy = xcalloc(running.n_slots, sizeof(*running.busy));
    running.multi = curl_multi_init();
    if (!running.multi)
        out_of_memory();
    curl_multi_setopt(running.multi, CURLMOPT_MAXCONNECTS, (long)running.n_slots);
    while (!running.is_ended || running.n_busy > 0)
        running_step(&running);
    for (size_t i = 0; i < running.n_slots; i++)
        curl_easy_cleanup(running.slots[i].easy);
    curl_multi_cleanup(running.multi);
    free(running.slots);
    free(running.busy);
}

char *http_escape(const char *s)
{
    char *escaped = xmalloc(strlen(s) * 3 + 1), *to = escaped;

    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if ((c < 0x80 && isalnum(c)) || strchr("-._~/:", c))
            *to++ = (char)c;
        else
            to += sprintf(to, "%%%02X", c);
    }
    *to = '\0';
    return escaped;
}
