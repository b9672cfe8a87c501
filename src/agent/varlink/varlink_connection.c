/* SPDX-License-Identifier: MIT */
/*
 * A connection: frames from any number of clients that may be slow, broken or gone, in one thread.
 *
 * The problem: a stream has no messages. One read may return half a request, or three; a client may send without
 * reading replies, stop in the middle, or leave right after a request. The agent has a few megabytes, and must answer
 * others meanwhile. A hook that asks for a pass and hangs up has asked all the same.
 *
 * The idea: a connection carries out one call at a time, and turn() does all that can be done without waiting. It sends
 * what waits in `out`; only if nothing waits, and no method keeps the call, it takes the next message out of `in`; and
 * only if no message is complete, it lets the loop read. So `in` never has much more than a request, a client that does
 * not read is not read from, and replies have the order of their requests.
 *
 * The bounds: a request has 16 KiB at most, and progress is dropped while 64 KiB wait for the client. A client has 10
 * seconds for each request, unless a method keeps its call: a kept call has no deadline, and is none of the 16 clients.
 *
 * What is never allowed:
 *  - Waiting: send() and recv() do not block.
 *  - Losing a request: a client that has hung up becomes deaf. What it sent is still read and carried out, and the
 *    replies are dropped.
 *  - Freeing a call under whoever answers it: varlink_reply() only fills `out`. Connections end in turn(), by the
 *    deadline, and with the server.
 *
 * tests/unit/agent/agent_varlink.c plays such clients, and tests/fuzz/target_varlink.c lets inputs play them.
 */
#include "varlink_connection.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void restart_deadline(VarlinkCall *call)
{
    sd_event_source_set_time_relative(call->deadline, call->server->limits.deadline_usec);
    sd_event_source_set_enabled(call->deadline, SD_EVENT_ONESHOT);
}

/* A client is read from only if it has read all replies, and no method keeps its call. */
static bool may_read(const VarlinkCall *call)
{
    return call->out.size == 0 && !call->is_kept;
}

static void update_events(VarlinkCall *call)
{
    uint32_t events = call->out.size > 0 ? EPOLLOUT : may_read(call) ? EPOLLIN : 0;
    sd_event_source_set_io_events(call->io, events);
}

/* A call that was kept counts as one of the clients again, and has a deadline. */
static void release(VarlinkCall *call)
{
    call->is_kept = false;
    call->server->n_active++;
    restart_deadline(call);
}

/* Nobody reads replies any more. What the client sent before is still carried out, so that no trigger is lost. */
static void go_deaf(VarlinkCall *call)
{
    call->is_deaf = true;
    buffer_clear(&call->out);
    if (!call->is_kept)
        return;
    release(call);
    call->on_gone(call, call->server->userdata);
}

void connection_flush(VarlinkCall *call)
{
    while (call->out.size > 0) {
        ssize_t n = send(call->fd, call->out.data, call->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n < 0) {
            go_deaf(call);
            return;
        }
        buffer_consume(&call->out, (size_t)n);
    }
}

