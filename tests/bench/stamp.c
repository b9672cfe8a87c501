/* SPDX-License-Identifier: MIT */
/*
 * Loaded into rgc by LD_PRELOAD: writes "seconds asking" to the file $STAMP: from the first DELETE that goes out to the
 * last answer to one, and how much of it went into waiting for answers to other requests (containers, events). So the
 * removals of a pass can be compared with those of a client that does nothing else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define DESCRIPTORS_MAX 1024

static char is_delete[DESCRIPTORS_MAX];
static double first, last;
static double asked_at[DESCRIPTORS_MAX], answered_at[DESCRIPTORS_MAX], asking;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A request that is no DELETE is over when the next one goes out over its connection. */
static void end_question(int fd)
{
    if (answered_at[fd] > asked_at[fd] && answered_at[fd] < last)
        asking += answered_at[fd] - asked_at[fd];
    asked_at[fd] = answered_at[fd] = 0;
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    static ssize_t (*real)(int, const void *, size_t, int);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "send");
    if (fd >= 0 && fd < DESCRIPTORS_MAX) {
        end_question(fd);
        is_delete[fd] = size > 7 && memcmp(data, "DELETE ", 7) == 0;
        if (is_delete[fd] && first == 0)
            first = now();
        if (!is_delete[fd] && first > 0)
            asked_at[fd] = now();
    }
    return real(fd, data, size, flags);
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    static ssize_t (*real)(int, void *, size_t, int);
    ssize_t n;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "recv");
    n = real(fd, data, size, flags);
    if (n > 0 && fd >= 0 && fd < DESCRIPTORS_MAX) {
        if (is_delete[fd])
            last = now();
        else if (asked_at[fd] > 0)
            answered_at[fd] = now();
    }
    return n;
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("STAMP");
    FILE *file = path && first > 0 ? fopen(path, "w") : NULL;

    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
        end_question(fd);
    if (file) {
        fprintf(file, "%.6f %.6f\n", last - first, asking);
        fclose(file);
    }
}
