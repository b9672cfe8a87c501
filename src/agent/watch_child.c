/* SPDX-License-Identifier: MIT */
/*
 * The engine's events as a child, `rgc watch`: which of them cause a pass, and whether the engine can be reached.
 *
 * An event causes a pass if it may have made a release old: an image has arrived, or an app runs another image than
 * before. Restarts of the same image, and whatever else happens on a host all day, cause none. The tags that a pass
 * gives back look like arrivals and must not cause the next pass, which could go on without end. After a gap in the
 * stream, rgc cannot know what it missed, and makes a pass.
 *
 * tests/agent/supervisor.py tests this. What `rgc watch` writes down for the next pass does not go through the agent
 * (src/observe/watch.c).
 */
#include "agent_parts.h"
#include "timer_accuracy.h"

#include <rgc/fingerprint.h>

#include <string.h>

#define REASON_MAX 200
/* How long it may take from a deed of the engine to the line of `rgc watch` that tells of it. */
#define EVENT_DELAY_USEC USEC_PER_SEC

void agent_note_engine(Agent *agent, EngineState state, const char *reason)
{
    EngineState before = agent->engine;
    agent->engine = state;
    if (state != before && (state == ENGINE_UNREACHABLE || before == ENGINE_UNREACHABLE))
        log_engine(state, reason);
}

/* The reason has names from the engine in it. It is made printable and short, since it becomes an argument of the pass
 * and a part of the history. */
static void cause_pass(Agent *agent, const char *reason)
{
    if (!agent->settings.events)
        return;
    cleanup_with(free_charp) char *sound = printable(reason);
    if (strlen(sound) > REASON_MAX)
        sound[REASON_MAX] = '\0';
    cleanup_with(free_charp) char *whole = printable(sound); /* again: the cut may have split a character */
    schedule_trigger(&agent->schedule, TRIGGER_EVENT, whole, NULL, boot_clock());
}

/* Two names with the same fingerprint would at worst make the agent miss a pass, and the interval makes up for that. */
static uint64_t hash(const char *s)
{
    return fingerprint_text(FINGERPRINT_BEGIN, s);
}

/* Notes what the app runs now. Returns true also if it is not known what the app ran before: an extra pass costs
 * little. */
static bool has_changed_image(Agent *agent, const char *app, const char *reference)
{
    uint64_t app_hash = hash(app), reference_hash = hash(reference);
    size_t n = agent->n_known < APPS_KNOWN ? agent->n_known : APPS_KNOWN;
    for (size_t i = 0; i < n; i++) {
        KnownApp *known = &agent->known[i];
        if (known->app != app_hash)
            continue;
        bool has_changed = known->reference != reference_hash;
        known->reference = reference_hash;
        return has_changed;
    }
    agent->known[agent->n_known++ % APPS_KNOWN] = (KnownApp){app_hash, reference_hash};
    return true;
}

static bool makes_use(const char *action)
{
    return strcmp(action, "create") == 0 || strcmp(action, "start") == 0;
}

/* Is this tag one that a pass may have given back to an image that the engine refused to remove? During a pass and
 * right after it, every tag may be. The tag of somebody else can wait then: an image that is going to run has other
 * events. */
static bool is_given_back(const Agent *agent, const char *action)
{
    return action && strcmp(action, "tag") == 0 &&
           (agent->collect || (agent->ended > 0 && boot_clock() - agent->ended < EVENT_DELAY_USEC));
}

/* A line of `rgc watch` has: kind ("arrival" or "use"), action (the engine's word), reference, and the app of a use. */
static void on_event(Agent *agent, const json_t *line)
{
    const char *kind = json_string_value(json_object_get(line, "kind"));
    const char *action = json_string_value(json_object_get(line, "action"));
    const char *reference = json_string_value(json_object_get(line, "reference"));
    const char *app = json_string_value(json_object_get(line, "app"));
    if (!kind || !reference)
        return;
    cleanup_with(free_charp) char *reason = NULL;
    if (strcmp(kind, "arrival") == 0 && is_given_back(agent, action))
        return;
    if (strcmp(kind, "arrival") == 0)
        reason = xasprintf("arrival of %s", reference);
    else if (app && action && makes_use(action) && has_changed_image(agent, app, reference))
        reason = xasprintf("%s runs %s", app, reference);
    if (reason)
        cause_pass(agent, reason);
}

static void on_connected(Agent *agent)
{
    agent->is_following = true;
    agent->connected_at = boot_clock();
    agent_note_engine(agent, ENGINE_REACHABLE, NULL);
    schedule_connected(&agent->schedule, boot_clock());
}

static void on_line(const json_t *line, const char *type, void *userdata)
{
    Agent *agent = userdata;
    if (agent->is_stopping)
        return;
    if (strcmp(type, "connected") == 0)
        on_connected(agent);
    else if (strcmp(type, "gap") == 0)
        cause_pass(agent, "events may have been missed");
    else if (strcmp(type, "event") == 0)
        on_event(agent, line);
    agent_proceed(agent);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source, (void)usec;
    agent_start_watch(userdata);
    return 0;
}

static void start_later(Agent *agent)
{
    int64_t wait = backoff_next(&agent->limits.watch, &agent->watch_wait_usec);
    agent->watch_timer = sd_event_source_disable_unref(agent->watch_timer);
    int r = sd_event_add_time_relative(agent->loop, &agent->watch_timer, CLOCK_BOOTTIME, (uint64_t)wait,
                                       TIMER_ACCURACY_USEC, on_timer, agent);
    if (r < 0)
        log_misbehaved("watch", "it cannot be started again: there is no timer");
}

static void report(Agent *agent, const ChildEnd *end)
{
    if (end->exit_code == CHILD_NO_ENGINE) {
        agent_note_engine(agent, ENGINE_UNREACHABLE, NULL);
        return;
    }
    /* An engine that is stopped may end the stream in an orderly way; then the child is done, and there is no fault. */
    if (end->exit_code != CHILD_DONE)
        log_misbehaved("watch", end->text);
    if (end->garbage_lines > 0)
        log_misbehaved("watch", "some of its lines could not be read");
}

static void on_end(const ChildEnd *end, void *userdata)
{
    Agent *agent = userdata;
    /* Only a child that was connected for a minute counts as sound: one that dies sooner waits longer each time. */
    if (agent->is_following && boot_clock() - agent->connected_at > USEC_PER_MINUTE)
        agent->watch_wait_usec = 0;
    agent->is_following = false;
    child_free(take_ptr(agent->watch));
    if (!agent->is_stopping) {
        report(agent, end);
        start_later(agent);
    }
    agent_child_ended(agent);
    agent_proceed(agent);
}

void agent_start_watch(Agent *agent)
{
    size_t n = agent->child_options.count;
    char name[] = "rgc", verb[] = "watch";
    char **argv = xcalloc(n + 3, sizeof(*argv));
    argv[0] = name;
    argv[1] = verb;
    for (size_t i = 0; i < n; i++)
        argv[2 + i] = agent->child_options.items[i];
    const ChildSpec spec = {.arguments = argv,
                            .kill_usec = agent->limits.kill_usec,
                            .on_line = on_line,
                            .on_end = on_end,
                            .userdata = agent};
    Error err = {0};
    if (child_spawn(agent->loop, &spec, &agent->watch, &err) < 0) {
        log_misbehaved("watch", err.text);
        start_later(agent);
    }
    free(argv);
}
