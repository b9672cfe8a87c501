/* SPDX-License-Identifier: MIT */
/*
 * What the list of containers does not contain: when each one ran, and how that run ended. rgc inspects them side by
 * side, because an engine never answers the inspect of a wedged container; such a container gets an inspect_error, and
 * delays no other (tests/unit/engine/engine_query.c).
 */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

typedef struct Inspection {
    Engine *engine;
    Container **containers;
    size_t count;
    size_t next; /* the first container that has not been asked for */
    int result;  /* negative = the engine is gone, or the caller interrupts */
    Error *err;
} Inspection;

static HttpNext inspect_next(HttpRequest *ret, void **ret_job, void *userdata)
{
    Inspection *inspection = userdata;

    if (inspection->result < 0 || inspection->next == inspection->count)
        return HTTP_NO_MORE;
    *ret_job = inspection->containers[inspection->next++];
    *ret = (HttpRequest){
        .method = "GET",
        .path = engine_path(inspection->engine, "/containers/%s/json", ((Container *)*ret_job)->id),
        .timeout_usec = engine_short_timeout(inspection->engine),
        .body_limit = ANSWER_MAX,
        .known = &engine_members,
    };
    return HTTP_START;
}

static void take_run(Container *container, const HttpReply *reply)
{
    char *image_ref = NULL;
    Error why;

    if (decode_run(reply->body, reply->length, &container->run, &image_ref, &why) < 0) {
        container->inspect_error = "the engine's answer cannot be read";
        return;
    }
    container->inspect_error = NULL;
    if (image_ref) {
        free(container->image_ref);
        container->image_ref = image_ref;
    }
}

/* Resets `run` first, so that an inspect that fails leaves nothing of an earlier one. */
static void inspect_done(void *job, const HttpReply *reply, void *userdata)
{
    Inspection *inspection = userdata;
    Container *container = job;
    HttpRequest request = {.timeout_usec = engine_short_timeout(inspection->engine)};

    container->run = (Run){0};
    if (reply->failure == HTTP_ANSWERED && reply->status == 200)
        take_run(container, reply);
    else if (reply->failure == HTTP_ANSWERED)
        container->inspect_error = reply->status == 404 ? "gone" : "the engine refused to answer";
    else if (reply->failure == HTTP_TIMEOUT)
        container->inspect_error = "the engine did not answer in time";
    else
        container->inspect_error = "the engine gave no usable answer";
    if (reply->failure == HTTP_NO_CONNECTION || reply->failure == HTTP_INTERRUPTED)
        inspection->result = engine_fail(inspection->engine, "a container", &request, reply, inspection->err);
}

int engine_inspect_containers(Engine *engine, Container **containers, size_t count, Error *err)
{
    Inspection inspection = {.engine = engine, .containers = containers, .count = count, .err = err};
    HttpBatch batch = {
        .parallel = engine->parallel, .next = inspect_next, .done = inspect_done, .userdata = &inspection};

    http_batch(engine->http, &batch);
    if (inspection.result == 0 && inspection.next < count)
        return error_set(err, ECANCELED, "interrupted while waiting for the engine (a container)");
    return inspection.result;
}
