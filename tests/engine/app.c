/* The program inside the test images: lives, ends or fails as its arguments say. Linked statically, needs no file
 * system. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 80 };

static void end(int signal)
{
    (void)signal;
    _exit(0);
}

static int fill(const char *path, long bytes)
{
    static char block[65536];
    unsigned seed = (unsigned)getpid() + (unsigned)bytes;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    while (fd >= 0 && bytes > 0) {
        size_t want = bytes < (long)sizeof block ? (size_t)bytes : sizeof block;
        for (size_t i = 0; i < want; i++)
            block[i] = (char)((seed = seed * 1103515245U + 12345U) >> 16);
        ssize_t written = write(fd, block, want);
        if (written < 0)
            return 1;
        bytes -= written;
    }
    return fd < 0;
}

/* So many bytes on standard output, in lines of 1000. */
static int say(long bytes)
{
    static char line[1000];

    memset(line, '=', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    for (; bytes > 0; bytes -= (long)sizeof line)
        if (write(STDOUT_FILENO, line, sizeof line) < 0)
            return 1;
    return 0;
}

/* The first line of the release that this image is: read for each request, so it is there only as long as its layer. */
static size_t read_release(char *line, size_t size)
{
    int fd = open("/release/0", O_RDONLY);
    ssize_t length;

    if (fd < 0)
        fd = open("/release", O_RDONLY);
    length = read(fd, line, size);
    close(fd);
    if (length < 0)
        length = 0;
    char *end = memchr(line, '\n', (size_t)length);
    return end ? (size_t)(end - line) : (size_t)length;
}

/* Answers HTTP requests, one after another. Where others have the port it only waits for its end. */
static void serve(void)
{
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char line[200], request[2000];

    signal(SIGPIPE, SIG_IGN);
    if (bind(listening, (struct sockaddr *)&any, sizeof any) || listen(listening, 16))
        for (;;)
            pause();
    for (;;) {
        int client = accept(listening, NULL, NULL);

        if (client < 0)
            continue;
        if (read(client, request, sizeof request) > 0 && write(client, head, sizeof head - 1) > 0)
            (void)!write(client, line, read_release(line, sizeof line));
        shutdown(client, SHUT_WR);
        while (read(client, request, sizeof request) > 0) /* what is closed with something unread is reset */
            continue;
        close(client);
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "serve";
    long number = argc > 2 ? atol(argv[argc - 1]) : 0;

    signal(SIGTERM, end);
    signal(SIGINT, end);
    if (!strcmp(mode, "serve"))
        serve();
    if (!strcmp(mode, "sleep"))
        for (unsigned left = (unsigned)number; left > 0;)
            left = sleep(left);
    if (!strcmp(mode, "stubborn")) { /* does not end on SIGTERM */
        signal(SIGTERM, SIG_IGN);
        for (;;)
            pause();
    }
    if (!strcmp(mode, "crash"))
        return 1;
    if (!strcmp(mode, "exit"))
        return (int)number;
    if (!strcmp(mode, "say"))
        return say(number);
    if (!strcmp(mode, "fill") && argc == 4)
        return fill(argv[2], number);
    return 0;
}
