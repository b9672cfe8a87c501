/* SPDX-License-Identifier: MIT */
#include <rgc/memory.h>
#include <rgc/progress_lines.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define VARIABLE "RGC_PROGRESS_FD"
/* Fits into a pipe in one piece or not at all, see pipe(7). */
#define WHOLE_MAX ((size_t)4096)
#define PATIENCE_MS 10000

/* Never standard input, output or error: those are somebody else's. */
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

/* Steals `line`. Caller frees; with its newline. */
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
