/* SPDX-License-Identifier: MIT */
/*
 * How rgc talks to an engine that may hang.
 *
 * An engine does not always answer. dockerd creates its socket before it is ready; a wedged container blocks its own
 * inspect for ever; on a slow disk the removal of a large image takes minutes; and a proxy may stand before the engine.
 * None of this may stop a pass for long, nor keep it from ending when somebody asks it to.
 *
 * So every request has one time-out for all of it, from connecting to the last byte, and the caller chooses it by what
 * it asks for: short for a version or one inspect, longer for a list, ten minutes for a removal. Only the stream of
 * events has none (http_follow.c). Requests that do not depend on each other run side by side, as a batch in one
 * curl_multi and without threads: one that hangs occupies one place, and the others go on. While rgc waits, it asks
 * is_interrupted; then a batch starts nothing more, and gives what is under way a moment (`grace_usec`) to be answered.
 *
 * What must never happen:
 *  - curl must not repeat a request that changes something. It does so by itself when a connection that it kept open
 *    turns out to be dead, so each request other than a GET gets a connection of its own (transfer.c).
 *  - A removal must not wait in rgc after the caller has checked it. `next` may ask the engine whether the next image
 *    is still unused; so a batch sends each request at once, before it calls `next` again.
 *  - An answer that was cut off must not pass for an answer: HttpFailure distinguishes all ways to end.
 *
 * tests/unit/engine/engine_failure.c and tests/unit/engine/engine_remove.c test this; tests/fault/faults.py breaks
 * every request of a pass in every way, tests/fault/interruptions.py ends passes at every request, and
 * tests/fuzz/target_http.c sends rubbish.
 */
#include "http.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "transfer.h"

/* How long a batch waits until it asks is_interrupted again. */
#define POLL_MS 200

/* Connecting to a local socket and sending takes two steps. An engine that is slow to accept gets the rest later. */
#define STEPS_TO_SEND 8

void http_reply_clear(HttpReply *reply)
{
    free(reply->body);
    *reply = (HttpReply){0};
}

Http *http_new(const char *socket_path, bool (*is_interrupted)(void))
{
    Http *http = xcalloc(1, sizeof(*http));

    curl_global_init(CURL_GLOBAL_NOTHING); /* rgc uses no TLS, which would cost time and memory to set up */
    http->socket_path = xstrdup(socket_path);
    http->is_interrupted = is_interrupted;
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
    bool is_ended;    /* `next` has no more requests, or nothing more may start */
    int64_t deadline; /* after a stop: until then requests under way may be answered; 0 = none */
} Running;

/* Nothing more starts, and requests under way get a deadline. */
static void running_stop(Running *running)
{
    running->is_ended = true;
    if (!running->deadline)
        running->deadline = awake_clock() + running->batch->grace_usec;
}

/* Starts the next request, if `next` has one. A place must be free. */
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
    transfer_prepare(transfer, running->http, &request);
    transfer->job = job;
    running->busy[slot] = true;
    running->n_busy++;
    curl_multi_add_handle(running->multi, transfer->easy);
    /* Send it before `next` is called again, which may take a while. */
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

/* Ends every request that curl has finished. One call of curl may finish several. */
static void running_collect(Running *running)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(running->multi, &left))) {
        /* curl_multi_remove_handle() frees the message, so copy what it says first. */
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        char *transfer = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        running_end(running, (Transfer *)(void *)transfer, result);
    }
}

/* Ends every request that is still under way. The engine may do what it was asked for all the same. */
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
    /* With a free place and more to start, there is nothing to wait for. */
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
