/* SPDX-License-Identifier: MIT */
/* The path of a socket as an address, for the server and the client. */
#include "varlink_address.h"

#include <errno.h>
#include <string.h>

int varlink_address(const char *path, struct sockaddr_un *ret, Error *err)
{
    size_t size = strlen(path) + 1;
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (size > sizeof(ret->sun_path))
        return error_set(err, ENAMETOOLONG, "%s: too long for the path of a socket", path);
    memcpy(ret->sun_path, path, size);
    return 0;
}
