/* SPDX-License-Identifier: MIT */
/* Starting this program again as a child that does not outlive its parent (prctl(2), PR_SET_PDEATHSIG). */
#pragma once

#include <rgc/error.h>
#include <sys/types.h>

/* Starts the child with an empty signal mask, with /dev/null as standard input and output, and with the write end of a
 * pipe, whose number is RGC_PROGRESS_FD in its environment. Standard error is the agent's. `*ret_progress_fd` is the
 * read end, which does not block and which the caller closes. An execv(2) that fails shows as exit code 127. */
int spawn_self(char *const *arguments, pid_t *ret_pid, int *ret_progress_fd, Error *err);