static void receive(VarlinkCall *call, bool has_hung_up)
{
    char chunk[VARLINK_REQUEST_MAX];
    ssize_t n;
    do
        n = recv(call->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        buffer_add(&call->in, chunk, (size_t)n);
    else if (n == 0 || has_hung_up || (errno != EAGAIN && errno != EWOULDBLOCK))
        call->is_eof = true;
}

/* Does all that can be done without waiting. False if the connection has ended; it is freed then. */
static bool turn(VarlinkCall *call)
{
    for (;;) {
        connection_flush(call);
        if (call->out.size > 0 || call->is_kept)
            break;
        json_t *message = NULL;
        int r = varlink_buffer_take(&call->in, VARLINK_REQUEST_MAX, &message);
        if (r > 0)
            r = varlink_dispatch(call, message) < 0 ? -EPROTO : 1;
        if (r < 0 || (r == 0 && call->is_eof)) {
            connection_free(call);
            return false;
        }
        if (r == 0)
            break;
    }
    update_events(call);
    return true;
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
    VarlinkCall *call = userdata;
    bool has_hung_up = revents & (EPOLLHUP | EPOLLERR);
    (void)source;
    (void)fd;
    if (has_hung_up)
        go_deaf(call);
    if (!turn(call))
        return 0;
    if (may_read(call) && revents & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        receive(call, has_hung_up);
        turn(call);
    }
    return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source;
    (void)usec;
    connection_free(userdata);
    return 0;
}

static int add_sources(VarlinkCall *call)
{
    sd_event *loop = call->server->loop;
    int r = sd_event_add_io(loop, &call->io, call->fd, EPOLLIN, on_io, call);
    if (r < 0)
        return r;
    r = sd_event_add_time_relative(loop, &call->deadline, CLOCK_MONOTONIC, call->server->limits.deadline_usec, 0,
                                   on_deadline, call);
    if (r < 0)
        return r;
    /* The deadline comes after reading: what arrived while the loop stood still counts as in time. */
    return sd_event_source_set_priority(call->deadline, SD_EVENT_PRIORITY_NORMAL + 1);
}

int connection_new(VarlinkServer *server, int fd, Error *err)
{
    VarlinkCall *call = xcalloc(1, sizeof(*call));
    socklen_t size = sizeof(call->peer);
    call->server = server;
    call->fd = fd;
    call->next = server->first;
    if (call->next)
        call->next->previous = call;
    server->first = call;
    server->n_active++;
    int r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &call->peer, &size) < 0 ? -errno : add_sources(call);
    if (r < 0) {
        connection_free(call);
        return error_set(err, -r, "a client of the trigger socket: %s", strerror(-r));
    }
    return 0;
}

void connection_free(VarlinkCall *call)
{
    VarlinkServer *server = call->server;
    if (call->previous)
        call->previous->next = call->next;
    else
        server->first = call->next;
    if (call->next)
        call->next->previous = call->previous;
    if (!call->is_kept)
        server->n_active--;
    sd_event_source_disable_unref(call->io);
    sd_event_source_disable_unref(call->deadline);
    close(call->fd);
    buffer_clear(&call->in);
    buffer_clear(&call->out);
    free(call);
    varlink_server_admit(server);
}

bool varlink_call_wants_more(const VarlinkCall *call)
{
    return call->wants_more;
}

struct ucred varlink_call_peer(const VarlinkCall *call)
{
    return call->peer;
}

void varlink_call_keep(VarlinkCall *call, VarlinkGone *on_gone)
{
    call->is_kept = true;
    call->on_gone = on_gone;
    call->server->n_active--;
    sd_event_source_set_enabled(call->deadline, SD_EVENT_OFF);
    varlink_server_admit(call->server);
}

/* Adds a message to what waits for the client. Takes ownership of `message`. */
static void put(VarlinkCall *call, json_t *message, bool may_drop)
{
    size_t size;
    cleanup_with(free_charp) char *frame = varlink_frame(message, &size);
    json_decref(message);
    if (may_drop && call->out.size + size > VARLINK_OUTPUT_MAX)
        return;
    if (!call->is_deaf)
        buffer_add(&call->out, frame, size);
}

void varlink_notify(VarlinkCall *call, json_t *parameters)
{
    put(call, json_pack("{s:O, s:b}", "parameters", parameters, "continues", 1), true);
    update_events(call);
}

/* Adds the last reply, which the event loop sends, because sending may end the connection and the caller still has the
 * call. Takes ownership of `message`. */
static void answer(VarlinkCall *call, json_t *message)
{
    call->is_answered = true;
    if (call->is_kept)
        release(call);
    else
        restart_deadline(call);
    if (call->is_oneway)
        json_decref(message);
    else
        put(call, message, false);
    update_events(call);
}

void varlink_reply(VarlinkCall *call, json_t *parameters)
{
    answer(call, json_pack("{s:o}", "parameters", parameters ? parameters : json_object()));
}

void varlink_error(VarlinkCall *call, const char *error, json_t *parameters)
{
    answer(call, json_pack("{s:s, s:o}", "error", error, "parameters", parameters ? parameters : json_object()));
}

void varlink_invalid_parameter(VarlinkCall *call, const char *parameter)
{
    varlink_error(call, "org.varlink.service.InvalidParameter", json_pack("{s:s}", "parameter", parameter));
}
