/* SPDX-License-Identifier: MIT */
/* The path of a socket as an address (unix(7)), whose path has room for 108 bytes. */
#pragma once

#include <rgc/error.h>

#include <sys/socket.h>
#include <sys/un.h>

/* Fills the address. -ENAMETOOLONG if no socket can be at this path. */
int varlink_address(const char *path, struct sockaddr_un *ret, Error *err);
