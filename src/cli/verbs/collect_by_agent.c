/* SPDX-License-Identifier: MIT */
/*
 * `rgc collect`: asks the agent for a pass, follows it, and ends with its summary and its exit code. The pass belongs
 * to the agent: it goes on when this process is interrupted or its --timeout is over.
 */
#include "cli/views/progress_line.h"
#include "cli/views/show_summary.h"
#include "collect_ways.h"

#include <errno.h>
#include <rgc/clock.h>
#include <rgc/service.h>
#include <string.h>

/* The agent answers at once, unless systemd has to start it first, or its watchdog has to end it first. */
#define FIRST_ANSWER_USEC USEC_PER_MINUTE

typedef struct FollowedPass {
    Session *session;
    Progress progress;
    json_int_t ticket;
    json_t *summary;    /* NULL until there is one */
    char *error;        /* the Varlink error of the last reply; NULL = none */
    bool is_accepted;   /* there was a reply with a ticket */
    bool is_unreported; /* the pass ended without a summary */
} FollowedPass;

static void followed_pass_clear(FollowedPass *run)
{
    progress_end(&run->progress);
    json_decref(run->summary);
    free(run->error);
}

static void show_progress(const FollowedPass *run, const json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    const char *text = json_string_value(json_object_get(line, "text"));
    const char *kind = json_string_value(json_object_get(line, "kind"));
    const char *name = json_string_value(json_object_get(line, "name"));
    const char *ref = name ? name : json_string_value(json_object_get(line, "ref"));
    if (!run->progress.is_shown || !type)
        return;
    cleanup_with(free_charp) char *removing =
        xasprintf("removing %lld/%lld: %s %s", (long long)json_integer_value(json_object_get(line, "done")),
                  (long long)json_integer_value(json_object_get(line, "total")), kind ? kind : "", ref ? ref : "");
    if (strcmp(type, "outcome") == 0)
        run->progress.calls.on_step(removing, run->progress.calls.userdata);
    else if (text)
        run->progress.calls.on_step(text, run->progress.calls.userdata);
}

/* The first reply has the ticket, further ones progress, and the last one the summary, which is null if the pass ended
 * without one (docs/io.rgc.Agent.varlink). */
static void on_answer(const VarlinkAnswer *answer, void *userdata)
{
    FollowedPass *run = userdata;
    if (answer->error) {
        run->error = xstrdup(answer->error);
        return;
    }
    const json_t *summary = json_object_get(answer->parameters, "summary");
    const json_t *progress = json_object_get(answer->parameters, "progress");
    run->is_accepted = true;
    run->ticket = json_integer_value(json_object_get(answer->parameters, "ticket"));
    run->is_unreported = json_is_null(summary) && !answer->continues;
    if (json_is_object(summary) && !run->summary)
        run->summary = json_deep_copy(summary);
    else if (progress)
        show_progress(run, progress);
}

static int check_text(const char *option, const char *text, Error *err)
{
    const char *complaint = text ? service_text_complaint(text) : NULL;
    return complaint ? error_set(err, EINVAL, "--%s: its value %s", option, complaint) : 0;
}

/* Returns the deployed service, or NULL if none was given. */
static const char *deployed_of(const Arguments *arguments)
{
    return arguments->deployed.count > 0 ? arguments->deployed.items[0] : NULL;
}

static int check_deployed(const Arguments *arguments, Error *err)
{
    if (arguments->deployed.count > 1)
        return error_set(err, EINVAL, "--deployed takes one service; run rgc once for each service");
    return check_text("deployed", deployed_of(arguments), err);
}

static int check_arguments(const Arguments *arguments, Error *err)
{
    int r = check_text("reason", arguments->reason, err);
    return r < 0 ? r : check_deployed(arguments, err);
}

static int ask(FollowedPass *run, const char *path, Error *err)
{
    const Arguments *arguments = &run->session->arguments;
    json_t *parameters = json_pack("{s:s*, s:s*}", "reason", arguments->reason, "deployed", deployed_of(arguments));
    VarlinkRequest request = {
        .path = path,
        .method = SERVICE_INTERFACE ".Collect",
        .parameters = parameters,
        .more = !arguments_have(arguments, OPTION_NO_WAIT),
        .first_usec = FIRST_ANSWER_USEC,
        .timeout_usec = arguments->timeout_usec,
    };
    if (run->progress.is_shown)
        run->progress.calls.on_step("waiting for the pass to begin", run->progress.calls.userdata);
    int r = varlink_call(&request, on_answer, run, err);
    json_decref(parameters);
    progress_end(&run->progress);
    return r;
}

