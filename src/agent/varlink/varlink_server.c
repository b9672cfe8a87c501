/* SPDX-License-Identifier: MIT */
/* Accepts clients while there is room for them. The others wait in the socket's queue, and need no memory here. */
#include "varlink_connection.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* After accepting has failed, most likely for want of descriptors, the socket is still readable: without a pause, the
 * loop would spin. */
#define RESUME_USEC ((uint64_t)1000000)

void varlink_server_admit(VarlinkServer *server)
{
    bool has_room = server->n_active < server->limits.clients_max;
    if (server->listening)
        sd_event_source_set_enabled(server->listening, has_room ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int on_resume(sd_event_source *source, uint64_t usec, void *userdata)
{
    VarlinkServer *server = userdata;
    (void)source;
    (void)usec;
    varlink_server_admit(server);
    return 0;
}

static void pause_accepting(VarlinkServer *server)
{
    sd_event_source_set_enabled(server->listening, SD_EVENT_OFF);
    sd_event_source_set_time_relative(server->resume, RESUME_USEC);
    sd_event_source_set_enabled(server->resume, SD_EVENT_ONESHOT);
}

static int on_connection(sd_event_source *source, int listen_fd, uint32_t revents, void *userdata)
{
    VarlinkServer *server = userdata;
    (void)source;
    (void)revents;
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ECONNABORTED)
            pause_accepting(server);
        return 0;
    }
    if (connection_new(server, fd, NULL) == 0)
        varlink_server_admit(server);
    return 0;
}

static int listen_on(VarlinkServer *server, Error *err)
{
    int flags = fcntl(server->listen_fd, F_GETFL);
    if (flags < 0 || fcntl(server->listen_fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return error_set(err, errno, "the trigger socket: %s", strerror(errno));
    int r = sd_event_add_io(server->loop, &server->listening, server->listen_fd, EPOLLIN, on_connection, server);
    /* The timer is created now, because without descriptors it could not be created later. */
    if (r >= 0)
        r = sd_event_add_time_relative(server->loop, &server->resume, CLOCK_MONOTONIC, RESUME_USEC, 0, on_resume,
                                       server);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->resume, SD_EVENT_OFF);
    return r < 0 ? error_set(err, -r, "the trigger socket: %s", strerror(-r)) : 0;
}

int varlink_server_new(sd_event *loop, int listen_fd, const VarlinkInterface *interface, const VarlinkLimits *limits,
                       void *userdata, VarlinkServer **ret, Error *err)
{
    cleanup_with(varlink_server_freep) VarlinkServer *server = xcalloc(1, sizeof(*server));
    server->loop = sd_event_ref(loop);
    server->listen_fd = listen_fd;
    server->interface = interface;
    server->userdata = userdata;
    server->limits.deadline_usec = limits && limits->deadline_usec ? limits->deadline_usec : VARLINK_DEADLINE_USEC;
    server->limits.clients_max = limits && limits->clients_max ? limits->clients_max : VARLINK_CLIENTS_MAX;
    int r = listen_on(server, err);
    if (r < 0)
        return r;
    *ret = take_ptr(server);
    return 0;
}

void varlink_server_free(VarlinkServer *server)
{
    server->listening = sd_event_source_disable_unref(server->listening);
    server->resume = sd_event_source_disable_unref(server->resume);
    for (VarlinkCall *call = server->first, *next; call; call = next) {
        next = call->next;
        if (!call->is_kept)
            connection_flush(call);
        connection_free(call);
    }
    close(server->listen_fd);
    sd_event_unref(server->loop);
    free(server);
}
