/* SPDX-License-Identifier: MIT */
/*
 * Between fork(2) and execv(2): makes the surroundings in which a child starts. The child inherits nothing of what
 * systemd gave to the agent alone, and nothing that the agent has changed for itself, so that it behaves as if a person
 * had started it.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <rgc/file.h>
#include <rgc/memory.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define EXEC_FAILED 127

static const char *program(void)
{
#ifdef RGC_TEST_HOOKS
    const char *other = getenv("RGC_TEST_CHILD");
    if (other)
        return other;
#endif
    /* After an upgrade of the package, this is still the program that runs, whose lines this agent understands. */
    return "/proc/self/exe";
}

/* Removes the variables in which systemd speaks to the agent alone (sd_notify(3), sd_listen_fds(3)). */
static void clean_environment(void)
{
    static const char *const names[] = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
                                        "LISTEN_PID",    "LISTEN_FDS",   "LISTEN_FDNAMES"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
}

static void reset_signals(void)
{
    sigset_t none;
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Asks the kernel for a SIGTERM when the agent ends, on which a pass ends between two removals. Returns false if the
 * agent was gone before that: its child has another parent by then. */
static bool follow_parent(pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

static bool redirect_standard_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    return null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0;
}

static bool hand_over(int progress_fd)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", progress_fd);
    return fcntl(progress_fd, F_SETFD, 0) == 0 && setenv("RGC_PROGRESS_FD", number, 1) == 0;
}

__attribute__((__noreturn__)) static void become_child(char *const *arguments, pid_t parent, int progress_fd)
{
    const char *path = program();
    clean_environment();
    if (!follow_parent(parent))
        _exit(EXEC_FAILED); /* nobody is left to be told */
    if (redirect_standard_streams() && hand_over(progress_fd)) {
        reset_signals();
        execv(path, arguments);
    }
    dprintf(STDERR_FILENO, "rgc: cannot start %s: %s\n", path, strerror(errno));
    _exit(EXEC_FAILED);
}

static int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

int spawn_self(char *const *arguments, pid_t *ret_pid, int *ret_progress_fd, Error *err)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return error_set(err, errno, "cannot make a pipe: %s", strerror(errno));
    cleanup_with(close_fdp) int read_end = pipe_fds[0];
    cleanup_with(close_fdp) int write_end = pipe_fds[1];
    /* Only the reading end must not block: the child may wait until the agent takes its lines. */
    if (fcntl(read_end, F_SETFL, O_NONBLOCK) < 0)
        return error_set(err, errno, "cannot set up a pipe: %s", strerror(errno));
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return error_set(err, errno, "cannot start a process: %s", strerror(errno));
    if (pid == 0)
        become_child(arguments, parent, write_end);
    *ret_pid = pid;
    *ret_progress_fd = take_fd(&read_end);
    return 0;
}
