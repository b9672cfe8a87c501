/* SPDX-License-Identifier: MIT */
/* Every way in which an engine can fail, as one sentence that says what to do. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/decode/decode.h"
#include "internal.h"

static bool is_a_socket(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 || S_ISSOCK(st.st_mode);
}

static int fail_to_connect(const Engine *engine, int os_errno, Error *err)
{
    const char *host = engine->host;

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
        return error_set(err, ECONNREFUSED,
                         "Docker is not running: nobody listens at %s (systemctl status docker; sudo systemctl start "
                         "docker)",
                         host);
    return error_set(err, ECONNREFUSED, "cannot connect to %s: %s", host, strerror(os_errno));
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

static int fail_by_status(const Engine *engine, const char *what, const HttpReply *reply, Error *err)
{
    cleanup_with(free_charp) char *decoded = decode_message(reply->body, reply->length);
    const char *message = decoded ? decoded : "no reason given";

    if (!decoded && strchr(reply->body, '<'))
        return error_set(err, EPROTO,
                         "a web page came instead of %s (HTTP %d): is %s the Docker socket, or a proxy before it?",
                         what, reply->status, engine->host);
    if (reply->status == 403)
        return error_set(err, EREMOTEIO,
                         "asked for %s, the engine forbade it (HTTP 403: \"%s\"): allow it to rgc in the engine's "
                         "authorization plugin or proxy",
                         what, message);
    if (reply->status == 503)
        return error_set(err, EREMOTEIO,
                         "asked for %s, the engine said that it is not ready (HTTP 503: \"%s\"): try again in a moment "
                         "(systemctl status docker)",
                         what, message);
    if (reply->status >= 500)
        return error_set(err, EREMOTEIO, "asked for %s, the engine failed (HTTP %d: \"%s\"); see: journalctl -u docker",
                         what, reply->status, message);
    return error_set(err, EREMOTEIO, "asked for %s, the engine refused (HTTP %d: \"%s\")", what, reply->status,
                     message);
}

int engine_fail(const Engine *engine, const char *what, const HttpRequest *request, const HttpReply *reply, Error *err)
{
    switch (reply->failure) {
    case HTTP_ANSWERED:
        return fail_by_status(engine, what, reply, err);
    case HTTP_NO_CONNECTION:
        return fail_to_connect(engine, reply->os_errno, err);
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
        return error_set(err, EPROTO, "what answers at %s is no Docker engine (%s): is this the Docker socket?",
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
