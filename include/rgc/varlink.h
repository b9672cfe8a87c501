/* SPDX-License-Identifier: MIT */
/*
 * Varlink (https://varlink.org): remote calls as JSON objects on a Unix stream socket, each ended by a NUL byte. This
 * is the part of it that a small service needs: calls, `more`, `oneway`, errors, and org.varlink.service, with which
 * tools such as varlinkctl(1) find out what a service offers. Connections are not upgraded.
 *
 *     {"method":"io.rgc.Agent.Collect","parameters":{"reason":"by hand"},"more":true}
 *     {"parameters":{"ticket":7,…},"continues":true}
 *     {"parameters":{"ticket":7,"summary":{…}}}
 *
 * Whoever connects may be slow, broken or gone at any moment, and no other client may notice: nothing in the server
 * blocks, and all sizes and times are bounded. Requests that a client has sent before it leaves are carried out all the
 * same. src/agent/varlink/varlink_connection.c tells how.
 *
 *     static void collect(VarlinkCall *call, json_t *parameters, void *userdata)
 *     {
 *         varlink_reply(call, json_pack("{s:I}", "ticket", (json_int_t)7));
 *     }
 *     static const VarlinkMethod methods[] = {{"Collect", collect}};
 *     static const VarlinkInterface interface = {"io.rgc.Agent", description, methods, 1};
 *     r = varlink_server_new(loop, listen_fd, &interface, NULL, userdata, &server, err);
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>

#include <jansson.h>
#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

/* The most bytes of a request, without its NUL byte. A client that sends more is disconnected. */
#define VARLINK_REQUEST_MAX ((size_t)16 * 1024)
/* The most bytes that wait for a client that does not read. Beyond these, progress is dropped, but no last reply. */
#define VARLINK_OUTPUT_MAX ((size_t)64 * 1024)
/* The most connections that no method keeps open. Further ones wait in the socket's queue until one of these ends. */
#define VARLINK_CLIENTS_MAX 16
/* How long a client may take to read a last reply and to send the next whole request, or to send the first one. */
#define VARLINK_DEADLINE_USEC (10 * (uint64_t)1000000)

/* == Server == */

typedef struct VarlinkServer VarlinkServer;
/* A request that waits for its last reply. It is valid until then, or until VarlinkGone is called. */
typedef struct VarlinkCall VarlinkCall;

/* Carries out a method: calls varlink_reply() or varlink_error() before it returns, or varlink_call_keep().
 * `parameters` is an object, and borrowed. */
typedef void VarlinkMethodCall(VarlinkCall *call, json_t *parameters, void *userdata);

typedef struct VarlinkMethod {
    const char *name; /* "Collect" */
    VarlinkMethodCall *call;
} VarlinkMethod;

typedef struct VarlinkInterface {
    const char *name;        /* "io.rgc.Agent" */
    const char *description; /* the text of the interface file, for GetInterfaceDescription */
    const VarlinkMethod *methods;
    size_t n_methods;
} VarlinkInterface;

/* Other limits than the ones above, for tests; 0 = as above. */
typedef struct VarlinkLimits {
    uint64_t deadline_usec;
    size_t clients_max;
} VarlinkLimits;

/* Serves `interface` on `listen_fd`, a socket that listens, and closes it at the end, also on an error. Borrows
 * `interface`; copies `limits`, which may be NULL. `userdata` is passed to the methods. */
int varlink_server_new(sd_event *loop, int listen_fd, const VarlinkInterface *interface, const VarlinkLimits *limits,
                       void *userdata, VarlinkServer **ret, Error *err);
/* Sends what the sockets take at once, and closes all connections without calling VarlinkGone. */
void varlink_server_free(VarlinkServer *server);
DEFINE_CLEANUP(VarlinkServer, varlink_server_free)

/* Does the client want several replies (`more`)? Only then may the method keep the call. */
bool varlink_call_wants_more(const VarlinkCall *call);
/* Returns who has connected, as the kernel tells it (SO_PEERCRED in unix(7)). */
struct ucred varlink_call_peer(const VarlinkCall *call);

/* Called from the event loop, once at most for each kept call, if its client leaves before the last reply. The call
 * must not be used any more. */
typedef void VarlinkGone(VarlinkCall *call, void *userdata);
/* Keeps the call open after the method has returned. It has no deadline then, and takes no place of other clients. */
void varlink_call_keep(VarlinkCall *call, VarlinkGone *on_gone);

/* Sends one of several replies; it is dropped if the client does not read. Borrows `parameters`. */
void varlink_notify(VarlinkCall *call, json_t *parameters);
/* Send the last reply, after which the call must not be used any more. They take ownership of `parameters`; NULL stands
 * for {}. `error` is a full name, such as "io.rgc.Agent.Stopping". */
void varlink_reply(VarlinkCall *call, json_t *parameters);
void varlink_error(VarlinkCall *call, const char *error, json_t *parameters);
/* The same with org.varlink.service.InvalidParameter. */
void varlink_invalid_parameter(VarlinkCall *call, const char *parameter);

/* == Client == */

/* One reply; valid only during the call of VarlinkOnAnswer. */
typedef struct VarlinkAnswer {
    const char *error;        /* such as "org.varlink.service.MethodNotFound"; NULL = no error */
    const json_t *parameters; /* an object */
    bool continues;           /* more replies follow */
} VarlinkAnswer;

/* Called for each reply, in order, from within varlink_call(). */
typedef void VarlinkOnAnswer(const VarlinkAnswer *answer, void *userdata);

typedef struct VarlinkRequest {
    const char *path;     /* of the socket */
    const char *method;   /* "io.rgc.Agent.Collect" */
    json_t *parameters;   /* borrowed; NULL stands for {} */
    bool more;            /* asks for several replies */
    int64_t first_usec;   /* from the start to the first reply; 0 = no limit */
    int64_t timeout_usec; /* from the start to the last reply; 0 = no limit */
} VarlinkRequest;

/* Connects, sends the request, and waits for the last reply. An error that the service replies is an answer like any
 * other: the result is 0. Errors: -ENOENT, -ECONNREFUSED, -EACCES and others of connect(2); -ENAMETOOLONG; -ETIMEDOUT;
 * -ECONNRESET if the service hangs up before the last reply; -EPROTO if it sends anything but Varlink. */
int varlink_call(const VarlinkRequest *request, VarlinkOnAnswer *on_answer, void *userdata, Error *err);
