/* The program inside the test images: lives, ends or fails as its arguments say. Linked statically, needs no file
 * system. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "serve";
    long number = argc > 2 ? atol(argv[argc - 1]) : 0;

    signal(SIGTERM, end);
    signal(SIGINT, end);
    if (!strcmp(mode, "serve"))
        for (;;)
            pause();
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
    if (!strcmp(mode, "fill") && argc == 4)
        return fill(argv[2], number);
    return 0;
}
