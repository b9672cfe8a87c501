/* SPDX-License-Identifier: MIT */
/*
 * A pass as a child, `rgc collect --here`: the arguments that it starts with, the lines that it writes, and what its
 * end means. The exit code decides what the schedule does next (judge); the summary is what people and clients receive.
 * A pass that ends without a summary gets one from here, because every follower is owed a last reply.
 */
#include "agent_parts.h"
#include "timer_accuracy.h"

#include <malloc.h>
#include <rgc/saturate.h>
#include <string.h>

/* The most bytes of a failure text. It becomes part of a summary, which the agent keeps and sends to every follower. */
#define FAILURE_MAX 300

static void add_option(Strings *arguments, const char *name, const char *value)
{
    strings_add(arguments, name);
    strings_add(arguments, value);
}

/* The ledger tells a pass when its trial ends. If a full disk keeps the ledger from being written, each pass would
 * begin a trial of its own; so the agent remembers the end of the first one, and passes what is left of it. */
static int64_t trial_left(const Agent *agent)
{
    int64_t whole = agent->settings.trial_usec > 0 ? agent->settings.trial_usec : 0;
    int64_t left = agent->trial_ends > 0 ? agent->trial_ends - boot_clock() : whole;
    return left <= 0 ? 0 : left < whole ? left : whole;
}

static bool is_trial(const Summary *summary)
{
    return summary->suspension && strcmp(summary->suspension, "trial") == 0;
}

static void remember_trial(Agent *agent, const Summary *summary)
{
    if (agent->trial_ends == 0 && is_trial(summary) && summary->trial_until > 0)
        agent->trial_ends = boot_clock() + (summary->trial_until - wall_clock());
}

/* The arguments are all that a pass learns from the agent. What clients said is passed as the value of an option, never
 * as an option. */
static void make_arguments(const Agent *agent, const PassOrder *order, Strings *ret)
{
    strings_add(ret, "rgc");
    strings_add(ret, "collect");
    strings_add(ret, "--here");
    for (size_t i = 0; i < agent->child_options.count; i++)
        strings_add(ret, agent->child_options.items[i]);
    add_option(ret, "--trigger", trigger_to_string(order->trigger));
    if (order->reason)
        add_option(ret, "--reason", order->reason);
    for (size_t i = 0; i < order->deployed.count; i++)
        add_option(ret, "--deployed", order->deployed.items[i]);
    cleanup_with(free_charp) char *trial =
        xasprintf("%llds", (long long)((trial_left(agent) + USEC_PER_SEC - 1) / USEC_PER_SEC));
    add_option(ret, "--trial", trial);
    if (disk_is_pressing(&agent->disk, &agent->limits, boot_clock()))
        strings_add(ret, "--pressing");
}

/* To those who follow this pass, and those whose pass it took over when the lock was taken. */
static void tell_followers(Agent *agent, const json_t *line)
{
    for (uint64_t pass = agent->order->first; pass <= agent->order->number; pass++)
        service_progress(agent->service, pass, line);
}

static void remember_failure(Agent *agent, const char *text)
{
    free(agent->failure);
    agent->failure = text && text[0] ? xstrndup(text, FAILURE_MAX) : NULL;
}

/* Outcomes are sent to the journal and to followers as they come, so that neither lacks them if the pass crashes. */
static void on_line(const json_t *line, const char *type, void *userdata)
{
    Agent *agent = userdata;
    bool is_outcome = strcmp(type, "outcome") == 0;
    if (is_outcome)
        log_outcome(agent, line);
    if (is_outcome || strcmp(type, "step") == 0)
        tell_followers(agent, line);
    if (strcmp(type, "failure") == 0)
        remember_failure(agent, json_string_value(json_object_get(line, "text")));
}

