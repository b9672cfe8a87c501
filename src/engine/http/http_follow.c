/* SPDX-License-Identifier: MIT */
/*
 * An answer that does not end: the engine's events. It is apart because it does all that http_perform must not do. It
 * has no time-out once the answer has begun, and it waits for the socket and for `stop_fd` with one poll that may last
 * for days. curl_easy_perform() cannot do that: it wakes once a second, and would wake every idle host with it.
 *
 * tests/fault/watch.py tests this, and tests/bench/bench_idle.py counts the system calls of an agent at rest.
 */
#include <limits.h>

#include "transfer.h"

/* An event has some hundred bytes. */
#define BUFFER_SIZE (16L * 1024)

typedef struct HttpFollowing {
    const HttpFollow *follow;
    const HttpRequest *request;
    Transfer transfer;
    bool has_begun;
} HttpFollowing;

static void begin(HttpFollowing *following)
{
    if (following->has_begun)
        return;
    following->has_begun = true;
    following->follow->on_begin(following->follow->userdata);
}

/* A body that arrives together with the head gets here before the loop has looked for the head. */
static bool take(const char *data, size_t size, void *userdata)
{
    HttpFollowing *following = userdata;

    begin(following);
    return following->request->sink(data, size, following->request->sink_userdata);
}

/* The head may arrive long before the first byte of the body, and only curl has seen it. */
static void look_for_begin(HttpFollowing *following)
{
    long status = 0;

    curl_easy_getinfo(following->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300)
        begin(following);
}

/* How long to wait: before the answer has begun until the deadline, afterwards as long as the caller likes. */
static int wait_ms(const HttpFollowing *following, int64_t deadline)
{
    int64_t left = deadline - awake_clock();

    if (!following->has_begun)
        return left > 0 ? (int)(left / 1000) + 1 : 0;
    int ms = following->follow->before_wait(following->follow->userdata);
    return ms < 0 ? INT_MAX : ms;
}

/* What curl says of the only request of this multi handle. */
static CURLcode result_of(CURLM *multi)
{
    CURLcode result = CURLE_RECV_ERROR;
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE)
            result = message->data.result;
    return result;
}

/* One turn of the loop: let curl work, see whether the answer has begun or ended, and wait for the socket or
 * stop_fd. */
static CURLcode run(HttpFollowing *following, CURLM *multi)
{
    struct curl_waitfd stop = {.fd = following->follow->stop_fd, .events = CURL_WAIT_POLLIN};
    int64_t deadline = awake_clock() + following->request->timeout_usec;
    int running = 1;

    for (;;) {
        curl_multi_perform(multi, &running);
        if (running == 0)
            return result_of(multi);
        look_for_begin(following);
        int ms = wait_ms(following, deadline);
        if (!following->has_begun && ms == 0 && !following->follow->has_late_head)
            return CURLE_OPERATION_TIMEDOUT;
        if (!following->has_begun && ms == 0)
            begin(following);
        stop.revents = 0;
        curl_multi_poll(multi, &stop, stop.fd >= 0 ? 1 : 0, ms, NULL);
        if (stop.revents) {
            following->transfer.is_interrupted = true;
            return CURLE_ABORTED_BY_CALLBACK;
        }
    }
}

void http_follow(Http *http, const HttpRequest *request, const HttpFollow *follow, HttpReply *ret)
{
    HttpFollowing following = {.follow = follow, .request = request, .transfer = {0}};
    HttpRequest taken = *request;
    CURLM *multi = curl_multi_init();

    if (!multi)
        out_of_memory(); /* curl gives no other reason */
    taken.sink = take;
    taken.sink_userdata = &following;
    taken.body_limit = SIZE_MAX;
    taken.is_interruptible = false;
    transfer_prepare(&following.transfer, http, &taken);
    curl_easy_setopt(following.transfer.easy, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(following.transfer.easy, CURLOPT_BUFFERSIZE, BUFFER_SIZE);
    curl_multi_add_handle(multi, following.transfer.easy);
    CURLcode result = run(&following, multi);
    transfer_finish(&following.transfer, result);
    *ret = following.transfer.reply;
    curl_multi_remove_handle(multi, following.transfer.easy);
    curl_easy_cleanup(following.transfer.easy);
    curl_multi_cleanup(multi);
}
