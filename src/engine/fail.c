/* SPDX-License-Identifier: MIT */
/*
 * Every way in which a request can fail, as one sentence for the person who reads it. A sentence says what rgc asked
 * for, what happened, and what to do; the code is one of those in rgc/engine.h. Other files come here unless they know
 * better what a refusal means, so one failure has the same words everywhere (tests/unit/engine/engine_failure.c).
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

/* True also if the path cannot be looked at: then another sentence is the right one. */
static bool is_a_socket(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 || S_ISSOCK(st.st_mode);
}

/* libcurl does not always know an error of the operating system; its own words say more than "Success". */
static const char *why_no_connection(const HttpReply *reply)
{
    if (reply->os_errno != 0)
        return strerror(reply->os_errno);
    return reply->error[0] ? reply->error : "no reason given";
}

static int fail_to_connect(const Engine *engine, const HttpReply *reply, Error *err)
{
    const char *host = engine->host;
    int os_errno = reply->os_errno;

    if (os_errno == EACCES || os_errno == EPERM)
        return error_set(err, ECONNREFUSED,
                         "no permission to use %s: run as root, or become a member of group docker "
                         "(sudo usermod -aG docker $USER, then log in again)",
                         host);
    if (os_errno == ENOENT || os_errno == ENOTDIR)
        return error_set(err, ECONNREFUSED,
                         "there is no socket at %s: is Docker installed and running? (systemctl status docker; "
                         "for another engine: --host or DOCKER_HOST)",
                         host);
    if (!is_a_socket(engine->socket_path))
        return error_set(err, ECONNREFUSED, "%s is not a socket: is this the path of the Docker socket?", host);
    if (os_errno == ECONNREFUSED)
        return error_set(
            err, ECONNREFUSED,
            "Docker is not running: nothing is listening at %s (systemctl status docker; sudo systemctl start "
            "docker)",
            host);
    return error_set(err, ECONNREFUSED, "cannot connect to %s: %s", host, why_no_connection(reply));
}

static int fail_in_time(const char *what, const HttpRequest *request, const HttpReply *reply, Error *err)
{
    char within[TEXT_MAX];

    return error_set(err, ECONNREFUSED,
                     "the engine accepted the connection but did not %s within %s (%s): it may be starting or "
                     "overloaded (systemctl status docker)",
                     reply->has_begun ? "finish its answer" : "answer", format_duration(within, request->timeout_usec),
                     what);
}

/* For each thing that rgc asks for: the request that a filter must let through, and the switch of docker-socket-proxy
 * (tests/fault/socket_proxy.py); tests/architecture/endpoints.py looks for one that is missing. */
typedef struct Endpoint {
    const char *what, *request, *proxy_switch;
} Endpoint;

static const Endpoint endpoints[] = {
    {"its version", "GET /version", "VERSION"},
    {"its configuration", "GET /info", "INFO"},
    {"the list of images", "GET /images", "IMAGES"},
    {"an image", "GET /images", "IMAGES"},
    {"a mounted image", "GET /images", "IMAGES"},
    {"the layers of an image", "GET /images", "IMAGES"},
    {"what an image was made of", "GET /images", "IMAGES"},
    {"the list of containers", "GET /containers", "CONTAINERS"},
    {"a container", "GET /containers", "CONTAINERS"},
    {"the sizes of containers", "GET /containers", "CONTAINERS"},
    {"its recent events", "GET /events", "EVENTS"},
    {"its events", "GET /events", "EVENTS"},
    {"the size of the build cache", "GET /system/df", "SYSTEM"},
    {"the sizes of volumes", "GET /system/df", "SYSTEM"},
    {"the list of volumes", "GET /volumes", "VOLUMES"},
    {"a program in a container", "POST /containers/ID/exec and POST /exec", "POST and EXEC"},
    {"the end of a program", "GET /exec", "EXEC"},
    {"the pruning of its build cache", "POST /build/prune", "POST and BUILD"},
    {"the return of a tag", "POST /images/ID/tag", "POST and IMAGES"},
};

