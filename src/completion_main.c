/* SPDX-License-Identifier: MIT */
/* A program of the build: writes the completion for one shell to standard output. */
#include "cli/completion.h"

int main(int argc, char **argv)
{
    if (argc != 2 || !completion_write(stdout, argv[1])) {
        fputs("usage: rgc-completion bash|zsh|fish\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
