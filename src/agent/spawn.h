/* SPDX-License-Identifier: MIT */
/* Starting this program again as a child that does not outlive its parent (prctl(2), PR_SET_PDEATHSIG). */
#pragma once

#include <rgc/error.h>
#include <sys/types.h>

/* Starts it with an empty signal mask, without standard input and output, and with the write end of a pipe, whose
 * number is RGC_PROGRESS_FD in its environment. The caller closes the read end, which does not block. */
int spawn_self(char *const *arguments, pid_t *ret_pid, int *ret_progress_fd, Error *err);
