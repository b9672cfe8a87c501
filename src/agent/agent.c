/* SPDX-License-Identifier: MIT */
/* The agent from its start to its end: socket, signals, reload, the schedule's timer. agent_parts.h tells the story. */
#include "agent_parts.h"
#include "timer_accuracy.h"

#include <errno.h>
#include <rgc/file.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

void agent_settings_clear(AgentSettings *settings)
{
    free(settings->socket);
    strings_clear(&settings->storage);
    *settings = (AgentSettings){0};
}

void agent_limits_init(AgentLimits *ret)
{
    *ret = (AgentLimits){
        .silence_usec = 11 * USEC_PER_MINUTE, /* one removal may take ten */
        .kill_usec = 10 * USEC_PER_SEC,
        .stop_usec = 8 * USEC_PER_SEC, /* less than TimeoutStopSec=10s; a pass itself waits 5 s for its removals */
        .disk_check_usec = USEC_PER_MINUTE,
        .disk_high_usec = 5 * USEC_PER_MINUTE,
        .disk = {USEC_PER_HOUR, 6 * USEC_PER_HOUR},
        .watch = {USEC_PER_SEC, USEC_PER_MINUTE},
    };
    schedule_settings_init(&ret->schedule);
}

static ScheduleSettings schedule_settings(const Agent *agent)
{
    ScheduleSettings settings = agent->limits.schedule;
    settings.settle_usec = agent->settings.settle_usec;
    settings.interval_usec = agent->settings.interval_usec;
    return settings;
}

/* A pass that is far away may begin a little later, so that one wake-up serves it and the look at the disk. */
static void set_pass_timer(Agent *agent)
{
    Time next = schedule_next(&agent->schedule);
    if (next == TIME_NEVER || agent->is_stopping) {
        sd_event_source_set_enabled(agent->pass_timer, SD_EVENT_OFF);
        return;
    }
    bool is_far = next - boot_clock() > 5 * USEC_PER_MINUTE;
    sd_event_source_set_time_accuracy(agent->pass_timer, is_far ? IDLE_ACCURACY_USEC : TIMER_ACCURACY_USEC);
    sd_event_source_set_time(agent->pass_timer, (uint64_t)next);
    sd_event_source_set_enabled(agent->pass_timer, SD_EVENT_ONESHOT);
}

void agent_proceed(Agent *agent)
{
    if (!agent->is_stopping && schedule_is_due(&agent->schedule, boot_clock()))
        agent_start_pass(agent);
    set_pass_timer(agent);
    agent_send_status(agent);
}

void agent_child_ended(Agent *agent)
{
    if (agent->is_stopping && !agent->collect && !agent->watch)
        sd_event_exit(agent->loop, 0);
}

static int on_pass_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source, (void)usec;
    agent_proceed(userdata);
    return 0;
}

static uint64_t on_collect(const Trigger *trigger, void *userdata)
{
    Agent *agent = userdata;
    log_trigger(trigger);
    uint64_t ticket = schedule_trigger(&agent->schedule, trigger->is_hook ? TRIGGER_HOOK : TRIGGER_COLLECT,
                                       trigger->reason, trigger->deployed, boot_clock());
    /* The pass must not start before the timer fires: the caller is not yet one of those that follow it. */
    set_pass_timer(agent);
    agent_send_status(agent);
    return ticket;
}

static json_t *on_status(void *userdata)
{
    return agent_status_document(userdata);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    (void)source;
    Agent *agent = userdata;
    if (agent->is_stopping)
        return 0;
    agent->stop_signal = (int)info->ssi_signo;
    cleanup_with(entry_clear) JournalEntry entry = {0};
    agent->is_stopping = true;
    sd_notify(0, "STOPPING=1");
    entry_send(&entry, LOG_INFO, RGC_MESSAGE_AGENT_STOPPED, "Agent stopping%s",
               agent->collect ? "; it waits for the pass to end" : "");
    agent->disk_timer = sd_event_source_disable_unref(agent->disk_timer);
    agent->watch_timer = sd_event_source_disable_unref(agent->watch_timer);
    if (agent->collect)
        child_terminate(agent->collect, agent->limits.stop_usec);
    if (agent->watch)
        child_terminate(agent->watch, agent->limits.stop_usec);
    agent_proceed(agent);
    agent_child_ended(agent);
    return 0;
}

static void adopt_settings(Agent *agent, AgentSettings *settings)
{
    const char *old = agent->settings.socket, *new = settings->socket;
    bool has_moved = old && new &&strcmp(old, new) != 0;
    agent_settings_clear(&agent->settings);
    agent->settings = *settings;
    agent->schedule.settings = schedule_settings(agent);
    if (agent_start_disk_checks(agent) < 0)
        log_misbehaved("agent", "it no longer watches the disk, because it could not set a timer");
    log_config(NULL, has_moved ? "; the new path of the socket takes effect after a restart" : NULL);
}

/* An invalid file changes nothing but the status. If the last pass failed because of it, a valid one triggers a
 * pass. */
