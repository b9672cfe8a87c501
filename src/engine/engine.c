/* SPDX-License-Identifier: MIT */
/*
 * Opening an engine: which socket it is, which API version rgc and the engine both speak, and whether it is Docker or
 * Podman. All other files find the answers in Engine.
 */
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

#define API_OLDEST 41 /* Docker 20.10 */
#define API_NEWEST 51 /* Docker 28.5, which newer engines still speak */

/* The containerd store collects garbage after each removal, and one collection serves all removals that wait for it:
 * the more of them wait, the faster all are done. Other stores gain little beyond 8. */
#define PARALLEL_DEFAULT 8
#define PARALLEL_CONTAINERD 32

/* rgc measures the disks of its own host and would judge an engine elsewhere by them, so it accepts only a local
 * socket. */
static int parse_host(const char *host, const char **ret_path, Error *err)
{
    static const char scheme[] = "unix://";

    if (!host || strncmp(host, scheme, strlen(scheme)) != 0 || host[strlen(scheme)] != '/')
        return error_set(err, EINVAL,
                         "engine host \"%s\": rgc talks only to the engine on its own host; use unix:///path (such as "
                         "unix:///var/run/docker.sock)",
                         host ? host : "");
    *ret_path = host + strlen(scheme);
    if (strlen(*ret_path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return error_set(err, EINVAL, "engine host \"%s\": a socket's path has at most 107 bytes", host);
    return 0;
}

/* The newest API that both speak. What a newer engine changes reaches only clients that ask for it. */
static int choose_api(Engine *engine, const VersionInfo *info, Error *err)
{
    int minor = info->api_minor < API_NEWEST ? info->api_minor : API_NEWEST;

    if (minor < API_OLDEST)
        return error_set(
            err, EPROTO,
            "the engine at %s is version %s (API 1.%d), which is too old; rgc needs Docker 20.10 (API 1.%d) "
            "or newer",
            engine->host, info->version, info->api_minor, API_OLDEST);
    if (minor < info->min_api_minor)
        return error_set(
            err, EPROTO,
            "the engine at %s is version %s and speaks only API 1.%d or newer, but this rgc speaks at most "
            "1.%d; install a newer rgc (or set a lower \"min-api-version\" in the engine's daemon.json)",
            engine->host, info->version, info->min_api_minor, API_NEWEST);
    engine->api_minor = minor;
    return 0;
}

int64_t engine_short_timeout(const Engine *engine)
{
    int64_t limit = engine->short_timeout_usec > 0 ? engine->short_timeout_usec : SHORT_TIMEOUT_USEC;
    return engine->timeout_usec < limit ? engine->timeout_usec : limit;
}

/* An engine that answers 503 here is not ready yet; for the caller that is the same as one that cannot be reached. */
static int ask_version(Engine *engine, HttpReply *ret, Error *err)
{
    HttpRequest request = {.method = "GET",
                           .timeout_usec = engine_short_timeout(engine),
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    HttpReply reply;
    int r = engine_ask(engine, "its version", &request, xstrdup("/version"), &reply, err);

    if (r < 0)
        return r;
    if (reply.status != 200) {
        r = engine_fail(engine, "its version", &request, &reply, err);
        if (reply.status == 503 && r == -EREMOTEIO)
            r = -(err->code = ECONNREFUSED);
        http_reply_clear(&reply);
        return r;
    }
    *ret = reply;
    return 0;
}

/* Podman shows in two places: as a component of its version, and in the headers of its answers. */
static int negotiate(Engine *engine, Error *err)
{
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    VersionInfo info;
    int r = ask_version(engine, &reply, err);

    if (r < 0)
        return r;
    if (decode_version(reply.body, reply.length, &info, err) < 0)
        return engine_fail_decode(engine, "its version", err);
    engine->is_podman = info.is_podman || reply.is_libpod;
    engine->dialect = dialect_of(engine->is_podman);
    r = choose_api(engine, &info, err);
    engine->version = info.version;
    return r;
}

int engine_open(const EngineOptions *options, Engine **ret, Error *err)
{
    cleanup_with(engine_freep) Engine *engine = NULL;
    const char *path = NULL;
    int r = parse_host(options->host, &path, err);

    if (r < 0)
        return r;
    engine = xcalloc(1, sizeof(*engine));
    engine->host = xstrdup(options->host);
    engine->socket_path = xstrdup(path);
    engine->timeout_usec = options->timeout_usec > 0 ? options->timeout_usec : 2 * USEC_PER_MINUTE;
    engine->short_timeout_usec = options->short_timeout_usec;
    engine->is_parallel_auto = options->parallel < 0;
    engine->parallel = engine->is_parallel_auto ? PARALLEL_DEFAULT : options->parallel > 1 ? options->parallel : 1;
    engine->http = http_new(path, options->is_interrupted);
    r = negotiate(engine, err);
    if (r < 0)
        return r;
    *ret = take_ptr(engine);
    return 0;
}

void engine_free(Engine *engine)
{
    if (!engine)
        return;
    http_free(engine->http);
    free(engine->host);
    free(engine->socket_path);
    free(engine->version);
    free(engine);
}

int engine_api_minor(const Engine *engine)
{
    return engine->api_minor;
}

int engine_parallel(const Engine *engine)
{
    return engine->parallel;
}

bool engine_keeps_given_tags(const Engine *engine)
{
    return engine->dialect->keeps_given_tags;
}

uint64_t engine_requests(const Engine *engine)
{
    return http_requests(engine->http);
}

int engine_query_info(Engine *engine, EngineInfo *ret, Error *err)
{
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    EngineInfo info = {0};
    int r = engine_get(engine, "its configuration", engine_path(engine, "/info"), engine->timeout_usec, &reply, err);

    if (r < 0)
        return r;
    if (decode_info(reply.body, reply.length, &info, err) < 0)
        return engine_fail_decode(engine, "its configuration", err);
    info.version = xstrdup(engine->version);
    info.api = xasprintf("1.%d", engine->api_minor);
    info.is_podman = engine->is_podman;
    if (engine->is_parallel_auto && info.store == STORE_CONTAINERD)
        engine->parallel = PARALLEL_CONTAINERD;
    *ret = info;
    return 0;
}
