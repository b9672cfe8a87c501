/* SPDX-License-Identifier: MIT */
/*
 * The layers of images and their sizes, for the estimate of what a removal frees. No single answer has both: an inspect
 * lists the digests, a history the sizes (decode/decode_history.c puts them together). So rgc asks for all inspects
 * side by side, and then for the histories of those images whose inspect came.
 */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"

typedef struct LayerJob {
    Image *image;
    Strings diff_ids; /* from the inspect; empty = unknown */
} LayerJob;

typedef struct LayerQuery {
    Engine *engine;
    LayerJob *jobs;
    size_t count;
    size_t next;        /* the first image that has not been asked for */
    const char *aspect; /* "json" or "history" */
    int result;         /* negative = the engine is gone, or the caller interrupts */
    Error *err;
} LayerQuery;

static HttpNext layers_next(HttpRequest *ret, void **ret_job, void *userdata)
{
    LayerQuery *query = userdata;
    bool is_history = query->aspect[0] == 'h';
    LayerJob *job;

    while (is_history && query->next < query->count && query->jobs[query->next].diff_ids.count == 0)
        query->next++;
    if (query->result < 0 || query->next == query->count)
        return HTTP_NO_MORE;
    *ret_job = job = &query->jobs[query->next++];
    *ret = (HttpRequest){
        .method = "GET",
        .path = engine_path(query->engine, "/images/%s/%s", job->image->id, query->aspect),
        .timeout_usec = engine_short_timeout(query->engine),
        .body_limit = ANSWER_MAX,
        .known = &engine_members,
    };
    return HTTP_START;
}

static void take_answer(const LayerQuery *query, LayerJob *job, const HttpReply *reply)
{
    ImageDetails details = {0};
    Error why;

    if (query->aspect[0] == 'h') {
        Image *image = job->image;
        if (decode_history(reply->body, reply->length, &job->diff_ids, image->size_bytes, &image->layers, &why) == 0)
            image->n_layers = job->diff_ids.count;
        else if (!image->unpacked && decode_unpacked_layers(reply->body, reply->length, &job->diff_ids,
                                                            image->size_bytes, &image->unpacked, &why) == 0)
            image->n_unpacked = job->diff_ids.count;
    } else if (decode_image_details(reply->body, reply->length, &details, &why) == 0) {
        job->diff_ids = details.diff_ids;
        details.diff_ids = (Strings){0};
        image_details_clear(&details);
    }
}

static void layers_done(void *job, const HttpReply *reply, void *userdata)
{
    LayerQuery *query = userdata;
    HttpRequest request = {.timeout_usec = engine_short_timeout(query->engine)};

    if (reply->failure == HTTP_ANSWERED && reply->status == 200)
        take_answer(query, job, reply);
    else if (reply->failure == HTTP_NO_CONNECTION || reply->failure == HTTP_INTERRUPTED)
        query->result = engine_fail(query->engine, "the layers of an image", &request, reply, query->err);
}

static int ask_all(LayerQuery *query, const char *aspect)
{
    HttpBatch batch = {
        .parallel = query->engine->parallel, .next = layers_next, .done = layers_done, .userdata = query};

    query->aspect = aspect;
    query->next = 0;
    http_batch(query->engine->http, &batch);
    if (query->result == 0 && query->next < query->count)
        return error_set(query->err, ECANCELED, "interrupted while waiting for the engine (the layers of an image)");
    return query->result;
}

int engine_query_layers(Engine *engine, Image **images, size_t count, Error *err)
{
    LayerQuery query = {.engine = engine, .jobs = xcalloc(count, sizeof(LayerJob)), .count = count, .err = err};
    int r;

    for (size_t i = 0; i < count; i++)
        query.jobs[i].image = images[i];
    r = ask_all(&query, "json");
    if (r == 0)
        r = ask_all(&query, "history");
    for (size_t i = 0; i < count; i++)
        strings_clear(&query.jobs[i].diff_ids);
    free(query.jobs);
    return r;
}
