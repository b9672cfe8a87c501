/* SPDX-License-Identifier: MIT */
/*
 * What http_perform, a batch and the stream of events have in common: how a curl handle is set up, where the bytes of
 * an answer go, and what curl's result means. A body takes one of four ways: a refusal (status other than 2xx) is kept,
 * but only its beginning; otherwise the sieve, the sink or the buffer takes it, as the request says.
 */
#include "transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The sentence of a refusal fits in this; a web page is cut here. */
#define REFUSAL_MAX ((size_t)64 * 1024)

/* How long an answer may be that passes through the sieve, which keeps little of it. */
#define PASSED_MAX ((size_t)64 * 1024 * 1024)

/* With large reads, a list of 10,000 images arrives in tens of pieces instead of hundreds. */
#define READ_SIZE (256L * 1024)

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

/* What the sieve drops counts too: an answer without an end must not keep rgc busy for ever. */
static size_t pass_through_sieve(Transfer *transfer, const char *data, size_t size)
{
    Sieve *sieve = &transfer->sieve;

    sieve->known = transfer->request.known;
    sieve->kept_max = transfer->request.body_limit;
    transfer->received += size;
    sieve_feed(sieve, data, size);
    transfer->is_too_large = sieve->is_too_large || transfer->received > PASSED_MAX;
    return transfer->is_too_large ? 0 : size;
}

/* Makes what the sieve kept the body. If the text was not JSON, a '?' after it keeps every parser from accepting it. */
static void take_from_sieve(Transfer *transfer)
{
    const char *text;
    size_t length;
    Error why;
    int r;

    if (transfer->received == 0 || !transfer->sieve.known)
        return;
    r = sieve_finish(&transfer->sieve, &text, &length, &why);
    buffer_add(&transfer->body, text, length);
    if (r < 0)
        buffer_add(&transfer->body, "?", 1);
}

/* curl calls this for each piece of the body; a result other than `size` ends the request. */
static size_t on_body(char *data, size_t one, size_t size, void *userdata)
{
    Transfer *transfer = userdata;
    long status = 0;

    (void)one;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->reply.status = (int)status;
    if (!is_success(transfer->reply.status)) {
        size_t room = REFUSAL_MAX - transfer->body.size;

        buffer_add(&transfer->body, data, size < room ? size : room);
        transfer->received += size;
        transfer->is_too_large = transfer->received > REFUSAL_MAX * 16;
        return transfer->is_too_large ? 0 : size;
    }
    if (transfer->request.known)
        return pass_through_sieve(transfer, data, size);
    if (size > transfer->request.body_limit - transfer->received) {
        transfer->is_too_large = true;
        return 0;
    }
    transfer->received += size;
    if (!transfer->request.sink) {
        buffer_add(&transfer->body, data, size);
        return size;
    }
    transfer->is_stopped = !transfer->request.sink(data, size, transfer->request.sink_userdata);
    return transfer->is_stopped ? 0 : size;
}

static bool begins_with(const char *line, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && strncasecmp(line, prefix, strlen(prefix)) == 0;
}

/* curl calls this for each line of the head. The names of headers are case-insensitive (RFC 9110). */
static size_t on_header(char *line, size_t one, size_t length, void *userdata)
{
    Transfer *transfer = userdata;

    (void)one;
    if (begins_with(line, length, "Libpod-Api-Version:") || begins_with(line, length, "Server: Libpod/"))
        transfer->reply.is_libpod = true;
    if (begins_with(line, length, "Content-Length:") || begins_with(line, length, "Transfer-Encoding: chunked"))
        transfer->reply.is_framed = true;
    return length;
}

/* curl calls this about once a second, and more often while bytes come; a result other than 0 ends the request. */
static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    Transfer *transfer = userdata;

    (void)a, (void)b, (void)c, (void)d;
    transfer->is_interrupted = transfer->http->is_interrupted && transfer->http->is_interrupted();
    return transfer->is_interrupted ? 1 : 0;
}

/* Each request has a handle of its own. libcurl before 8.1.1 (7.88.1 in Debian 12) keeps a pointer into the headers of
 * the answer before, and writes there if the next answer begins with a folded header line (curl issue 11101). What is
 * worth keeping, the connections of a batch, belongs to its multi handle. */
static CURL *renewed(CURL *old)
{
    curl_easy_cleanup(old);
    CURL *easy = curl_easy_init();
    if (!easy)
        out_of_memory(); /* curl gives no other reason */
    return easy;
}

void transfer_prepare(Transfer *transfer, Http *http, const HttpRequest *request)
{
    cleanup_with(free_charp) char *url = xasprintf("http://localhost%s", request->path);
    static char name[] = "Content-Type:";
    static struct curl_slist no_content_type = {.data = name}; /* else curl sends that of a form */
    static char json_name[] = "Content-Type: application/json";
    static struct curl_slist json_content_type = {.data = json_name};
    CURL *easy = renewed(transfer->easy);

    *transfer = (Transfer){.http = http, .easy = easy, .request = *request, .job = transfer->job};
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, http->socket_path);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* else http_proxy in the environment diverts the request */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "rgc/" RGC_VERSION);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     request->timeout_usec < 1000 ? 1L : (long)(request->timeout_usec / 1000));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, READ_SIZE);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (strcmp(request->method, "GET") != 0) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
        /* A connection that was kept open may be dead; curl would then repeat a request that may have had its
         * effect. */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    }
    if (strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->json ? request->json : "");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->json ? &json_content_type : &no_content_type);
    }
    if (request->is_interruptible && http->is_interrupted) {
        curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    }
    http->requests++;
}

/* What stopped the transfer on our side counts first, because curl then reports an error of its own. */
static HttpFailure failure_of(const Transfer *transfer, CURLcode result)
{
    if (transfer->is_too_large)
        return HTTP_TOO_LARGE;
    if (transfer->is_stopped)
        return HTTP_STOPPED;
    if (transfer->is_interrupted)
        return HTTP_INTERRUPTED;
    switch ((int)result) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_CONNECT:
        return HTTP_NO_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_GOT_NOTHING:
        return HTTP_NO_ANSWER;
    case CURLE_PARTIAL_FILE:
        return HTTP_CUT_OFF;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return transfer->reply.has_begun ? HTTP_CUT_OFF : HTTP_NO_ANSWER;
    case CURLE_UNSUPPORTED_PROTOCOL: /* "Received HTTP/0.9 when not allowed" */
    case CURLE_WEIRD_SERVER_REPLY:
        return HTTP_NOT_HTTP;
    default:
        return HTTP_FAILED;
    }
}

void transfer_finish(Transfer *transfer, CURLcode result)
{
    HttpReply *reply = &transfer->reply;
    long status = 0, os_errno = 0, header_bytes = 0, request_bytes = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_errno);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &header_bytes);
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    reply->status = (int)status;
    reply->os_errno = (int)os_errno;
    reply->was_sent = request_bytes > 0;
    reply->has_begun = header_bytes > 0;
    snprintf(reply->error, sizeof(reply->error), "%s", *transfer->error ? transfer->error : curl_easy_strerror(result));
    reply->failure = failure_of(transfer, result);
    take_from_sieve(transfer);
    sieve_clear(&transfer->sieve);
    buffer_reserve(&transfer->body, 0);
    buffer_grew(&transfer->body, 0); /* the body is an empty text at least */
    reply->length = transfer->body.size;
    reply->body = take_ptr(transfer->body.data);
    transfer->body = (Buffer){0};
}
