/* SPDX-License-Identifier: MIT */
/*
 * Runs a program in a running container and waits for its end; buildctl.c looks into builders this way. The program
 * runs under the container's own `timeout`, for the reason that exec.c explains; a container without `timeout` runs
 * nothing.
 *
 *     static const char *const argv[] = {"buildctl", "du", NULL};
 *     const Exec exec = {.container_id = id, .argv = argv, .limit_usec = 30 * USEC_PER_SEC, .output_max = 1 << 20};
 *     cleanup_with(exec_result_clear) ExecResult result = {0};
 *
 *     if (engine_exec(engine, &exec, &result, err) == 0 && result.exit_code == 0)
 *         … result.output …
 */
#pragma once

#include <rgc/engine.h>

typedef struct Exec {
    const char *container_id;
    const char *const *argv; /* NULL-terminated */
    int64_t limit_usec;      /* how long the program may run; `timeout` gets it rounded up to whole seconds */
    size_t output_max;       /* bytes of standard output */
} Exec;

typedef struct ExecResult {
    int exit_code;
    char *output; /* all of standard output, NUL-terminated */
    size_t length;
    char *complaint; /* the first line of standard error, else of standard output; printable, never NULL */
} ExecResult;
void exec_result_clear(ExecResult *result);

/* Success means that the program ended by itself, whatever its exit code is. Other errors than those of rgc/engine.h:
 *     -ENOENT     there is no such container
 *     -EBUSY      the container is not running; rgc never starts one for this
 *     -ETIMEDOUT  the program did not end in time
 *     -EFBIG      the program wrote more than the bounds allow
 * The caller clears `ret`. */
int engine_exec(Engine *engine, const Exec *exec, ExecResult *ret, Error *err);
