/* SPDX-License-Identifier: MIT */
/*
 * Runs a program in a running container, to its end.
 *
 * An engine cannot end what it was asked to run, and a closed connection does not end it either. So the program runs
 * under `timeout` of the container's own: whatever becomes of rgc, it ends. A container without `timeout` runs nothing.
 */
#pragma once

#include <rgc/engine.h>

typedef struct Exec {
    const char *container_id;
    const char *const *argv; /* NULL-terminated; at most EXEC_ARGUMENTS_MAX */
    int64_t limit_usec;      /* how long it may run */
    size_t output_max;
} Exec;

#define EXEC_ARGUMENTS_MAX 16

typedef struct ExecResult {
    int exit_code;
    char *output; /* all of standard output, NUL-terminated */
    size_t length;
    char *complaint; /* one line of what it said on standard error, else on standard output; printable, never NULL */
} ExecResult;
void exec_result_clear(ExecResult *result);

/* Any end of the program by itself is success. Else: -ENOENT (there is no such container), -EBUSY (it is not running),
 * -ETIMEDOUT (it did not end in time), -EFBIG (it wrote without end), or as everywhere in this layer. */
int engine_exec(Engine *engine, const Exec *exec, ExecResult *ret, Error *err);