static const char *exit_meaning(int exit_code)
{
    switch (exit_code) {
    case CHILD_MISCONFIGURED:
        return "the configuration is invalid; rgc check says why";
    case CHILD_NO_ENGINE:
        return "the engine cannot be reached; rgc check says why";
    case CHILD_LOCKED:
        return "another pass holds the lock";
    default:
        return NULL;
    }
}

/* Makes the summary of a pass that ended without one. */
static json_t *make_summary(const Agent *agent, const char *error, int exit_code)
{
    cleanup_with(summary_clear) Summary summary;
    Time now = wall_clock();

    summary_init(&summary);
    summary.trigger = xstrdup(trigger_to_string(agent->order->trigger));
    summary.reason = agent->order->reason ? xstrdup(agent->order->reason) : NULL;
    summary.error = xstrdup(error);
    summary.began = agent->began;
    summary.ended = now;
    summary.duration_ms = (now - agent->began) / 1000;
    summary.exit_code = exit_code;
    return summary_to_json(&summary);
}

/* A pass that ends in an orderly way without a summary says why in its exit code or in a "failure" line. For any other
 * end the summary names the journal, which has what the pass wrote to standard error. */
static json_t *missing_summary(const Agent *agent, const ChildEnd *end)
{
    const char *meaning = end->exit_code == CHILD_FAILED ? agent->failure : exit_meaning(end->exit_code);
    cleanup_with(free_charp) char *error =
        meaning ? xstrdup(meaning)
                : xasprintf("the pass ended without a summary: %s; journalctl -u rgc may say why", end->text);
    return make_summary(agent, error, end->exit_code > 0 ? end->exit_code : CHILD_FAILED);
}

/* A pass that could not remove everything (exit 1 without an error) has done its work and is not retried. */
static PassEnd judge(const ChildEnd *end, const Summary *summary)
{
    bool is_whole =
        end->exit_code == CHILD_DONE || (end->exit_code == CHILD_FAILED && !summary->error && !summary->interrupted);
    if (end->exit_code == CHILD_LOCKED)
        return PASS_LOCKED;
    if (end->exit_code == CHILD_NO_ENGINE)
        return PASS_NO_ENGINE;
    if (end->exit_code == CHILD_MISCONFIGURED)
        return PASS_MISCONFIGURED;
    return is_whole && end->summary ? PASS_DONE : PASS_FAILED;
}

/* Tells the journal of an end that no pass should have: a signal, silence, an unknown exit code, garbage among the
 * lines, or success without a summary. */
static void report_misbehaviour(const ChildEnd *end)
{
    if (end->garbage_lines > 0) {
        cleanup_with(free_charp) char *text = xasprintf("rgc could not read %zu of its lines", end->garbage_lines);
        log_misbehaved("collect", text);
    }
    bool is_orderly = end->exit_code > 0 || (end->exit_code == 0 && end->summary);
    if (!is_orderly || end->was_silent || end->exit_code > CHILD_LOCKED)
        log_misbehaved("collect", end->text);
}

/* When the next image may be removed, on the schedule's clock; 0 if none waits. */
static Time eligible_at(const Summary *summary)
{
    return summary->next_at > 0 ? saturating_add(boot_clock(), saturating_subtract(summary->next_at, wall_clock())) : 0;
}

/* Keeps the paths that the pass measured. A pass that failed early names none, and then the old ones are still
 * right. */
static void remember_disks(Agent *agent, const Summary *summary)
{
    Strings paths = {0};
    for (size_t i = 0; i < summary->n_disks; i++)
        if (summary->disks[i].path && summary->disks[i].path[0] == '/')
            strings_add_unique(&paths, summary->disks[i].path);
    if (paths.count > 0) {
        strings_clear(&agent->disk_paths);
        agent->disk_paths = paths;
    }
}

static void tell_of_retry(Agent *agent)
{
    char wait[TEXT_MAX];
    cleanup_with(free_charp) char *text = xasprintf("another pass holds the lock; trying again in %s",
                                                    format_duration(wait, agent->schedule.locked_usec));
    json_t *line = json_pack("{s:s, s:s}", "type", "step", "text", text);
    tell_followers(agent, line);
    json_decref(line);
}

