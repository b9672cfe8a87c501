/* SPDX-License-Identifier: MIT */
/* The history of images, asked side by side. One that cannot be told is that image's matter alone. */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine/decode/members.h"
#include "engine/internal.h"

typedef struct FactsQuery {
    Engine *engine;
    ImageFacts *facts;
    size_t count, next;
    int result;
    Error *err;
} FactsQuery;

static HttpNext facts_next(HttpRequest *ret, void **ret_job, void *userdata)
{
    FactsQuery *query = userdata;

    if (query->result < 0 || query->next == query->count)
        return HTTP_NO_MORE;
    ImageFacts *facts = &query->facts[query->next++];
    *ret_job = facts;
    *ret = (HttpRequest){
        .method = "GET",
        .path = engine_path(query->engine, "/images/%s/history", facts->id),
        .timeout_usec = engine_short_timeout(query->engine),
        .body_limit = ANSWER_MAX,
        .known = &engine_members,
    };
    return HTTP_START;
}

static void facts_done(void *job, const HttpReply *reply, void *userdata)
{
    FactsQuery *query = userdata;
    HttpRequest request = {.timeout_usec = engine_short_timeout(query->engine)};
    Error why;

    if (reply->failure == HTTP_ANSWERED && reply->status == 200)
        (void)decode_steps(reply->body, reply->length, job, &why);
    else if (reply->failure == HTTP_NO_CONNECTION || reply->failure == HTTP_INTERRUPTED)
        query->result = engine_fail(query->engine, "the history of an image", &request, reply, query->err);
}

int engine_query_facts(Engine *engine, ImageFacts *facts, size_t count, Error *err)
{
    FactsQuery query = {.engine = engine, .facts = facts, .count = count, .err = err};
    HttpBatch batch = {.parallel = engine->parallel, .next = facts_next, .done = facts_done, .userdata = &query};

    http_batch(engine->http, &batch);
    if (query.result == 0 && query.next < count)
        return error_set(err, ECANCELED, "interrupted while waiting for the engine (the history of an image)");
    return query.result;
}
