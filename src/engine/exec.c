/* SPDX-License-Identifier: MIT */
/*
 * How rgc runs a program in a container and can be sure that it ends.
 *
 * Only `buildctl`, inside a builder's container, sees and prunes the builder's cache. Through the API rgc can start it,
 * but cannot end it: there is no request for that, a closed connection does not end it, and the process ID that the
 * engine reports belongs to the host. A buildctl that hangs would remain in the builder, and each pass would add one.
 *
 * So rgc never runs the program itself, but `timeout -s KILL SECONDS PROGRAM`, with the container's own `timeout`. The
 * program then ends whatever becomes of rgc, the connection or the engine. A container without `timeout` gets exit code
 * 126 or 127 from the engine, and nothing runs in it.
 *
 * One program takes three requests. POST /containers/ID/exec creates it. POST /exec/ID/start starts it, and the answer
 * is its output in frames (frames.h), which ends when the program does. GET /exec/ID/json returns the exit code; rgc
 * asks more than once, because the output ends a moment before the engine knows how the program ended.
 *
 * What must never happen:
 *  - A stopped container is never started for this: the engine answers 409, and the caller gets -EBUSY.
 *  - Output that was cut off, or has no end, is never a result. Beyond the bound rgc stops listening, and `timeout`
 *    ends the program.
 *  - An end that `timeout` enforced is never taken for the program's own (was_ended).
 * An engine that cannot start the program may say so in plain text and not in frames, with status 200. So output
 * without frames becomes an error only if the exit code does not show a failure already.
 *
 * tests/unit/engine/engine_builders.c and tests/fault/builders.py test this with a scripted engine;
 * tests/engine/scenarios_builders.py does so with real ones: there a buildctl hangs, and rgc is killed meanwhile.
 */
#include "exec.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"
#include "frames.h"
#include <rgc/clock.h>
#include <rgc/json_read.h>

/* How long after the program's limit rgc still waits for the answer to end. */
#define SLACK_USEC (15 * USEC_PER_SEC)
/* Standard error may be as long as standard output. */
#define TOTAL_FACTOR 2
/* How often rgc asks for the exit code, and the pause in between: about two seconds in all. */
#define END_ATTEMPTS 40
#define END_PAUSE_MS 50

void exec_result_clear(ExecResult *result)
{
    free(result->output);
    free(result->complaint);
    *result = (ExecResult){0};
}

/* {"AttachStdout": true, …, "Cmd": ["timeout", "-s", "KILL", "30", "buildctl", …]} */
static char *creation_json(const Exec *exec)
{
    cleanup_with(free_charp) char *seconds =
        xasprintf("%lld", (long long)((exec->limit_usec + USEC_PER_SEC - 1) / USEC_PER_SEC));
    json_t *command = json_pack("[s, s, s, s]", "timeout", "-s", "KILL", seconds);
    json_t *object;
    char *text;

    for (const char *const *word = exec->argv; *word; word++)
        json_array_append_new(command, json_string(*word));
    object = json_pack("{s:b, s:b, s:o}", "AttachStdout", 1, "AttachStderr", 1, "Cmd", command);
    text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        out_of_memory();
    return text;
}

/* Two refusals show the state of the container; the others are like those of any request. */
static int fail_by_state(const Engine *engine, const HttpRequest *request, const HttpReply *reply, Error *err)
{
    cleanup_with(free_charp) char *message = decode_message(reply->body, reply->length);

    if (reply->status == 404)
        return error_set(err, ENOENT, "its container is gone");
    if (reply->status == 409)
        return error_set(err, EBUSY, "nothing can run in its container now: %s", message ? message : "HTTP 409");
    return engine_fail(engine, "a program in a container", request, reply, err);
}

