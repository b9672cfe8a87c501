/* SPDX-License-Identifier: MIT */
/*
 * Lines from a child to the agent over a pipe that does not block. A line of up to 4096 bytes is written whole or not
 * at all (PIPE_BUF, pipe(7)), so a line that is dropped leaves no half behind. Only the summary is longer; it is
 * written piece by piece, and is the last line.
 */
#include <rgc/memory.h>
#include <rgc/progress_lines.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define VARIABLE "RGC_PROGRESS_FD"
/* PIPE_BUF of Linux: the pipe takes so many bytes in one piece, or none of them. */
#define WHOLE_MAX ((size_t)4096)
#define PATIENCE_MS 10000

/* The descriptor in the variable; -1 unless it is a number above standard input, output and error, which belong to
 * whoever has started this process. */
static int named_fd(const char *text)
{
    char *end;
    errno = 0;
    long fd = strtol(text, &end, 10);
    bool is_number = !errno && end != text && *end == '\0' && fd > STDERR_FILENO && fd <= 1 << 20;
    return is_number ? (int)fd : -1;
}

void progress_lines_open(ProgressLines *ret, const char *name)
{
    const char *text = getenv(VARIABLE);
    ret->fd = text ? named_fd(text) : -1;
    unsetenv(VARIABLE);
    int flags = ret->fd >= 0 ? fcntl(ret->fd, F_GETFL) : -1;
    if (flags < 0 || fcntl(ret->fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(ret->fd, F_SETFD, FD_CLOEXEC) < 0)
        ret->fd = -1;
    else
        prctl(PR_SET_NAME, name);
}

/* The line with its newline. Takes ownership of `line`. Caller frees. */
static char *line_text(json_t *line)
{
    cleanup_with(free_charp) char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(5));
    json_decref(line);
    return xasprintf("%s\n", text ? text : "");
}

void progress_lines_tell(const ProgressLines *lines, json_t *line)
{
    cleanup_with(free_charp) char *text = line_text(line);
    size_t size = strlen(text);
    if (lines->fd < 0 || size > WHOLE_MAX)
        return;
    while (write(lines->fd, text, size) < 0 && errno == EINTR)
        ;
}

/* Waits until the agent reads. False if it does not for 10 s. */
static bool may_go_on(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int r;
    while ((r = poll(&poll_fd, 1, PATIENCE_MS)) < 0 && errno == EINTR)
        ;
    return r > 0;
}

bool progress_lines_tell_surely(const ProgressLines *lines, json_t *line)
{
    cleanup_with(free_charp) char *text = line_text(line);
    size_t size = strlen(text), done = 0;
    while (lines->fd >= 0 && done < size) {
        ssize_t n = write(lines->fd, text + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno != EINTR && (errno != EAGAIN || !may_go_on(lines->fd)))
            return false;
    }
    return lines->fd >= 0;
}
