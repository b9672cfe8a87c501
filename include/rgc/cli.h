/* SPDX-License-Identifier: MIT */
/*
 * The command line, which is all that main() calls: it parses the arguments, runs one verb and returns the exit code.
 * It writes its results to standard output and everything else to standard error.
 */
#pragma once

/* Exit codes, part of the contract (rgc(1)). */
typedef enum ExitCode {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,        /* a pass, a removal or a check failed */
    EXIT_USAGE = 2,         /* usage or configuration */
    EXIT_AGENT = 3,         /* agent not reachable */
    EXIT_ENGINE = 4,        /* engine not reachable */
    EXIT_LOCKED = 5,        /* another pass holds the lock */
    EXIT_INTERRUPTED = 130, /* Ctrl-C */
} ExitCode;

/* Runs the program once. It installs signal handlers and a locale, so a process calls it once. Returns an ExitCode or
 * 128 + a signal. */
int cli_main(int argc, char **argv);
