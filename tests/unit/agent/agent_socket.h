/* SPDX-License-Identifier: MIT */
/* A trigger socket in a private directory, an event loop that is turned by hand, and clients that do as they are told.
 */
#pragma once

#include "directory.h"

#include <errno.h>
#include <poll.h>
#include <rgc/service.h>
#include <sys/un.h>
#include <time.h>

#define HANGS_USEC INT64_C(300000000) /* in which what does not hang is done on the busiest machine */
#define INBOX_MAX ((size_t)1 << 21)

typedef struct TestSocket {
    Directory *directory;
    char path[96];
    sd_event *loop;
    int listen_fd;
} TestSocket;

static inline void socket_open(TestSocket *ret, void **directory)
{
    Error err = {0};

    assert_int_equal(directory_setup(directory), 0);
    *ret = (TestSocket){.directory = *directory};
    snprintf(ret->path, sizeof(ret->path), "%s/sock", ret->directory->path);
    assert_true(sd_event_new(&ret->loop) >= 0);
    assert_int_equal(service_bind(ret->path, &ret->listen_fd, &err), 0);
}

static inline void socket_close(TestSocket *test)
{
    void *directory = test->directory;

    sd_event_unref(test->loop);
    directory_teardown(&directory);
}

static inline uint64_t msec_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Turns the loop until nothing is left to do; returns how often it turned. */
static inline unsigned int turn_loop(TestSocket *test)
{
    unsigned int turns = 0;

    while (sd_event_run(test->loop, 0) > 0)
        assert_true(++turns < 100000);
    return turns;
}

static inline unsigned int turn_loop_for(TestSocket *test, uint64_t msec)
{
    uint64_t end = msec_now() + msec;
    unsigned int turns = 0;

    for (uint64_t now; (now = msec_now()) < end; turns++)
        assert_true(sd_event_run(test->loop, (end - now) * 1000) >= 0);
    return turns;
}

static inline int client_connect(const TestSocket *test)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    strcpy(address.sun_path, test->path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* What the socket takes of it, without a signal when nobody is there. */
static inline size_t client_send(int fd, const char *data, size_t size)
{
    ssize_t n = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);

    return n > 0 ? (size_t)n : 0;
}

/* A message with its NUL byte. */
static inline void client_say(int fd, const char *message)
{
    assert_int_equal(client_send(fd, message, strlen(message) + 1), strlen(message) + 1);
}

/* All that has arrived, each message's NUL as a newline. Caller frees. */
static inline char *client_hear(int fd, bool *ret_ended)
{
    char *inbox = xmalloc(INBOX_MAX);
    size_t size = 0;
    ssize_t n;

    while (size < INBOX_MAX - 1 && (n = recv(fd, inbox + size, INBOX_MAX - 1 - size, MSG_DONTWAIT)) > 0)
        size += (size_t)n;
    if (ret_ended)
        *ret_ended = size < INBOX_MAX - 1 && (n == 0 || errno == ECONNRESET);
    for (size_t i = 0; i < size; i++)
        if (inbox[i] == '\0')
            inbox[i] = '\n';
    inbox[size] = '\0';
    return inbox;
}

static inline void assert_hears(int fd, const char *expected)
{
    cleanup_with(free_charp) char *heard = client_hear(fd, NULL);

    assert_string_equal(heard, expected);
}

static inline void assert_hears_with(int fd, const char *part)
{
    cleanup_with(free_charp) char *heard = client_hear(fd, NULL);

    if (!strstr(heard, part))
        fail_msg("heard %s, not %s", heard, part);
}

static inline void assert_ended(int fd)
{
    bool has_ended;
    cleanup_with(free_charp) char *heard = client_hear(fd, &has_ended);

    assert_true(has_ended);
    (void)heard;
}

/* Turns the loop until the client hears something, or its end: what must come, however long it takes. Caller frees. */
static inline char *turn_loop_until_heard(TestSocket *test, int fd, bool *ret_ended)
{
    for (uint64_t end = msec_now() + HANGS_USEC / 1000; msec_now() < end;) {
        char *heard = client_hear(fd, ret_ended);
        if (*heard || *ret_ended)
            return heard;
        free(heard);
        assert_true(sd_event_run(test->loop, 20000) >= 0);
    }
    fail_msg("nothing was heard");
    return NULL;
}

static inline void turn_loop_until_ended(TestSocket *test, int fd)
{
    for (bool has_ended = false; !has_ended;)
        free(turn_loop_until_heard(test, fd, &has_ended));
}

static inline void assert_hears_in_time(TestSocket *test, int fd, const char *expected)
{
    bool has_ended;
    cleanup_with(free_charp) char *heard = turn_loop_until_heard(test, fd, &has_ended);

    assert_string_equal(heard, expected);
}

static inline size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}
