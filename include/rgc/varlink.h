/* SPDX-License-Identifier: MIT */
/*
 * The Varlink wire format on a Unix stream socket: JSON objects, each ended by a NUL byte. The part of it that a small
 * service needs: calls, `more`, `oneway`, errors, and org.varlink.service, so that varlinkctl can introspect it.
 *
 * Whoever connects may be slow, broken or gone at any moment, and nobody else notices: nothing here blocks, all sizes
 * and times are bounded. What is still in a socket when its client leaves is carried out all the same.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>

#include <jansson.h>
#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

/* The longest request, without its NUL byte. A client that sends more without one is cut off. */
#define VARLINK_REQUEST_MAX ((size_t)16 * 1024)
/* What may wait for a client that does not read, before progress is dropped; the last reply always has room. */
#define VARLINK_OUTPUT_MAX ((size_t)64 * 1024)
/* Connections that are not kept open by a method. Others wait in the socket's queue until one of these ends. */
#define VARLINK_CLIENTS_MAX 16
/* For a whole request to arrive after connecting or after the last reply, that one's reading included. */
#define VARLINK_DEADLINE_USEC (10 * (uint64_t)1000000)

/* == Server == */

typedef struct VarlinkServer VarlinkServer;
/* A request that waits for its last reply; it lives as long as its connection. */
typedef struct VarlinkCall VarlinkCall;

/* Answers by varlink_reply or varlink_error before it returns, or keeps the call. `parameters` is an object. */
typedef void VarlinkMethodCall(VarlinkCall *call, json_t *parameters, void *userdata);

typedef struct VarlinkMethod {
    const char *name; /* "Collect" */
    VarlinkMethodCall *call;
} VarlinkMethod;

typedef struct VarlinkInterface {
    const char *name;        /* "io.rgc.Agent" */
    const char *description; /* the interface file */
    const VarlinkMethod *methods;
    size_t n_methods;
} VarlinkInterface;

/* Limits other than the ones above, for tests; 0 = as above. */
typedef struct VarlinkLimits {
    uint64_t deadline_usec;
    size_t clients_max;
} VarlinkLimits;

/* Takes over `listen_fd`, also when it fails. Borrows `interface` and `limits` (may be NULL). */
int varlink_server_new(sd_event *loop, int listen_fd, const VarlinkInterface *interface, const VarlinkLimits *limits,
                       void *userdata, VarlinkServer **ret, Error *err);
/* Sends what the sockets take at once, then closes them. Calls no VarlinkGone. */
void varlink_server_free(VarlinkServer *server);
DEFINE_CLEANUP(VarlinkServer, varlink_server_free)

/* Does the caller want several replies? Then the method may keep the call. */
bool varlink_call_wants_more(const VarlinkCall *call);
struct ucred varlink_call_peer(const VarlinkCall *call);

/* Once at most for each kept call, from the event loop, and only if its client leaves before the last reply: the call
 * must not be used any more. */
typedef void VarlinkGone(VarlinkCall *call, void *userdata);
void varlink_call_keep(VarlinkCall *call, VarlinkGone *on_gone);

/* One of several replies: dropped if the client does not read. Borrows `parameters`. */
void varlink_notify(VarlinkCall *call, json_t *parameters);
/* The last reply; the call must not be used any more. Both steal `parameters`; NULL stands for {}. */
void varlink_reply(VarlinkCall *call, json_t *parameters);
void varlink_error(VarlinkCall *call, const char *error, json_t *parameters);
void varlink_invalid_parameter(VarlinkCall *call, const char *parameter);

/* == Client == */

typedef struct VarlinkAnswer {
    const char *error;        /* NULL, or such as "org.varlink.service.MethodNotFound" */
    const json_t *parameters; /* an object */
    bool continues;           /* more replies follow */
} VarlinkAnswer;

/* For each reply, in order, from within varlink_call. */
typedef void VarlinkOnAnswer(const VarlinkAnswer *answer, void *userdata);

typedef struct VarlinkRequest {
    const char *path;   /* of the socket */
    const char *method; /* "io.rgc.Agent.Collect" */
    json_t *parameters; /* borrowed; NULL stands for {} */
    bool more;
    int64_t first_usec;   /* until the first reply; 0 = without a limit */
    int64_t timeout_usec; /* until the last one, from the start; 0 = without a limit */
} VarlinkRequest;

/* Waits for the last reply. An error that the service answers is an answer: 0.
 * -ENOENT, -ECONNREFUSED, -EACCES and others of connect(2); -ETIMEDOUT; -ECONNRESET: it hung up before the last reply;
 * -EPROTO: what it sent is not Varlink. */
int varlink_call(const VarlinkRequest *request, VarlinkOnAnswer *on_answer, void *userdata, Error *err);
