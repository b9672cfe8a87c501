/* SPDX-License-Identifier: MIT */
/*
 * Ends a command that only looks, from within a signal handler, so with nothing but write(2) and _exit(2). A pass needs
 * another way, because it must end between two removals: src/cli/verbs/collect_here.c.
 */
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

/* _exit(2) does not write the buffer of standard output, so a document is printed whole or not at all. */
__attribute__((__noreturn__)) static void on_signal(int number)
{
    static const char clear[] = "\r\033[K";
    if (has_line && write(STDERR_FILENO, clear, sizeof(clear) - 1) < 0)
        _exit(exit_code_of_signal(number));
    _exit(exit_code_of_signal(number));
}

/* A signal that the shell has had ignored, as for a job in the background, is still ignored. */
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
