/* SPDX-License-Identifier: MIT */
/*
 * Follows one child on the event loop: reads its lines, notices its silence, ends it, and says how it ended.
 *
 * Two things end separately: the process and its pipe. A child may close the pipe and work on, and a grandchild may
 * keep the pipe open for ever. So only the end of the process counts; at that moment rgc reads what the pipe still
 * takes, and no more than LAST_READS times.
 */
#include "child.h"

#include "spawn.h"
#include "timer_accuracy.h"

#include <errno.h>
#include <rgc/file.h>
#include <rgc/lines.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often the pipe of a dead child is still read, 4 KiB each time. That is more than a pipe takes, and bounds what a
 * grandchild could write for ever. */
#define LAST_READS 256

struct Child {
    ChildSpec spec;
    pid_t pid;
    int progress_fd;
    sd_event_source *process, *progress, *silence, *kill;
    Time last_line;
    Lines lines;
    size_t garbage_lines;
    json_t *summary;
    bool was_silent;
};

static void take_line(char *text, size_t length, void *userdata)
{
    Child *child = userdata;
    json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(line, "type"));
    if (!type) {
        child->garbage_lines++;
        json_decref(line);
        return;
    }
    child->last_line = awake_clock();
    if (strcmp(type, "summary") == 0) {
        json_decref(child->summary);
        child->summary = json_incref(line);
    }
    child->spec.on_line(line, type, child->spec.userdata);
    json_decref(line);
}

/* Returns false when there is nothing more to read now. */
static bool read_some(Child *child)
{
    char chunk[4096];
    ssize_t n = read(child->progress_fd, chunk, sizeof(chunk));
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            child->progress = sd_event_source_unref(child->progress);
        return false;
    }
    lines_feed(&child->lines, chunk, (size_t)n, take_line, child);
    return true;
}

static int on_progress(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
    (void)source, (void)fd, (void)revents;
    read_some(userdata);
    return 0;
}

static void send_signal(Child *child, int number)
{
    sd_event_source_send_child_signal(child->process, number, NULL, 0);
}

static int on_kill(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source, (void)usec;
    send_signal(userdata, SIGKILL);
    return 0;
}

void child_terminate(Child *child, int64_t grace_usec)
{
    send_signal(child, SIGTERM);
    sd_event *loop = sd_event_source_get_event(child->process);
    if (child->kill) {
        uint64_t at = 0, sooner = (uint64_t)(boot_clock() + grace_usec);
        if (sd_event_source_get_time(child->kill, &at) >= 0 && sooner < at)
            sd_event_source_set_time(child->kill, sooner);
    } else if (sd_event_add_time_relative(loop, &child->kill, CLOCK_BOOTTIME, (uint64_t)grace_usec, TIMER_ACCURACY_USEC,
                                          on_kill, child) < 0) {
        send_signal(child, SIGKILL);
    }
}

/* A line only notes the time; the timer is set again when it fires, since setting it for each line would cost more. It
 * uses the clock that stands still while the host is suspended: a child cannot write then. */
static int on_silence(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)usec;
    Child *child = userdata;
    Time end = child->last_line + child->spec.silence_usec;
    if (end > awake_clock()) {
        sd_event_source_set_time(source, (uint64_t)end);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
    }
    child->was_silent = true;
    child_terminate(child, child->spec.kill_usec);
    return 0;
}

/* SIGKILL that the agent did not send is mostly the kernel's, for want of memory. */
static void describe_exit(const Child *child, ChildEnd *end)
{
    char duration[TEXT_MAX];
    int at = 0;
    if (child->was_silent)
        at = snprintf(end->text, sizeof(end->text), "it wrote nothing for %s, so the agent ended it: ",
                      format_duration(duration, child->spec.silence_usec));
    char *rest = end->text + at;
    size_t room = sizeof(end->text) - (size_t)at;
    if (end->signal == 0)
        snprintf(rest, room, "it ended with exit code %d", end->exit_code);
    else if (end->signal == SIGKILL && !child->was_silent)
        snprintf(rest, room, "it was killed (SIGKILL), perhaps for lack of memory");
    else
        snprintf(rest, room, "it was ended by SIG%s", sigabbrev_np(end->signal) ? sigabbrev_np(end->signal) : "?");
}

/* The process has ended. Its last lines may still be in the pipe, among them the summary, so they are read first. */
static int on_process(sd_event_source *source, const siginfo_t *info, void *userdata)
{
    (void)source;
    Child *child = userdata;
    for (int i = 0; child->progress && i < LAST_READS && read_some(child); i++)
        ;
    bool has_exited = info->si_code == CLD_EXITED;
    ChildEnd end = {
        .summary = child->summary,
        .exit_code = has_exited ? info->si_status : -1,
        .signal = has_exited ? 0 : info->si_status,
        .was_silent = child->was_silent,
        .garbage_lines = child->garbage_lines + child->lines.skipped + lines_have_rest(&child->lines),
    };
    describe_exit(child, &end);
    child->pid = 0; /* sd-event reaps it after this */
    child->silence = sd_event_source_disable_unref(child->silence);
    child->kill = sd_event_source_disable_unref(child->kill);
    child->spec.on_end(&end, child->spec.userdata);
    return 0;
}

static int follow(sd_event *loop, Child *child)
{
    int r = sd_event_add_child(loop, &child->process, child->pid, WEXITED, on_process, child);
    if (r >= 0)
        r = sd_event_add_io(loop, &child->progress, child->progress_fd, EPOLLIN, on_progress, child);
    if (r >= 0 && child->spec.silence_usec > 0)
        r = sd_event_add_time_relative(loop, &child->silence, CLOCK_MONOTONIC, (uint64_t)child->spec.silence_usec,
                                       TIMER_ACCURACY_USEC, on_silence, child);
    return r;
}

int child_spawn(sd_event *loop, const ChildSpec *spec, Child **ret, Error *err)
{
    cleanup_with(child_freep) Child *child = xcalloc(1, sizeof(*child));
    child->spec = *spec;
    child->progress_fd = -1;
    child->lines.limit = CHILD_LINE_MAX;
    child->last_line = awake_clock();
    int r = spawn_self(spec->arguments, &child->pid, &child->progress_fd, err);
    if (r < 0)
        return r;
    if ((r = follow(loop, child)) < 0)
        return error_set(err, -r, "cannot follow a process: %s", strerror(-r));
    *ret = take_ptr(child);
    return 0;
}

void child_free(Child *child)
{
    sd_event_source_disable_unref(child->progress);
    sd_event_source_disable_unref(child->silence);
    sd_event_source_disable_unref(child->kill);
    sd_event_source_disable_unref(child->process);
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    close_fdp(&child->progress_fd);
    lines_clear(&child->lines);
    json_decref(child->summary);
    free(child);
}
