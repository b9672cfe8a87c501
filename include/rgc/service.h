/* SPDX-License-Identifier: MIT */
/*
 * The trigger socket: io.rgc.Agent as docs/io.rgc.Agent.varlink describes it. Whoever may connect can ask for a pass
 * and follow it, and never name what to remove.
 */
#pragma once

#include <rgc/varlink.h>

#define SERVICE_INTERFACE "io.rgc.Agent"
/* Bytes of `reason` and `deployed`. */
#define SERVICE_TEXT_MAX ((size_t)200)
/* Calls that follow a pass. One more is answered at once, as if it had not asked for progress. */
#define SERVICE_FOLLOWERS_MAX 64

typedef struct Service Service;

/* Valid during the call only. */
typedef struct Trigger {
    const char *reason;   /* NULL, or what the caller says: printable, at most SERVICE_TEXT_MAX bytes */
    const char *deployed; /* NULL, or SERVICE[/DESTINATION] whose deploy hook asks; the same */
    uid_t uid;            /* of the caller, as the kernel tells it */
    pid_t pid;
    bool is_hook; /* deployed is set */
} Trigger;

typedef struct ServiceHooks {
    /* Somebody asked for a pass. Returns the ticket of the pass that will serve it (the one to come). Never blocks. */
    uint64_t (*on_collect)(const Trigger *trigger, void *userdata);
    /* The answer to Status(), with the fields of docs/io.rgc.Agent.varlink: a new JSON object. */
    json_t *(*on_status)(void *userdata);
} ServiceHooks;

/* NULL, or why this is no `reason` or `deployed`: "is empty", … */
const char *service_text_complaint(const char *text);

/* listen_fd: from systemd or from service_bind. Takes it over, also when it fails. Borrows `hooks`. */
int service_new(sd_event *loop, int listen_fd, const ServiceHooks *hooks, void *userdata, Service **ret, Error *err);
/* 0660, group docker where it exists. A socket that nobody listens on any more is replaced; -EADDRINUSE: somebody does.
 */
int service_bind(const char *path, int *ret_fd, Error *err);
/* To all clients that follow this pass with `more`. Both borrow their JSON. */
void service_progress(Service *service, uint64_t ticket, const json_t *line);
/* The last reply of all that wait for this pass, or for one before it. `summary` NULL: there is none to be had. */
void service_finished(Service *service, uint64_t ticket, const json_t *summary);
/* Those that still wait are told io.rgc.Agent.Stopping. */
void service_free(Service *service);
DEFINE_CLEANUP(Service, service_free)
