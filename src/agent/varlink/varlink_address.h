/* SPDX-License-Identifier: MIT */
#pragma once

#include <rgc/error.h>

#include <sys/socket.h>
#include <sys/un.h>

/* -ENAMETOOLONG: no socket can be at this path. */
int varlink_address(const char *path, struct sockaddr_un *ret, Error *err);
