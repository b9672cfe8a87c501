/* SPDX-License-Identifier: MIT */
/*
 * The trigger socket: the interface io.rgc.Agent, as docs/io.rgc.Agent.varlink describes it, on the Varlink server of
 * rgc/varlink.h. Whoever may connect can ask for a pass and follow it, but never name what it removes. service.c tells
 * how it keeps clients from harming each other.
 *
 *     r = service_bind("/run/rgc.sock", &fd, err);                  unless systemd hands the socket over
 *     r = service_new(loop, fd, &hooks, agent, &service, err);      hooks.on_collect returns a ticket
 *     service_progress(service, ticket, line);                      while the pass runs
 *     service_finished(service, ticket, summary);
 */
#pragma once

#include <rgc/varlink.h>

#define SERVICE_INTERFACE "io.rgc.Agent"
/* The most bytes of `reason` and of `deployed`. */
#define SERVICE_TEXT_MAX ((size_t)200)
/* The most calls that follow a pass. Any further one is answered at once, as if it had not asked for progress. */
#define SERVICE_FOLLOWERS_MAX 64

typedef struct Service Service;

/* Who asks for a pass, and why. Valid only during the call. */
typedef struct Trigger {
    const char *reason;   /* what the caller says: printable, at most SERVICE_TEXT_MAX bytes; NULL = nothing */
    const char *deployed; /* SERVICE[/DESTINATION] whose deploy hook asks, with the same limits; NULL = no hook asks */
    uid_t uid;            /* the caller's, as the kernel tells it (SO_PEERCRED) */
    pid_t pid;
    bool is_hook; /* deployed is set */
} Trigger;

typedef struct ServiceHooks {
    /* Somebody asks for a pass. Returns the ticket of the pass that will serve this, and must not block. */
    uint64_t (*on_collect)(const Trigger *trigger, void *userdata);
    /* Returns the answer to Status(): a new JSON object with the fields of docs/io.rgc.Agent.varlink. */
    json_t *(*on_status)(void *userdata);
} ServiceHooks;

/* Why the text may not be a `reason` or `deployed`, in static words such as "is empty"; NULL if it may. */
const char *service_text_complaint(const char *text);

/* Serves on `listen_fd`, from systemd or service_bind(), and closes it in the end, even on an error. Borrows
 * `hooks`. */
int service_new(sd_event *loop, int listen_fd, const ServiceHooks *hooks, void *userdata, Service **ret, Error *err);
/* Creates the socket with mode 0660 and, where it exists, the group docker. A socket on which nobody listens any more
 * is replaced. -EADDRINUSE: somebody listens on it. */
int service_bind(const char *path, int *ret_fd, Error *err);
/* Sends a line to all clients that follow this pass with `more`. Borrows `line`. */
void service_progress(Service *service, uint64_t ticket, const json_t *line);
/* Sends the last reply to all clients that wait for this pass or for one before it. Borrows `summary`; NULL = the pass
 * has ended without one. */
void service_finished(Service *service, uint64_t ticket, const json_t *summary);
/* Clients that still wait receive the error io.rgc.Agent.Stopping. */
void service_free(Service *service);
DEFINE_CLEANUP(Service, service_free)
