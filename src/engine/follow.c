/* SPDX-License-Identifier: MIT */
/*
 * The stream of events: how it begins, how its bytes become lines and events, and what its end means.
 *
 * The replay at its beginning has the length that the engine remembers. To know from when on nothing is missing, rgc
 * asks for the replay a second time, as a request of its own, once the stream has begun: what is in the replay then is
 * in the stream too, or has come since (`begin`). A line has no bound, because each event of a container repeats all of
 * the container's labels; so a sieve takes it instead of a buffer.
 *
 * The stream ends when the engine stops. This is normal for a stream, so what would be an error for a list, such as a
 * connection that is cut, only means that the engine is gone. tests/fault/watch.py tests all of this.
 */
#include <errno.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

typedef struct Following {
    Engine *engine;
    const FollowOptions *options;
    Time since;
    Sieve line;     /* what is kept of the line that is arriving */
    bool has_begun; /* the line has more than blanks */
} Following;

/* The time for `since`. It is never 0, because without a time the engine sends no replay at all. */
static Time first_wanted(const Engine *engine, const FollowOptions *options)
{
    if (options->since > 0)
        return options->since;
    int64_t reach = engine->dialect->replay_usec;
    return reach > 0 ? options->now() - reach : USEC_PER_SEC;
}

/* The second replay: tells the caller from when on nothing is missing. */
static void begin(void *userdata)
{
    Following *following = userdata;
    const FollowOptions *options = following->options;
    Snapshot replay = {0};
    Error ignored;
    FollowStart start = {.complete_since = options->now()};

    if (!following->engine->dialect->forgets_events) {
        start.complete_since = following->since;
    } else if (engine_query_events(following->engine, start.complete_since, &replay, &ignored) == 0) {
        start.complete_since = replay.arrivals_since;
        start.is_all_since_start = !replay.is_replay_full;
    }
    snapshot_clear(&replay);
    options->on_connected(&start, options->userdata);
}

/* Decodes the line that has ended. A line that cannot be read is a gap, of which the caller must know. */
static void end_line(Following *following)
{
    const FollowOptions *options = following->options;
    cleanup_with(event_clear) Event event = {0};
    const char *text;
    size_t length;
    Error ignored;
    int r = sieve_finish(&following->line, &text, &length, &ignored);

    if (r == 0)
        r = decode_event_fields(text, length, &event, &ignored);
    if (r < 0)
        options->on_unreadable(options->userdata);
    else if (event.kind != EVENT_OTHER)
        options->on_event(&event, options->userdata);
}

static bool is_blank(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != ' ' && data[i] != '\t' && data[i] != '\r')
            return false;
    return true;
}

/* Takes what arrives, which may be a part of a line, or several lines. Blank lines are skipped. */
static bool take(const char *data, size_t size, void *userdata)
{
    Following *following = userdata;

    while (size > 0) {
        const char *newline = memchr(data, '\n', size);
        size_t part = newline ? (size_t)(newline - data) : size;

        following->has_begun |= !is_blank(data, part);
        if (following->has_begun)
            sieve_feed(&following->line, data, part);
        if (newline && following->has_begun) {
            end_line(following);
            sieve_reset(&following->line);
            following->has_begun = false;
        }
        data += part + (newline != NULL);
        size -= part + (newline != NULL);
    }
    return true;
}

static int before_wait(void *userdata)
{
    const FollowOptions *options = ((Following *)userdata)->options;

    return options->before_wait ? options->before_wait(options->userdata) : -1;
}

/* Tells how the stream ended. That it ends at all means that the engine stops, unless the caller asked for the end. */
static int end(const Following *following, const HttpRequest *request, const HttpReply *reply, Error *err)
{
    bool is_success = reply->status >= 200 && reply->status < 300;

    if (reply->failure == HTTP_INTERRUPTED)
        return 0;
    if (is_success && (reply->failure == HTTP_ANSWERED || reply->failure == HTTP_CUT_OFF))
        return error_set(err, ECONNREFUSED,
                         "the engine has ended the stream of its events: it is stopping or restarting");
    if (reply->failure == HTTP_NO_ANSWER)
        return error_set(err, ECONNREFUSED, "the engine closed the connection without an answer (its events)");
    return engine_fail(following->engine, "its events", request, reply, err);
}

int engine_follow(Engine *engine, const FollowOptions *options, Error *err)
{
    Following following = {.engine = engine,
                           .options = options,
                           .since = first_wanted(engine, options),
                           .line = {.known = &engine_members, .kept_max = STREAM_ELEMENT_MAX}};
    cleanup_with(free_charp) char *filters = http_escape(engine->dialect->event_filters);
    Time since = following.since;
    cleanup_with(free_charp) char *path =
        engine_path(engine, "/events?since=%lld.%06lld000&filters=%s", (long long)(since / USEC_PER_SEC),
                    (long long)(since % USEC_PER_SEC), filters);
    HttpRequest request = {.method = "GET",
                           .path = path,
                           .timeout_usec = engine_short_timeout(engine),
                           .sink = take,
                           .sink_userdata = &following};
    const HttpFollow follow = {.stop_fd = options->stop_fd,
                               .has_late_head = engine->dialect->has_late_head,
                               .on_begin = begin,
                               .before_wait = before_wait,
                               .userdata = &following};
    cleanup_with(http_reply_clear) HttpReply reply = {0};

    http_follow(engine->http, &request, &follow, &reply);
    sieve_clear(&following.line);
    return end(&following, &request, &reply, err);
}
