/* SPDX-License-Identifier: MIT */
/*
 * What the agent does and what it does next, as a sentence for `systemctl status` and as the answer to Status(). Both
 * come from the same state, so that they never contradict each other.
 */
#include "agent_parts.h"
#include "timer_accuracy.h"

#include <rgc/json_values.h>

#include <string.h>
#include <systemd/sd-daemon.h>

/* Local time, with its date only if it is a day or more away. Caller frees. */
static char *clock_text(Time t)
{
    time_t seconds = (time_t)(t / USEC_PER_SEC);
    struct tm local;
    char text[TEXT_MAX];
    int64_t distance = t - wall_clock();
    if (!localtime_r(&seconds, &local))
        return xstrdup("?");
    bool is_near = distance > -USEC_PER_DAY && distance < USEC_PER_DAY;
    strftime(text, sizeof(text), is_near ? "%H:%M" : "%Y-%m-%d %H:%M", &local);
    return xstrdup(text);
}

/* When the next pass starts at the latest, by wall_clock(); 0 if none would. */
static Time next_pass(const Agent *agent, TriggerKind *ret_why)
{
    Time at = schedule_outlook(&agent->schedule, ret_why);
    return at == TIME_NEVER ? 0 : wall_clock() + (at - boot_clock());
}

/* The functions below return parts of the sentence. Callers free. */
static char *last_text(const Agent *agent)
{
    if (!agent->last)
        return xstrdup("No pass yet");
    cleanup_with(summary_clear) Summary last;
    summary_from_json(agent->last, &last);
    cleanup_with(free_charp) char *when = clock_text(last.ended);
    if (last.error)
        return xasprintf("Last pass %s failed: %s", when, last.error);
    cleanup_with(free_charp) char *what = summary_text(&last);
    return xasprintf("Last pass %s %s", when, what);
}

static const char *mood(const Agent *agent)
{
    if (agent->engine == ENGINE_UNREACHABLE)
        return "Waiting for the engine. ";
    const char *suspension = json_string_value(json_object_get(agent->last, "hold"));
    return suspension && strcmp(suspension, "trial") == 0 ? "On trial, nothing is removed yet. " : "Idle. ";
}

static char *rest_text(const Agent *agent)
{
    TriggerKind why;
    cleanup_with(free_charp) char *last = last_text(agent);
    Time next = next_pass(agent, &why);
    cleanup_with(free_charp) char *when = next ? clock_text(next) : NULL;
    if (schedule_is_waiting(&agent->schedule))
        return xasprintf("Next pass %s (%s). %s", when, trigger_to_string(why), last);
    return xasprintf("%s%s%s%s", mood(agent), last, when ? "; next by " : "", when ? when : "");
}

static char *status_text(const Agent *agent)
{
    if (agent->is_stopping)
        return xstrdup(agent->collect ? "Stopping: the pass ends between two removals" : "Stopping");
    if (agent->collect) {
        const char *reason = agent->order->reason;
        cleanup_with(free_charp) char *began = clock_text(agent->began);
        return xasprintf("Pass running since %s (%s%s%s)", began, trigger_to_string(agent->order->trigger),
                         reason ? ": " : "", reason ? reason : "");
    }
    return rest_text(agent);
}

/* systemd is told only what is new, so that 200 triggers at once do not become 200 messages. */
void agent_send_status(Agent *agent)
{
    cleanup_with(free_charp) char *text = status_text(agent);
    cleanup_with(free_charp) char *whole =
        agent->config_error
            ? xasprintf("%s. Invalid configuration ignored, using the previous one: %s", text, agent->config_error)
            : xstrdup(text);
    for (char *c = whole; *c; c++)
        if (*c == '\n')
            *c = ' ';
    if (agent->status && strcmp(agent->status, whole) == 0)
        return;
    free(agent->status);
    agent->status = take_ptr(whole);
    sd_notifyf(0, "STATUS=%s", agent->status);
}

static const char *state_word(const Agent *agent)
{
    if (agent->collect)
        return "running";
    return schedule_is_waiting(&agent->schedule) ? "waiting" : "idle";
}

/* docs/io.rgc.Agent.varlink describes the members. During a pass, next_at is null: its end decides when the next is. */
json_t *agent_status_document(const Agent *agent)
{
    TriggerKind why;
    Time next = agent->collect ? 0 : next_pass(agent, &why);
    uint64_t ticket = agent->collect ? agent->order->number : agent->schedule.pending.number;
    json_t *trial = json_object_get(agent->last, "trial_until");
    cleanup_with(free_charp) char *config_error = agent->config_error ? printable(agent->config_error) : NULL;
    return json_pack("{s:s, s:s, s:I, s:o, s:s?, s:O?, s:b, s:s?, s:O?}", "version", RGC_VERSION, "state",
                     state_word(agent), "ticket", (json_int_t)ticket, "next_at", json_time(next), "next_why",
                     next ? trigger_to_string(why) : NULL, "trial_until", trial, "watching", agent->is_following,
                     "config_error", config_error, "last", agent->last);
}
