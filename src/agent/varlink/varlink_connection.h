/* SPDX-License-Identifier: MIT */
/*
 * One client. A connection carries out one call after the other: the next one is looked at when the last reply of the
 * one before has left. So a call is its connection.
 */
#pragma once

#include "varlink_buffer.h"

#include <rgc/varlink.h>

struct VarlinkServer {
    sd_event *loop;
    int listen_fd;
    sd_event_source *listening;
    sd_event_source *resume; /* on after accepting failed: tries again */
    const VarlinkInterface *interface;
    VarlinkLimits limits;
    void *userdata;
    VarlinkCall *first;
    size_t n_active; /* connections without those that a method keeps open */
};

struct VarlinkCall {
    VarlinkServer *server;
    VarlinkCall *next, *previous;
    int fd;
    struct ucred peer;
    sd_event_source *io;
    sd_event_source *deadline; /* off while the call is kept */
    Buffer in, out;
    VarlinkGone *on_gone;
    bool wants_more;
    bool is_oneway;
    bool is_answered;
    bool is_kept;
    bool is_eof;  /* sends no more */
    bool is_deaf; /* does not receive: replies go nowhere, requests are carried out */
};

/* Takes over `fd`. */
int connection_new(VarlinkServer *server, int fd, Error *err);
void connection_free(VarlinkCall *call);
/* Sends what the socket takes now, nothing else. */
void connection_flush(VarlinkCall *call);

/* There may be room for a connection again. */
void varlink_server_admit(VarlinkServer *server);

/* Carries out one message. -EPROTO: it is none. Steals `message`, which may be NULL. */
int varlink_dispatch(VarlinkCall *call, json_t *message);
