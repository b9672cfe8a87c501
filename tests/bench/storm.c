/* SPDX-License-Identifier: MIT */
/*
 * storm SOCKET PARALLEL < paths: DELETE of every path (one a line), PARALLEL at a time over connections that stay open,
 * by blocking threads that do nothing else. The least that a client can do, to compare others with. Prints "seconds
 * refused": how long it took, and how many answers were no 2xx.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATHS_MAX 100000
#define ANSWER_MAX (1 << 20)

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static char *paths[PATHS_MAX];
static size_t n_paths;
static atomic_size_t next, refused;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Is the answer whole? Docker gives a length or chunks. */
static int is_whole(const char *answer, size_t length)
{
    const char *body = strstr(answer, "\r\n\r\n"), *field = strcasestr(answer, "\r\nContent-Length:");

    if (!body)
        return 0;
    body += 4;
    if (field && field < body)
        return answer + length >= body + strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
    return length >= 5 && memcmp(answer + length - 5, "0\r\n\r\n", 5) == 0;
}

static void ask(int fd, const char *path, char *answer)
{
    char request[2048];
    size_t length = 0;
    int size = snprintf(request, sizeof(request), "DELETE %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);

    if (write(fd, request, (size_t)size) != size)
        fail("write");
    do {
        ssize_t n = read(fd, answer + length, ANSWER_MAX - 1 - length);

        if (n <= 0)
            fail("read");
        length += (size_t)n;
        answer[length] = '\0';
    } while (!is_whole(answer, length));
    if (strncmp(answer, "HTTP/1.1 2", 10) != 0)
        refused++;
}

static void *work(void *unused)
{
    char *answer = malloc(ANSWER_MAX);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (!answer || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail("connect");
    for (size_t i = next++; i < n_paths; i = next++)
        ask(fd, paths[i], answer);
    close(fd);
    free(answer);
    return unused;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    size_t parallel = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    pthread_t threads[256];
    char line[1024];
    double began;

    if (parallel < 1 || parallel > 256) {
        fprintf(stderr, "usage: storm SOCKET PARALLEL < paths\n");
        return 2;
    }
    strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
    while (n_paths < PATHS_MAX && fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        paths[n_paths++] = strdup(line);
    }
    began = now();
    for (size_t i = 0; i < parallel; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            fail("pthread_create");
    for (size_t i = 0; i < parallel; i++)
        pthread_join(threads[i], NULL);
    printf("%.6f %zu\n", now() - began, (size_t)refused);
    return 0;
}