/* Says what to do about an agent that cannot be reached, which depends on how it cannot be reached. */
static int fail_to_reach(const char *path, Error *err)
{
    switch (err->code) {
    case ENOENT:
    case ECONNREFUSED:
        error_set(err, err->code,
                  "the agent is not running: nothing is listening at %s\nto start it: systemctl start rgc\n"
                  "it runs only while Docker runs; to start Docker: systemctl start docker\n"
                  "to make a pass without an agent: sudo rgc collect --here",
                  path);
        break;
    case EACCES:
    case EPERM:
        error_set(err, err->code, "%s: only root and members of group docker may talk to the agent", path);
        break;
    case ETIMEDOUT:
        error_set(err, err->code, "%s: the agent does not answer; see systemctl status rgc", path);
        break;
    case ECONNRESET:
        error_set(
            err, err->code,
            "the agent ended before the pass did; it makes a pass when it starts again (see systemctl status rgc)");
        break;
    default:
        break;
    }
    fail_with(err);
    return EXIT_AGENT;
}

static int fail_refused(const char *path, const char *error)
{
    Error err = {0};
    if (strcmp(error, SERVICE_INTERFACE ".Stopping") == 0) {
        err.code = ECONNRESET;
        return fail_to_reach(path, &err);
    }
    error_set(&err, EPROTO,
              "%s: the agent does not understand the request: %s; does it belong to another version of rgc?", path,
              error);
    return fail_to_reach(path, &err);
}

/* Ends without a summary if nothing is wrong with that. */
static int say_state(const FollowedPass *run, const char *state, const char *sentence)
{
    const Screen *screen = &run->session->screen;
    if (!arguments_have(&run->session->arguments, OPTION_JSON)) {
        fprintf(screen->out, "%s\n", sentence);
        return EXIT_DONE;
    }
    json_t *document = json_pack("{s:s, s:I, s:s}", "schema", "rgc/request/1", "ticket", run->ticket, "state", state);
    print_document(screen, json_dumps(document, JSON_COMPACT));
    json_decref(document);
    return EXIT_DONE;
}

static int end_with_summary(const FollowedPass *run)
{
    const Session *session = run->session;
    int code = summary_exit_code(run->summary);
    if (arguments_have(&session->arguments, OPTION_JSON)) {
        print_document(&session->screen, json_dumps(run->summary, JSON_INDENT(1) | JSON_REAL_PRECISION(12)));
        return code;
    }
    cleanup_with(free_charp) char *raw = summary_line(run->summary, deployed_of(&session->arguments), wall_clock());
    cleanup_with(free_charp) char *line = screen_text(&session->screen, raw);
    fprintf(session->screen.out, "%s\n", line);
    return code;
}

/* There is no summary in three cases: nobody wanted to wait, too many callers follow the pass already, or the pass
 * ended without one. Only the last is a failure. */
static int end_without_summary(const FollowedPass *run)
{
    Error err = {0};
    if (arguments_have(&run->session->arguments, OPTION_NO_WAIT))
        return say_state(run, "requested", "requested a pass; rgc history shows what it does");
    if (!run->is_unreported)
        return say_state(run, "requested",
                         "requested a pass that too many callers follow already; rgc history shows what it does");
    error_set(&err, EIO, "the pass ended without a report; journalctl -u rgc may say why");
    fail_with(&err);
    return EXIT_FAILED;
}

int collect_by_agent(Session *session)
{
    cleanup_with(followed_pass_clear) FollowedPass run = {.session = session};
    const Arguments *arguments = &session->arguments;
    const char *path = session_socket(session, &session->config);
    Error err = {0};
    if (check_arguments(arguments, &err) < 0)
        return fail_with_usage(&err);
    progress_init(&run.progress);
    int r = ask(&run, path, &err);
    if (run.error)
        return fail_refused(path, run.error);
    if (r == -ETIMEDOUT && run.is_accepted)
        return say_state(&run, "running", "the pass is still running, and continues; rgc history shows what it does");
    if (r < 0)
        return fail_to_reach(path, &err);
    return run.summary ? end_with_summary(&run) : end_without_summary(&run);
}
