/* SPDX-License-Identifier: MIT */
/* Starting this program again as a child that does not outlive its parent. */
#pragma once

#include <rgc/error.h>
#include <sys/types.h>

/* The child has an empty signal mask, no standard input or output, and the write end of a pipe whose number stands in
 * its environment as RGC_PROGRESS_FD. `ret_progress_fd` is the read end, which does not block. */
int spawn_self(char *const *arguments, pid_t *ret_pid, int *ret_progress_fd, Error *err);
