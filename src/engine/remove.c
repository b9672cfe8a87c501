/* SPDX-License-Identifier: MIT */
/*
 * Removals, side by side. Whatever the engine answers to one of them is its outcome; only the loss of the engine is an
 * error.
 *
 *     2xx, with an answer that fits        OUTCOME_REMOVED
 *     404                                  OUTCOME_GONE: somebody else removed it
 *     409                                  OUTCOME_IN_USE
 *     any other refusal                    OUTCOME_FAILED
 *     no answer, or one that does not fit  OUTCOME_UNKNOWN: the next pass will see
 *     never sent                           OUTCOME_SKIPPED
 *
 * Requests carry no parameter: rgc never forces a removal, because force removes an image from under a stopped
 * container, which may be what a rollback starts; and it never removes volumes along with a container. The engine's
 * refusal is thus the last guard after rgc's own checks (tests/architecture/never_sent.sh,
 * tests/unit/engine/engine_remove.c).
 *
 * Source: Docker Engine API, DELETE /images/{name}, /containers/{id} and /volumes/{name}.
 */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

/* How long a removal that is under way may still be answered after the caller has said stop. */
#define GRACE_USEC (5 * USEC_PER_SEC)

typedef struct Removing {
    Engine *engine;
    Removal *removals;
    size_t count;
    size_t next; /* the first removal that has not been started or skipped */
    RemovalMayStart *may_start;
    RemovalDone *done;
    void *userdata;
    int result; /* negative = the engine is gone, and nothing more is started */
    Error *err;
} Removing;

void removal_clear(Removal *removal)
{
    free(removal->error);
    removal->error = NULL;
}

static void set_outcome(Removal *removal, Outcome outcome, char *error)
{
    free(removal->error);
    removal->outcome = outcome;
    removal->error = error;
}

static const char *list_of(TargetKind kind)
{
    return kind == TARGET_IMAGE ? "images" : kind == TARGET_VOLUME ? "volumes" : "containers";
}

static HttpNext remove_next(HttpRequest *ret, void **ret_job, void *userdata)
{
    Removing *removing = userdata;
    cleanup_with(free_charp) char *name = NULL;
    Removal *removal;
    RemovalGo go = REMOVAL_SKIP;

    while (go == REMOVAL_SKIP) {
        if (removing->result < 0 || removing->next == removing->count)
            return HTTP_NO_MORE;
        removal = &removing->removals[removing->next];
        go = removing->may_start ? removing->may_start(removal, removing->userdata) : REMOVAL_START;
        if (go == REMOVAL_STOP_ALL)
            return HTTP_STOP;
        removing->next++;
    }
    name = http_escape(removal->target);
    *ret_job = removal;
    *ret = (HttpRequest){
        .method = "DELETE",
        .path = engine_path(removing->engine, "/%s/%s", list_of(removal->kind), name),
        .timeout_usec = LONG_TIMEOUT_USEC,
        .body_limit = ANSWER_MAX,
        .known = &engine_members,
    };
    return HTTP_START;
}

static void take_success(Removal *removal, const HttpReply *reply)
{
    Error why;

    /* An engine has nothing to say about the removal of a container or a volume. A body means that something else
     * answered. */
    if (removal->kind != TARGET_IMAGE && (reply->status == 204 || reply->length == 0)) {
        set_outcome(removal, OUTCOME_REMOVED, NULL);
    } else if (removal->kind == TARGET_IMAGE &&
               decode_image_removal(reply->body, reply->length, removal->target, &removal->was_deleted, &why) == 0) {
        set_outcome(removal, OUTCOME_REMOVED, NULL);
    } else {
        set_outcome(removal, OUTCOME_UNKNOWN, xstrdup("the engine's answer to the removal cannot be read"));
    }
}

static void take_refusal(Removal *removal, const HttpReply *reply)
{
    cleanup_with(free_charp) char *decoded = decode_message(reply->body, reply->length);
    const char *message = decoded ? decoded : "no reason given";

    if (reply->status == 404)
        set_outcome(removal, OUTCOME_GONE, xstrdup(message));
    else if (reply->status == 409)
        set_outcome(removal, OUTCOME_IN_USE, xstrdup(message));
    else
        set_outcome(removal, OUTCOME_FAILED, xasprintf("the engine answered HTTP %d: %s", reply->status, message));
}

/* A removal that got no answer may have been done or not, unless nothing of the request was sent. */
static void remove_done(void *job, const HttpReply *reply, void *userdata)
{
    Removing *removing = userdata;
    Removal *removal = job;
    HttpRequest request = {.timeout_usec = LONG_TIMEOUT_USEC};
    Error why;

    if (reply->failure == HTTP_ANSWERED && reply->status >= 200 && reply->status < 300) {
        take_success(removal, reply);
    } else if (reply->failure == HTTP_ANSWERED) {
        take_refusal(removal, reply);
    } else {
        engine_fail(removing->engine, "a removal", &request, reply, &why);
        set_outcome(removal,
                    reply->failure == HTTP_NO_CONNECTION && !reply->was_sent ? OUTCOME_SKIPPED : OUTCOME_UNKNOWN,
                    xstrdup(why.text));
        if (reply->failure == HTTP_NO_CONNECTION) {
            *removing->err = why;
            removing->result = -why.code;
        }
    }
    if (removing->done)
        removing->done(removal, removing->userdata);
}

int engine_remove(Engine *engine, Removal *removals, size_t count, RemovalMayStart *may_start, RemovalDone *done,
                  void *userdata, Error *err)
{
    Error ignored;
    Removing removing = {.engine = engine,
                         .removals = removals,
                         .count = count,
                         .may_start = may_start,
                         .done = done,
                         .userdata = userdata,
                         .err = err ? err : &ignored};
    HttpBatch batch = {.parallel = engine->parallel,
                       .grace_usec = GRACE_USEC,
                       .next = remove_next,
                       .done = remove_done,
                       .userdata = &removing};

    http_batch(engine->http, &batch);
    for (size_t i = removing.next; i < count; i++)
        set_outcome(
            &removals[i], OUTCOME_SKIPPED,
            xstrdup(removing.result < 0 ? "not started: the engine is gone" : "not started: the pass was ended"));
    return removing.result;
}
