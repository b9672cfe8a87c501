/* SPDX-License-Identifier: MIT */
/* The history of images and when they were tagged, asked side by side. One that cannot be told is that image's matter
 * alone. */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine/decode/members.h"
#include "engine/internal.h"

typedef struct FactsQuery {
    Engine *engine;
    const char *what, *aspect; /* "history" or "json" */
    void (*take)(const HttpReply *reply, ImageFacts *facts);
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
        .path = engine_path(query->engine, "/images/%s/%s", facts->id, query->aspect),
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

    if (reply->failure == HTTP_ANSWERED && reply->status == 200)
        query->take(reply, job);
    else if (reply->failure == HTTP_NO_CONNECTION || reply->failure == HTTP_INTERRUPTED)
        query->result = engine_fail(query->engine, query->what, &request, reply, query->err);
}

static int ask(FactsQuery *query)
{
    HttpBatch batch = {.parallel = query->engine->parallel, .next = facts_next, .done = facts_done, .userdata = query};

    http_batch(query->engine->http, &batch);
    if (query->result == 0 && query->next < query->count)
        return error_set(query->err, ECANCELED, "interrupted while waiting for the engine (%s)", query->what);
    return query->result;
}

static void take_steps(const HttpReply *reply, ImageFacts *facts)
{
    Error ignored;
    (void)decode_steps(reply->body, reply->length, facts, &ignored);
}

int engine_query_facts(Engine *engine, ImageFacts *facts, size_t count, Error *err)
{
    FactsQuery query = {.engine = engine,
                        .what = "the history of an image",
                        .aspect = "history",
                        .take = take_steps,
                        .facts = facts,
                        .count = count,
                        .err = err};
    return ask(&query);
}

static void take_tag_time(const HttpReply *reply, ImageFacts *facts)
{
    ImageDetails details = {0};
    Error ignored;

    if (decode_image_details(reply->body, reply->length, &details, &ignored) < 0)
        return;
    facts->tagged = details.tagged;
    image_details_clear(&details);
}

int engine_query_tag_times(Engine *engine, ImageFacts *facts, size_t count, Error *err)
{
    FactsQuery query = {.engine = engine,
                        .what = "an image",
                        .aspect = "json",
                        .take = take_tag_time,
                        .facts = facts,
                        .count = count,
                        .err = err};
    return ask(&query);
}
