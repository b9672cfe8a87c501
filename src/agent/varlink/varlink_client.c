/* SPDX-License-Identifier: MIT */
/*
 * The client: one call on a connection of its own, which blocks until the last reply. `rgc collect` and `rgc status`
 * use it. The agent may be stopped, hang, or be another program, so waits have limits, and failures their own codes.
 */
#include "agent/timer_accuracy.h"
#include "varlink_address.h"
#include "varlink_buffer.h"

#include <rgc/file.h>
#include <rgc/text.h>
#include <rgc/varlink.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* More bytes than any answer of an agent has: a service that sends more is no agent. */
#define ANSWER_MAX ((size_t)1 << 20)
#define CHUNK ((size_t)16 * 1024)
/* How long to wait before connecting again to a socket whose queue is full. */
#define KNOCK_MSEC 20

typedef struct Client {
    const VarlinkRequest *request;
    int fd;
    int64_t began_usec;
    bool has_answer;
    Buffer in;
} Client;

static void client_clear(Client *client)
{
    close_fdp(&client->fd);
    buffer_clear(&client->in);
}

/* The time that is left, for poll(2): -1 = no limit, 0 = none is left. */
static int left_msec(const Client *client)
{
    int64_t limit = client->request->timeout_usec, first = client->request->first_usec;
    if (!client->has_answer && first > 0 && (limit == 0 || first < limit))
        limit = first;
    if (limit == 0)
        return -1;
    int64_t left = client->began_usec + limit - awake_clock();
    int64_t msec = (left + 999) / 1000;
    return left <= 0 ? 0 : msec > INT_MAX ? INT_MAX : (int)msec;
}

static int timed_out(const Client *client, Error *err)
{
    return error_set(err, ETIMEDOUT, "%s: no %sanswer in time", client->request->path,
                     client->has_answer ? "last " : "");
}

static int wait_for(const Client *client, short events, Error *err)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = client->fd, .events = events};
        int left = left_msec(client);
        int r = left == 0 ? 0 : poll(&poll_fd, 1, left);
        if (r > 0)
            return 0;
        if (r < 0 && errno != EINTR)
            return error_set(err, errno, "poll: %s", strerror(errno));
        if (r == 0 && left_msec(client) == 0)
            return timed_out(client, err);
    }
}

static int connect_to(Client *client, Error *err)
{
    const char *path = client->request->path;
    struct sockaddr_un address;
    int r = varlink_address(path, &address, err);
    if (r < 0)
        return r;
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return error_set(err, errno, "socket: %s", strerror(errno));
    while (connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return error_set(err, errno, "%s: %s", path, strerror(errno));
        if (left_msec(client) == 0)
            return timed_out(client, err);
        poll(NULL, 0, KNOCK_MSEC);
    }
    return 0;
}

static int send_request(const Client *client, Error *err)
{
    const VarlinkRequest *request = client->request;
    json_t *message = json_pack("{s:s, s:O*}", "method", request->method, "parameters", request->parameters);
    if (request->more)
        json_object_set_new(message, "more", json_true());
    size_t size;
    cleanup_with(free_charp) char *frame = varlink_frame(message, &size);
    json_decref(message);
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(client->fd, frame + sent, size - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN) {
            int r = wait_for(client, POLLOUT, err);
            if (r < 0)
                return r;
        } else if (errno != EINTR) {
            return error_set(err, ECONNRESET, "%s: the connection was closed: %s", request->path, strerror(errno));
        }
    }
    return 0;
}

static int receive(Client *client, Error *err)
{
    char chunk[CHUNK];
    int r = wait_for(client, POLLIN, err);
    if (r < 0)
        return r;
    ssize_t n = recv(client->fd, chunk, sizeof(chunk), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return error_set(err, ECONNRESET, "%s: the connection was closed before the last answer",
                         client->request->path);
    buffer_add(&client->in, chunk, (size_t)n);
    return 0;
}

static int not_varlink(const Client *client, Error *err)
{
    return error_set(err, EPROTO, "%s: what answers there does not speak Varlink", client->request->path);
}

/* Returns 1 if this was the last reply, and 0 if more follow. */
static int take_answer(Client *client, const json_t *message, VarlinkOnAnswer *on_answer, void *userdata, Error *err)
{
    const json_t *error = json_object_get(message, "error");
    json_t *parameters = json_object_get(message, "parameters");
    if ((error && !json_is_string(error)) || (parameters && !json_is_object(parameters)))
        return not_varlink(client, err);
    json_t *nothing = json_object();
    VarlinkAnswer answer = {
        .error = json_string_value(error),
        .parameters = parameters ? parameters : nothing,
        .continues = !error && json_is_true(json_object_get(message, "continues")),
    };
    client->has_answer = true;
    on_answer(&answer, userdata);
    json_decref(nothing);
    return answer.continues ? 0 : 1;
}

static int follow(Client *client, VarlinkOnAnswer *on_answer, void *userdata, Error *err)
{
    for (;;) {
        json_t *message = NULL;
        int r = varlink_buffer_take(&client->in, ANSWER_MAX, &message);
        if (r < 0 || (r > 0 && !message))
            return not_varlink(client, err);
        if (r == 0) {
            r = receive(client, err);
        } else {
            r = take_answer(client, message, on_answer, userdata, err);
            json_decref(message);
        }
        if (r != 0)
            return r < 0 ? r : 0;
    }
}

int varlink_call(const VarlinkRequest *request, VarlinkOnAnswer *on_answer, void *userdata, Error *err)
{
    cleanup_with(client_clear) Client client = {.request = request, .fd = -1, .began_usec = awake_clock()};
    int r = connect_to(&client, err);
    if (r == 0)
        r = send_request(&client, err);
    return r < 0 ? r : follow(&client, on_answer, userdata, err);
}