static int fail_forbidden(const char *what, int status, const char *message, Error *err)
{
    const Endpoint *endpoint = NULL;
    cleanup_with(free_charp) char *hint = NULL;

    for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
        if (strcmp(endpoints[i].what, what) == 0)
            endpoint = &endpoints[i];
    if (endpoint)
        hint = xasprintf(" (docker-socket-proxy: %s)", endpoint->proxy_switch);
    return error_set(err, EPERM,
                     "when asked for %s, the engine forbade it (HTTP %d: \"%s\"); allow rgc %s in the engine's "
                     "authorization plugin or in the proxy before it%s",
                     what, status, message, endpoint ? endpoint->request : "it", hint ? hint : "");
}

/* Judges by the status and not by the body, because proxies send web pages with theirs. */
static int fail_by_status(const char *what, const HttpReply *reply, Error *err)
{
    cleanup_with(free_charp) char *decoded = decode_message(reply->body, reply->length);
    const char *message = decoded ? decoded : strchr(reply->body, '<') ? "a web page" : "no reason given";

    if (reply->status == 401 || reply->status == 403)
        return fail_forbidden(what, reply->status, message, err);
    if (reply->status == 503)
        return error_set(
            err, EREMOTEIO,
            "when asked for %s, the engine answered that it is not ready (HTTP 503: \"%s\"); try again in a moment "
            "(systemctl status docker)",
            what, message);
    if (reply->status >= 500)
        return error_set(err, EREMOTEIO,
                         "when asked for %s, the engine failed (HTTP %d: \"%s\"); see journalctl -u docker", what,
                         reply->status, message);
    return error_set(err, EREMOTEIO, "when asked for %s, the engine refused (HTTP %d: \"%s\")", what, reply->status,
                     message);
}

int engine_fail(const Engine *engine, const char *what, const HttpRequest *request, const HttpReply *reply, Error *err)
{
    switch (reply->failure) {
    case HTTP_ANSWERED:
        return fail_by_status(what, reply, err);
    case HTTP_NO_CONNECTION:
        return fail_to_connect(engine, reply, err);
    case HTTP_TIMEOUT:
        return fail_in_time(what, request, reply, err);
    case HTTP_NO_ANSWER:
        return error_set(err, EPROTO,
                         "the engine closed the connection without an answer (%s): it may be restarting (systemctl "
                         "status docker)",
                         what);
    case HTTP_CUT_OFF:
        return error_set(err, EPROTO,
                         "the engine's answer was cut off (%s): it may be restarting (systemctl status docker)", what);
    case HTTP_NOT_HTTP:
        return error_set(err, EPROTO, "what answers at %s is not a Docker engine (%s): is this the Docker socket?",
                         engine->host, what);
    case HTTP_TOO_LARGE:
        return error_set(err, EPROTO, "the answer is too large to be true (%s): is %s the Docker socket?", what,
                         engine->host);
    case HTTP_INTERRUPTED:
        return error_set(err, ECANCELED, "interrupted while waiting for the engine (%s)", what);
    case HTTP_STOPPED:
    case HTTP_FAILED:
        break;
    }
    return error_set(err, EPROTO, "talking to the engine at %s failed (%s): %s", engine->host, what, reply->error);
}

int engine_fail_decode(const Engine *engine, const char *what, Error *err)
{
    Error inner = *err;

    return error_set(err, EPROTO, "the engine's answer cannot be used (%s): %s; is %s the Docker socket?", what,
                     inner.text, engine->host);
}

int engine_fail_all_unreadable(const Engine *engine, const char *what, const Snapshot *snapshot, RowKind kind,
                               Error *err)
{
    for (size_t i = 0; i < snapshot->n_unreadable; i++)
        if (snapshot->unreadable[i].kind == kind) {
            error_set(err, EPROTO, "none of its rows can be read: %s", snapshot->unreadable[i].why);
            return engine_fail_decode(engine, what, err);
        }
    return 0;
}
