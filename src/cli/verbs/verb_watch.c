/* SPDX-License-Identifier: MIT */
/* `rgc watch`: the second child of the agent. If a person starts it, it prints its lines on standard output. */
#include "cli/interrupts.h"
#include "cli/session.h"
#include <rgc/progress_lines.h>

#include <rgc/file.h>
#include <rgc/watch.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int signal_fd = -1;

static bool is_interrupted(void)
{
    struct pollfd poll_fd = {.fd = signal_fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0;
}

/* Signals arrive through a descriptor: a handler could run just before the wait begins, and be missed. */
static int open_signals(Error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return signal_fd < 0 ? error_set(err, errno, "cannot wait for signals: %s", strerror(errno)) : 0;
}

/* SIGTERM is the normal end of a program that runs until it is told to end; Ctrl-C comes from a person who looks on. */
static int signal_code(void)
{
    struct signalfd_siginfo info;
    bool is_read = read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
    return is_read && info.ssi_signo == SIGINT ? exit_code_of_signal(SIGINT) : EXIT_DONE;
}

static bool is_child(const ProgressLines *lines)
{
    return lines->fd >= 0;
}

static void show(json_t *line)
{
    cleanup_with(free_charp) char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    printf("%s\n", text ? text : "");
    fflush(stdout);
}

static void tell_state(const ProgressLines *lines, const char *type)
{
    json_t *line = json_pack("{s:s}", "type", type);
    if (is_child(lines))
        progress_lines_tell_surely(lines, line);
    else
        show(line);
}

static void on_connected(void *userdata)
{
    tell_state(userdata, "connected");
}

static void on_gap(void *userdata)
{
    tell_state(userdata, "gap");
}

static void on_event(const WatchEvent *event, void *userdata)
{
    const ProgressLines *lines = userdata;
    json_t *line = json_pack("{s:s,s:s,s:s,s:s?,s:s?}", "type", "event", "kind", event->is_arrival ? "arrival" : "use",
                             "action", event->action, "reference", event->reference, "app", event->app);
    if (is_child(lines))
        progress_lines_tell(lines, line);
    else
        show(line);
}

/* A person who looks on while the agent records the events, or who may not write, still sees them. */
static int only_show(const Session *session, WatchOptions *options, Error *err)
{
    fprintf(stderr, "rgc: events are shown, but not recorded: %s\n", err->text);
    options->state = NULL;
    return watch_run(&session->config, options, err);
}

/* Records what the engine tells until a signal arrives. The agent's child must record; only a person may just look
 * on. */
static int watch(Session *session, ProgressLines *lines, Error *err)
{
    const WatchCalls calls = {.on_connected = on_connected, .on_gap = on_gap, .on_event = on_event, .userdata = lines};
    WatchOptions options = {.stop_fd = signal_fd, .is_interrupted = is_interrupted, .calls = &calls};
    int r = state_open_or_make(session_state_path(session), &session->state, err);
    if (r == 0) {
        options.state = session->state;
        r = watch_run(&session->config, &options, err);
    }
    bool is_not_ours = r == -EWOULDBLOCK || r == -EACCES;
    return is_not_ours && !is_child(lines) ? only_show(session, &options, err) : r;
}

int verb_watch(Session *session)
{
    Error err = {0};
    ProgressLines lines;
    progress_lines_open(&lines, "rgc-watch");
    if (is_child(&lines))
        signal(SIGPIPE, SIG_IGN);
    if (open_signals(&err) < 0)
        return fail_with(&err);
    int code = watch(session, &lines, &err) < 0 ? fail_with(&err) : is_child(&lines) ? EXIT_DONE : signal_code();
    close_fdp(&signal_fd);
    return code;
}