/* The first of three requests: the engine notes what to run, and runs nothing yet. */
static int create(Engine *engine, const Exec *exec, char **ret_id, Error *err)
{
    cleanup_with(free_charp) char *json = creation_json(exec);
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    HttpRequest request = {.method = "POST",
                           .json = json,
                           .timeout_usec = engine_short_timeout(engine),
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    int r = engine_ask(engine, "a program in a container", &request,
                       engine_path(engine, "/containers/%s/exec", exec->container_id), &reply, err);
    const char *id = NULL;

    if (r < 0)
        return r;
    if (reply.status < 200 || reply.status > 299)
        return fail_by_state(engine, &request, &reply, err);
    json_auto_t *answer = json_load_object(reply.body, reply.length, err);
    if (!answer || json_get_string(answer, "Id", &id, err) < 0)
        return engine_fail_decode(engine, "a program in a container", err);
    if (!id || !*id || strspn(id, "0123456789abcdef") != strlen(id))
        return error_set(err, EPROTO, "the engine's answer cannot be used (a program in a container): no \"Id\"");
    *ret_id = xstrdup(id);
    return 0;
}

typedef struct Listening {
    Frames frames;
    Error err; /* what is wrong with the output; code 0 = nothing */
} Listening;

static void listening_clear(Listening *listening)
{
    frames_clear(&listening->frames);
}

static bool listen_to(const char *data, size_t size, void *userdata)
{
    Listening *listening = userdata;

    return frames_feed(&listening->frames, data, size, &listening->err) >= 0;
}

static int fail_in_time(const Exec *exec, Error *err)
{
    char limit[TEXT_MAX];

    return error_set(err, ETIMEDOUT, "%s did not end within %s", exec->argv[0],
                     format_duration(limit, exec->limit_usec));
}

/* Starts the program and reads its output until it ends. If the output is wrong, the function still returns 0, and
 * listening->err says what is wrong. */
static int start(Engine *engine, const Exec *exec, const char *id, Listening *listening, Error *err)
{
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    cleanup_with(free_charp) char *path = engine_path(engine, "/exec/%s/start", id);
    HttpRequest request = {.method = "POST",
                           .path = path,
                           .json = "{\"Detach\":false,\"Tty\":false}",
                           .timeout_usec = exec->limit_usec + SLACK_USEC,
                           .body_limit = SIZE_MAX,
                           .sink = listen_to,
                           .sink_userdata = listening,
                           .is_interruptible = true};

    http_perform(engine->http, &request, &reply);
    if (reply.failure == HTTP_STOPPED)
        return 0;
    if (reply.failure == HTTP_TIMEOUT && reply.has_begun)
        return fail_in_time(exec, err);
    if (reply.failure != HTTP_ANSWERED)
        return engine_fail(engine, "a program in a container", &request, &reply, err);
    if (reply.status < 200 || reply.status > 299)
        return fail_by_state(engine, &request, &reply, err);
    frames_finish(&listening->frames, &listening->err);
    return 0;
}

/* Returns 1 while the engine does not know the end yet. */
static int ask_for_end(Engine *engine, const char *id, int *ret_exit_code, Error *err)
{
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    int r = engine_get(engine, "the end of a program", engine_path(engine, "/exec/%s/json", id),
                       engine_short_timeout(engine), &reply, err);
    int64_t exit_code;
    bool is_running;

    if (r < 0)
        return r;
    json_auto_t *answer = json_load_object(reply.body, reply.length, err);
    if (!answer || json_get_bool(answer, "Running", &is_running, err) < 0 ||
        json_get_int(answer, "ExitCode", -1, &exit_code, err) < 0)
        return engine_fail_decode(engine, "the end of a program", err);
    if (is_running || exit_code < 0 || exit_code > 255)
        return 1;
    *ret_exit_code = (int)exit_code;
    return 0;
}

/* -EPROTO if the engine does not know the end within two seconds. */
static int wait_for_end(Engine *engine, const Exec *exec, const char *id, int *ret_exit_code, Error *err)
{
    static const struct timespec pause = {.tv_nsec = END_PAUSE_MS * 1000000L};

    for (int attempt = 0; attempt < END_ATTEMPTS; attempt++) {
        int r = ask_for_end(engine, id, ret_exit_code, err);

        if (r <= 0)
            return r;
        nanosleep(&pause, NULL);
    }
    return error_set(err, EPROTO, "the engine does not say how %s ended", exec->argv[0]);
}

static char *first_line(const char *text)
{
    size_t length;

    if (!text)
        return NULL;
    text += strspn(text, " \t\r\n");
    length = strcspn(text, "\r\n");
    cleanup_with(free_charp) char *line = xstrndup(text, length < 200 ? length : 200);
    return *line ? printable(line) : NULL;
}

/* What a person needs to read if the program failed. */
static char *complaint_of(const Frames *frames)
{
    char *line = first_line(frames->complaint.data);

    if (!line)
        line = first_line(frames->output.data);
    return line ? line : xstrdup("it printed nothing");
}

static bool was_ended(int exit_code, int64_t lasted_usec, const Exec *exec)
{
    /* 124 is what the `timeout` of coreutils says; 137 is 128 + SIGKILL. */
    return (exit_code == 124 || exit_code == 137) && lasted_usec >= exec->limit_usec - USEC_PER_SEC;
}

int engine_exec(Engine *engine, const Exec *exec, ExecResult *ret, Error *err)
{
    cleanup_with(free_charp) char *id = NULL;
    cleanup_with(listening_clear) Listening listening = {
        .frames = {.output_max = exec->output_max, .total_max = exec->output_max * TOTAL_FACTOR}};
    int64_t began = awake_clock();
    int exit_code = -1, r;

    if ((r = create(engine, exec, &id, err)) < 0 || (r = start(engine, exec, id, &listening, err)) < 0)
        return r;
    if (listening.err.code == EFBIG)
        return error_set(err, EFBIG, "%s: %s; its time limit ends it", exec->argv[0], listening.err.text);
    r = wait_for_end(engine, exec, id, &exit_code, err);
    if (r == 0 && was_ended(exit_code, awake_clock() - began, exec))
        return fail_in_time(exec, err);
    /* With an exit code other than 0, the text outside of frames is the engine's complaint, and the caller judges
     * it. */
    if (listening.err.code && exit_code <= 0)
        return error_set(err, EPROTO, "%s: %s", exec->argv[0], listening.err.text);
    if (r < 0)
        return r;
    *ret = (ExecResult){.exit_code = exit_code,
                        .complaint = complaint_of(&listening.frames),
                        .length = listening.frames.output.size,
                        .output = take_ptr(listening.frames.output.data)};
    if (!ret->output)
        ret->output = xstrdup("");
    return 0;
}