static void load_settings(Agent *agent)
{
    AgentSettings settings = {0};
    Error err = {0};
    free(agent->config_error);
    agent->config_error = NULL;
    if (agent->reload(&settings, agent->reload_userdata, &err) < 0) {
        agent_settings_clear(&settings);
        agent->config_error = xstrdup(err.text);
        log_config(err.text, NULL);
        return;
    }
    adopt_settings(agent, &settings);
    if (agent->is_misconfigured)
        schedule_trigger(&agent->schedule, TRIGGER_RETRY, "the configuration was corrected", NULL, boot_clock());
    agent->is_misconfigured = false;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    (void)source, (void)info;
    Agent *agent = userdata;
    if (agent->is_stopping)
        return 0;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)awake_clock());
    load_settings(agent);
    agent_proceed(agent);
    sd_notify(0, "READY=1");
    return 0;
}

#ifdef RGC_TEST_HOOKS
/* Stops the event loop from turning, for the test of the watchdog. */
static int on_hang(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    (void)source, (void)info, (void)userdata;
    while (pause())
        ;
    return 0;
}
#endif

static int add_signals(Agent *agent)
{
    static const struct {
        int number;
        sd_event_signal_handler_t handler;
    } signals[] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};
    int r = 0;
    for (size_t i = 0; r >= 0 && i < sizeof(signals) / sizeof(signals[0]); i++)
        r = sd_event_add_signal(agent->loop, NULL, signals[i].number, signals[i].handler, agent);
#ifdef RGC_TEST_HOOKS
    if (r >= 0 && getenv("RGC_TEST_HANG"))
        r = sd_event_add_signal(agent->loop, NULL, SIGUSR2, on_hang, agent);
#endif
    return r;
}

/* sd-event needs these blocked: SIGCHLD to follow children, and the others because libsystemd 249 does not block them
 * itself (SD_EVENT_SIGNAL_PROCMASK has existed since 252). */
static void block_signals(void)
{
    static const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR2};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    /* The agent must not end because nobody reads its standard error. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* some parents leave it ignored, and then children vanish before they are followed */
}

static int find_socket(const char *path, int *ret, Error *err)
{
    int n = sd_listen_fds(1);
    if (n < 0)
        return error_set(err, -n, "cannot take over sockets: %s", strerror(-n));
    if (n == 0)
        return service_bind(path, ret, err);
    if (n > 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) <= 0)
        return error_set(err, EINVAL, "systemd passed %d sockets, but rgc needs one Unix stream socket; see rgc.socket",
                         n);
    *ret = SD_LISTEN_FDS_START;
    return 0;
}

static int make_loop(Agent *agent)
{
    int r = sd_event_new(&agent->loop);
    if (r >= 0)
        r = sd_event_set_watchdog(agent->loop, true);
    if (r >= 0)
        r = add_signals(agent);
    if (r >= 0)
        r = sd_event_add_time(agent->loop, &agent->pass_timer, CLOCK_BOOTTIME, UINT64_MAX, 0, on_pass_timer, agent);
    return r < 0 ? r : agent_start_disk_checks(agent);
}

static int set_up(Agent *agent, Error *err)
{
    static const ServiceHooks hooks = {on_collect, on_status};
    int listen_fd = -1, r = make_loop(agent);
    if (r < 0)
        return error_set(err, -r, "cannot set up the event loop: %s", strerror(-r));
    if ((r = find_socket(agent->settings.socket, &listen_fd, err)) < 0)
        return r;
    return service_new(agent->loop, listen_fd, &hooks, agent, &agent->service, err);
}

static int run(Agent *agent, Error *err)
{
    agent_start_watch(agent);
    schedule_trigger(&agent->schedule, TRIGGER_START, "the agent has started", NULL, boot_clock());
    log_started(agent);
    agent_proceed(agent);
    sd_notify(0, "READY=1");
    int r = sd_event_loop(agent->loop);
    return r < 0 ? error_set(err, -r, "the event loop failed: %s", strerror(-r)) : 0;
}

static void agent_done(Agent *agent)
{
    if (agent->collect)
        child_free(agent->collect);
    if (agent->watch)
        child_free(agent->watch);
    if (agent->service)
        service_free(agent->service);
    sd_event_source_disable_unref(agent->watch_timer);
    sd_event_source_disable_unref(agent->disk_timer);
    sd_event_source_disable_unref(agent->pass_timer);
    sd_event_unref(agent->loop);
    schedule_clear(&agent->schedule);
    strings_clear(&agent->disk_paths);
    strings_clear(&agent->child_options);
    agent_settings_clear(&agent->settings);
    json_decref(agent->last);
    free(agent->config_error);
    free(agent->status);
    free(agent->failure);
}

int agent_run(AgentOptions *options, Error *err)
{
    Agent agent = {
        .settings = options->settings,
        .limits = options->limits,
        .child_options = options->child_options,
        .reload = options->reload,
        .reload_userdata = options->userdata,
    };
    *options = (AgentOptions){0};
    block_signals();
    journal_open();
    ScheduleSettings settings = schedule_settings(&agent);
    schedule_init(&agent.schedule, &settings, boot_clock());
    int r = set_up(&agent, err);
    if (r == 0)
        r = run(&agent, err);
    agent_done(&agent);
    return r < 0 ? r : agent.stop_signal;
}
