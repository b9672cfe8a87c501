/* SPDX-License-Identifier: MIT */
/*
 * What images were made of, how they were built, and when they were tagged: first an inspect, then a history of each
 * image whose caller wants it, side by side. If one of these requests fails, only that image's facts are missing.
 */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine/decode/members.h"
#include "engine/engine_parts.h"

typedef struct FactsQuery {
    Engine *engine;
    ImageFacts *facts;
    size_t count, next;
    bool is_history; /* false = the inspects are asked for */
    int result;      /* negative = the engine is gone, or the caller interrupts */
    Error *err;
} FactsQuery;

static bool is_wanted(const FactsQuery *query, const ImageFacts *facts)
{
    return query->is_history ? facts->asked > 0 : facts->build || facts->inspected > 0;
}

static HttpNext facts_next(HttpRequest *ret, void **ret_job, void *userdata)
{
    FactsQuery *query = userdata;

    while (query->next < query->count && !is_wanted(query, &query->facts[query->next]))
        query->next++;
    if (query->result < 0 || query->next == query->count)
        return HTTP_NO_MORE;
    ImageFacts *facts = &query->facts[query->next++];
    *ret_job = facts;
    *ret = (HttpRequest){
        .method = "GET",
        .path = engine_path(query->engine, "/images/%s/%s", facts->id, query->is_history ? "history" : "json"),
        .timeout_usec = engine_short_timeout(query->engine),
        .body_limit = ANSWER_MAX,
        .known = &engine_members,
    };
    return HTTP_START;
}

/* How an image was built needs both answers, so without either of them `build` is given up. */
static void take_answer(const FactsQuery *query, ImageFacts *facts, const HttpReply *reply)
{
    Error why;

    if (reply->failure == HTTP_ANSWERED && reply->status == 200 &&
        (query->is_history ? decode_facts_history : decode_facts)(reply->body, reply->length, facts, &why) == 0)
        return;
    image_build_free(facts->build);
    facts->build = NULL;
}

static void facts_done(void *job, const HttpReply *reply, void *userdata)
{
    FactsQuery *query = userdata;
    HttpRequest request = {.timeout_usec = engine_short_timeout(query->engine)};

    take_answer(query, job, reply);
    if (reply->failure == HTTP_NO_CONNECTION || reply->failure == HTTP_INTERRUPTED)
        query->result = engine_fail(query->engine, "what an image was made of", &request, reply, query->err);
}

static int ask_all(FactsQuery *query, bool is_history)
{
    HttpBatch batch = {.parallel = query->engine->parallel, .next = facts_next, .done = facts_done, .userdata = query};

    query->is_history = is_history;
    query->next = 0;
    http_batch(query->engine->http, &batch);
    if (query->result == 0 && query->next < query->count)
        return error_set(query->err, ECANCELED, "interrupted while waiting for the engine (what an image was made of)");
    return query->result;
}

int engine_query_facts(Engine *engine, ImageFacts *facts, size_t count, Error *err)
{
    FactsQuery query = {.engine = engine, .facts = facts, .count = count, .err = err};
    int r = ask_all(&query, false);

    return r < 0 ? r : ask_all(&query, true);
}