/* A pass that fails for another reason says nothing about the engine. */
static void tell_engine_state(Agent *agent, PassEnd end, const Summary *summary)
{
    if (end == PASS_NO_ENGINE)
        agent_note_engine(agent, ENGINE_UNREACHABLE, summary->error);
    else if (end == PASS_DONE)
        agent_note_engine(agent, ENGINE_REACHABLE, NULL);
}

/* Whoever follows a pass that only found the lock taken follows the next one, which is still pending. */
static void conclude(Agent *agent, PassEnd end, const Summary *summary, const json_t *document)
{
    uint64_t number = agent->order->number;
    if (end == PASS_LOCKED) {
        schedule_end(&agent->schedule, end, 0, boot_clock());
        agent->order = &agent->schedule.pending;
        tell_of_retry(agent);
    } else {
        schedule_end(&agent->schedule, end, eligible_at(summary), boot_clock());
        service_finished(agent->service, number, document);
    }
    agent->order = NULL;
}

/* `document` is the summary as the pass wrote it, which followers receive as it is. A pass that found the lock taken
 * leaves no trace in the status: another pass is at work. */
static void finish(Agent *agent, PassEnd end, const Summary *summary, json_t *document)
{
    tell_engine_state(agent, end, summary);
    if (end != PASS_LOCKED && (end != PASS_NO_ENGINE || summary->removed_images > 0))
        log_pass(agent, summary, end != PASS_DONE || summary->error);
    if (end != PASS_LOCKED) {
        json_decref(agent->last);
        agent->last = json_incref(document);
    }
    agent->is_misconfigured = end == PASS_MISCONFIGURED;
    remember_trial(agent, summary);
    remember_disks(agent, summary);
    if (summary->removed_images > 0 || summary->removed_records > 0)
        disk_pass_helped(&agent->disk, &agent->limits);
    conclude(agent, end, summary, document);
}

static void on_end(const ChildEnd *end, void *userdata)
{
    Agent *agent = userdata;
    json_t *document = end->summary ? json_copy(end->summary) : missing_summary(agent, end);
    cleanup_with(summary_clear) Summary summary;
    summary_from_json(document, &summary);
    if (!agent->is_stopping)
        report_misbehaviour(end);
    finish(agent, judge(end, &summary), &summary, document);
    json_decref(document);
    child_free(take_ptr(agent->collect));
    agent->ended = boot_clock();
    agent_check_disk(agent);
    agent_child_ended(agent);
    agent_proceed(agent);
    /* It may be hours until the next pass, so the memory for the lines of this one is returned to the system. */
    malloc_trim(0);
}

void agent_start_pass(Agent *agent)
{
    cleanup_with(strings_clear) Strings arguments = {0};
    Error err = {0};
    agent->order = schedule_begin(&agent->schedule, boot_clock());
    agent->began = wall_clock();
    remember_failure(agent, NULL);
    make_arguments(agent, agent->order, &arguments);
    char **argv = xcalloc(arguments.count + 1, sizeof(*argv));
    memcpy(argv, arguments.items, arguments.count * sizeof(*argv));
    const ChildSpec spec = {
        .arguments = argv,
        .silence_usec = agent->limits.silence_usec,
        .kill_usec = agent->limits.kill_usec,
        .on_line = on_line,
        .on_end = on_end,
        .userdata = agent,
    };
    if (child_spawn(agent->loop, &spec, &agent->collect, &err) < 0) {
        json_t *document = make_summary(agent, err.text, CHILD_FAILED);
        cleanup_with(summary_clear) Summary summary;
        summary_from_json(document, &summary);
        finish(agent, PASS_FAILED, &summary, document);
        json_decref(document);
    }
    free(argv);
}
