/* SPDX-License-Identifier: MIT */
/*
 * The command line: options, verbs, tables for people. Verbs and options are tables, from which
 * dispatch, --help and the check against the man page are made.
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

int cli_main(int argc, char **argv);
