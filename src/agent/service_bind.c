/* SPDX-License-Identifier: MIT */
/*
 * Binds the trigger socket for an agent that systemd has not handed one, as in a container or for a rootless engine.
 * It does what rgc.socket would: mode 0660 and the group docker, so that whoever may talk to Docker may ask for a pass.
 * Nobody can connect while the socket is still private, and an agent that runs already is not robbed of its socket.
 */
#include "agent/varlink/varlink_address.h"

#include <rgc/file.h>
#include <rgc/service.h>

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_GROUP "docker"
#define SOCKET_MODE 0660

/* Removes a socket on which nobody listens. Anything else at this path is kept, and bind(2) fails because of it. */
static int make_way(const struct sockaddr_un *address, Error *err)
{
    struct stat st;
    const char *path = address->sun_path;
    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return 0;
    cleanup_with(close_fdp) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_set(err, errno, "socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN)
        return error_set(err, EADDRINUSE, "%s: another agent is listening there already", path);
    if (errno != ECONNREFUSED)
        return error_set(err, errno, "%s: %s", path, strerror(errno));
    if (unlink(path) < 0 && errno != ENOENT)
        return error_set(err, errno, "%s: cannot remove the old socket: %s", path, strerror(errno));
    return 0;
}

static int open_to_group(const char *path, Error *err)
{
    const struct group *group = getgrnam(SOCKET_GROUP);
    /* A user who may not change the group keeps the socket, as with a rootless engine or in a test. */
    if (group && lchown(path, (uid_t)-1, group->gr_gid) < 0 && errno != EPERM)
        return error_set(err, errno, "%s: cannot give it to group %s: %s", path, SOCKET_GROUP, strerror(errno));
    if (chmod(path, SOCKET_MODE) < 0)
        return error_set(err, errno, "%s: %s", path, strerror(errno));
    return 0;
}

static int bind_privately(int fd, const struct sockaddr_un *address)
{
    /* Nobody can connect until the group is right. */
    mode_t before = umask(0177);
    int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
    umask(before);
    return r;
}

static int listen_at(int fd, const struct sockaddr_un *address, Error *err)
{
    const char *path = address->sun_path;
    int r = bind_privately(fd, address);
    if (r < 0)
        return error_set(err, -r, "%s: cannot listen there: %s", path, strerror(-r));
    r = open_to_group(path, err);
    if (r == 0 && listen(fd, SOMAXCONN) < 0)
        r = error_set(err, errno, "%s: %s", path, strerror(errno));
    if (r < 0)
        unlink(path);
    return r;
}

int service_bind(const char *path, int *ret_fd, Error *err)
{
    struct sockaddr_un address;
    int r = varlink_address(path, &address, err);
    if (r == 0)
        r = make_way(&address, err);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_set(err, errno, "socket: %s", strerror(errno));
    r = listen_at(fd, &address, err);
    if (r < 0)
        close(fd);
    else
        *ret_fd = fd;
    return r;
}
