/* SPDX-License-Identifier: MIT */
/*
 * The inside of the server: one VarlinkCall for each client. A connection carries out one call after the other, and
 * looks at the next one when the last reply of the one before has been sent. So a call is its connection.
 */
#pragma once

#include "varlink_buffer.h"

#include <rgc/varlink.h>

struct VarlinkServer {
    sd_event *loop;
    int listen_fd;
    sd_event_source *listening;
    sd_event_source *resume; /* a timer that accepts again, after accepting has failed */
    const VarlinkInterface *interface;
    VarlinkLimits limits;
    void *userdata;
    VarlinkCall *first; /* the list of all connections */
    size_t n_active;    /* connections without those that a method keeps open */
};

struct VarlinkCall {
    VarlinkServer *server;
    VarlinkCall *next, *previous;
    int fd;
    struct ucred peer;
    sd_event_source *io;
    sd_event_source *deadline; /* off while the call is kept */
    Buffer in, out;            /* bytes that were read, and replies that were not sent yet */
    VarlinkGone *on_gone;
    bool wants_more;
    bool is_oneway;
    bool is_answered; /* the method has given the last reply */
    bool is_kept;     /* a method will reply later */
    bool is_eof;      /* the client sends nothing more */
    bool is_deaf;     /* the client does not receive: replies are dropped, requests are carried out */
};

/* Begins to serve a client, and closes `fd` at the end, also on an error. */
int connection_new(VarlinkServer *server, int fd, Error *err);
/* Closes the connection without calling on_gone(), and lets another client in. */
void connection_free(VarlinkCall *call);
/* Sends what the socket takes at once. */
void connection_flush(VarlinkCall *call);

/* Listens for further clients if there is room for one, and stops listening if not. To be called after each change of
 * n_active. */
void varlink_server_admit(VarlinkServer *server);

/* Carries out one message. Returns -EPROTO if it is NULL or no call. Takes ownership of `message`. */
int varlink_dispatch(VarlinkCall *call, json_t *message);
