/* SPDX-License-Identifier: MIT */
/*
 * measure DESCRIPTOR PROGRAM ARGUMENT…: runs the program and writes "wall-seconds cpu-seconds peak-KiB" to the
 * descriptor. A small program of its own, because Linux counts the memory of the process that forks into the peak of
 * the one that it becomes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    int descriptor = argc > 2 ? atoi(argv[1]) : -1;
    double began = now();
    struct rusage usage;
    int status;
    pid_t pid = descriptor >= 0 ? fork() : -1;

    if (pid == 0) {
        close(descriptor);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return 127;
    dprintf(descriptor, "%.6f %.6f %ld\n", now() - began, seconds(usage.ru_utime) + seconds(usage.ru_stime),
            usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
