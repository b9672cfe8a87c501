/* SPDX-License-Identifier: MIT */
#include "interrupts.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t has_line;

int exit_code_of_signal(int number)
{
    return 128 + number;
}

void interrupts_wipe(bool wipe)
{
    has_line = wipe;
}

/* What is in the buffer of standard output is not written: a document is whole, or not there. */
__attribute__((__noreturn__)) static void on_signal(int number)
{
    static const char clear[] = "\r\033[K";
    if (has_line && write(STDERR_FILENO, clear, sizeof(clear) - 1) < 0)
        _exit(exit_code_of_signal(number));
    _exit(exit_code_of_signal(number));
}

/* What a shell has had ignored, as for a job in the background, stays ignored. */
static void handle(int number)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction old;
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void interrupts_begin(void)
{
    handle(SIGINT);
    handle(SIGTERM);
}
